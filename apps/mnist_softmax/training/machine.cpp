#include "machine.hpp"

#include <armadillo>
#include <nlohmann/json.hpp>

// OpenBLAS's own account of itself, where it is the BLAS in use.
extern "C" {
[[gnu::weak]] char* openblas_get_config();
[[gnu::weak]] char* openblas_get_corename();
[[gnu::weak]] int openblas_get_num_threads();
}

namespace armagrad::apps {

Blas blas() {
  Blas b;
  if (openblas_get_config) b.config = openblas_get_config();
  if (openblas_get_corename) b.core = openblas_get_corename();
  return b;
}

nlohmann::ordered_json versions() {
  nlohmann::ordered_json all{{"Armagrad", ARMAGRAD_VERSION},
                             {"Armadillo", arma::arma_version::as_string()},
                             {"compiler", "g++ " __VERSION__},
                             {"BLAS", blas().config},
                             {"BLAS core", blas().core}};
  if (openblas_get_num_threads) all["BLAS threads"] = openblas_get_num_threads();
  return all;
}

}  // namespace armagrad::apps
