#pragma once
// Training by several processes, where MPI was there to build with.

#include <functional>
#include <armagrad/nn/trainer.hpp>

namespace armagrad::apps {

/// Calls f with this process's part in an MPI job. An exception in one process is told and ends them all,
/// with exit status 1. UsageError where the program was built without MPI.
template <class eT>
int with_ranks(const std::function<int(const Ranks<eT>&)>& f);

}  // namespace armagrad::apps
