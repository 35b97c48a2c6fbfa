#pragma once
// Versions of the program's parts, and the BLAS that it runs on.

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace armagrad::apps {

/// The BLAS in use, where it tells of itself, and the processor type that it was tuned for.
struct Blas {
  std::string config = "unknown", core = "unknown";
};
Blas blas();

/// By name, as a reader should see it: the versions of the project, Armadillo and the compiler; the BLAS, its
/// core and its threads.
nlohmann::ordered_json versions();

}  // namespace armagrad::apps
