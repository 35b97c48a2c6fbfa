// The numbers of --at: a CSV file, or a number, for the variables of a fixed expression. The first byte: 1 the number.

#include "apps/derive/derivation.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Problem problem = posed("s*accu(square(W*W'))", {"W:m,n", "s"}, {"W", "s"}, "");
  const auto [how, bytes] = choice(data, size);
  const std::string matrix = "W=" + (how & 1 ? std::string("/dev/null") : file_of(bytes).string());
  const std::string number = "s=" + (how & 1 ? std::string(bytes) : "2");
  accepted<std::runtime_error>([&] {
    const Data given = read(problem.variables, {matrix, number});
    const Values values = values_at(problem, given);
    if (arma::size(values.gradients[0]) != arma::size(given.values.at("W"))) finding("a gradient of another shape");
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  return {std::string("\0", 1) + "1,2,3\n4,5.5,-6e-3\n", std::string("\0", 1) + " 1 ,\t2\r\n\r\n3,4",
          std::string("\0", 1) + "inf\nnan", "\0011e5", "\1/dev/null"};
}
