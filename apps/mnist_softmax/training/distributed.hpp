#pragma once
// Training by several processes, if built with MPI.

#include <armagrad/nn/trainer.hpp>
#include <functional>

namespace armagrad::apps {

/// Calls f with this process's rank in an MPI job. An exception in one process is reported and ends them all,
/// with exit status 1. UsageError where the program was built without MPI.
template <class eT>
int with_ranks(const std::function<int(const Ranks<eT>&)>& f);

}  // namespace armagrad::apps
