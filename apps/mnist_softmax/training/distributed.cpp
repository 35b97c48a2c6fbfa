#include "distributed.hpp"

#include <iostream>

#include "apps/cli/options.hpp"

#ifdef ARMAGRAD_MPI
#include <mpi.h>
#endif

namespace armagrad::apps {

#ifdef ARMAGRAD_MPI

namespace {

void add(void* from, void* to, int* n, MPI_Datatype* type) {
  const auto sum = [n](const auto* x, auto* y) {
    for (int i = 0; i < *n; ++i) y[i] = x[i] + y[i];
  };
  if (*type == MPI_DOUBLE)
    sum(static_cast<const double*>(from), static_cast<double*>(to));
  else
    sum(static_cast<const float*>(from), static_cast<float*>(to));
}

}  // namespace

/// A sum over the ranks in their order, which MPI keeps for operations that do not commute.
class InOrder {
 public:
  InOrder() { MPI_Op_create(add, 0, &sum_); }
  ~InOrder() { MPI_Op_free(&sum_); }
  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;

  template <class eT>
  void operator()(eT* x, arma::uword n) const {
    constexpr arma::uword most = 1 << 30;
    for (; n > 0; x += std::min(n, most), n -= std::min(n, most))
      MPI_Allreduce(MPI_IN_PLACE, x, int(std::min(n, most)), sizeof(eT) == 8 ? MPI_DOUBLE : MPI_FLOAT, sum_,
                    MPI_COMM_WORLD);
  }

 private:
  MPI_Op sum_{};
};

template <class eT>
int with_ranks(const std::function<int(const Ranks<eT>&)>& f) {
  MPI_Init(nullptr, nullptr);
  int rank = 0, size = 1, status = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  try {
    const InOrder sum;
    status = f({unsigned(rank), unsigned(size), [&sum](eT* x, arma::uword n) { sum(x, n); }});
  } catch (const std::exception& error) {
    std::cerr << "mnist_softmax: " << (size > 1 ? "rank " + std::to_string(rank) + ": " : "") << error.what() << '\n';
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
  return status;
}

#else

template <class eT>
int with_ranks(const std::function<int(const Ranks<eT>&)>&) {
  throw UsageError("--distributed: this program was built without MPI");
}

#endif

template int with_ranks(const std::function<int(const Ranks<float>&)>&);
template int with_ranks(const std::function<int(const Ranks<double>&)>&);

}  // namespace armagrad::apps
