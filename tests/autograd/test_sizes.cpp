#define BOOST_TEST_MODULE sizes
#include <sys/mman.h>

#include <armagrad/armagrad.hpp>

#include "tests/support/oracle.hpp"

// Sums of very many numbers, and matrices of more entries than 32 bits count.

using namespace armagrad;
using namespace armagrad::testing;
using F = Var<float>;

namespace {

constexpr arma::uword mnist = 60'000 * 784;  // entries of its training images

double relative(double x, double right) { return std::abs(x - right) / std::abs(right); }

/// A matrix of zeros that takes memory where it is written to only.
class Sparse {
 public:
  Sparse(arma::uword rows, arma::uword cols) : bytes_(rows * cols * sizeof(float)) {
    at_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at_ == MAP_FAILED) throw std::bad_alloc();
    madvise(at_, bytes_, MADV_NOHUGEPAGE);
    matrix_ = std::make_unique<arma::fmat>(static_cast<float*>(at_), rows, cols, false, true);
  }
  ~Sparse() { munmap(at_, bytes_); }
  Sparse(const Sparse&) = delete;
  Sparse& operator=(const Sparse&) = delete;
  arma::fmat& operator*() { return *matrix_; }

 private:
  std::size_t bytes_;
  void* at_;
  std::unique_ptr<arma::fmat> matrix_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(sums_of_47_million_floats) {
  arma::fvec x(mnist);
  const auto check = [&](const char* numbers) {
    double sum = 0, squares = 0, below = 0;  // rounded some 1e7 times less than the results are
    for (const float e : x) sum += e, squares += double(e) * e, below += std::sqrt(double(e));
    Tape<float> tape;
    const auto v = tape.variable(view(x));
    const double n = double(mnist);
    const std::vector<std::pair<const char*, double>> errors{
        {"accu", relative(tape.scalar(accu(v)), sum)},
        {"mean", relative(tape.scalar(mean(v)), sum / n)},
        {"dot", relative(tape.scalar(dot(v, v)), squares)},
        {"norm", relative(tape.scalar(norm(v)), std::sqrt(squares))},
        {"accu of squares", relative(tape.scalar(accu(square(v))), squares)},
        {"accu of roots", relative(tape.scalar(accu(sqrt(v))), below)},
        {"accu of products", relative(tape.scalar(accu(v % sqrt(v) % sqrt(v))), squares)}};
    for (const auto& [name, error] : errors) {
      BOOST_TEST_MESSAGE(numbers << ": " << name << " is off by " << error);
      BOOST_TEST(error <= 1e-7, numbers << ": " << name << " is off by " << error);
    }
    tape.backward(accu(square(v)) / float(mnist));
    const arma::fmat& g = tape.gradient(v);
    double worst = 0;
    for (arma::uword i = 0; i < mnist; ++i) worst = std::max(worst, relative(g[i], 2 * double(x[i]) / n));
    BOOST_TEST(worst <= 3e-7, numbers << ": a gradient's entry is off by " << worst);
  };
  for (float& e : x) e = 0.1F;
  check("0.1 everywhere");
  x.randu();
  x += 1e-3F;
  check("uniform numbers");
}

BOOST_AUTO_TEST_CASE(more_than_four_billion_entries) {
  constexpr arma::uword rows = 65'536, cols = 65'537, last = cols - 1;
  Sparse sparse(rows, cols);
  arma::fmat& X = *sparse;
  X(5, 0) = 1;
  X(0, 32'768) = 2;  // entry 2^31
  X(7, last) = 4;    // beyond entry 2^32
  X(rows - 1, last) = -8;
  Tape<float> tape;
  const F x = tape.constant(view(X)), w = tape.variable(arma::fmat(rows, 2, arma::fill::ones));
  BOOST_TEST(tape.scalar(accu(x)) == -1);
  BOOST_TEST(tape.scalar(accu(square(x))) == 85);
  BOOST_TEST(tape.scalar(x(7, last)) == 4);
  BOOST_TEST(tape.scalar(x(X.n_elem - 1)) == -8);
  BOOST_TEST(tape.scalar(accu(x.col(last))) == -4);
  BOOST_TEST(tape.scalar(x.tail_rows(1)(last)) == -8);
  tape.backward(accu(w % x.tail_cols(2)));
  BOOST_TEST(error(tape.gradient(w), arma::fmat(X.tail_cols(2))) == 0);
  BOOST_CHECK_THROW(tape.scalar(x(X.n_elem)), std::out_of_range);

  const std::string sides = "its sides may be up to 4294967295", writes = "more than 2^32 entries cannot be written to";
  const std::vector<std::tuple<const char*, std::string, std::function<void()>>> refused{
      {"vectorise", sides, [&] { vectorise(x); }},
      {"repmat", sides, [&] { repmat(w, 65'536, 1); }},
      {"reshape", sides, [&] { reshape(x, X.n_elem, 1); }},
      {"a write", writes,
       [&] {
         F y = x;
         y(0, 0) = 1;
       }},
      {"a write to a column", writes, [&] {
         F y = x;
         y.col(0) *= 2;
       }}};
  for (const auto& [name, part, f] : refused) {
    std::string said;
    try {
      f();
    } catch (const std::logic_error& error) {
      said = error.what();
    }
    BOOST_TEST(said.find(part) != said.npos, name << ": " << said);
  }
  BOOST_TEST(tape.scalar(accu(w)) == float(2 * rows));
}

BOOST_AUTO_TEST_SUITE_END()
