#define BOOST_TEST_MODULE anomalies
#include <armagrad/armagrad.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;

namespace {

/// What anomaly mode says of a loss's forward and backward pass.
template <class eT = double, class Loss>
std::string anomaly(Loss loss, const arma::Mat<eT>& W) {
  Tape<eT> tape;
  tape.detect_anomalies();
  const Var<eT> w = tape.variable(W);
  const Var<eT> J = loss(w);
  try {
    tape.backward(J, true);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

const mat zeros(2, 3, arma::fill::zeros), ones(2, 3, arma::fill::ones);

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_operation_is_named_and_its_line) {
  mat W = ones;
  W(1, 2) = 0;
  const int line = __LINE__ + 1;
  const std::string said = anomaly([](auto w) { return accu(square(log(w) + 1)); }, W);
  check_says(said, {"log at test_anomalies.cpp:" + std::to_string(line), "-inf at (1,2)", "the variable 0 at (1,2)"});
}

BOOST_AUTO_TEST_CASE(every_entry_is_looked_at) {
  for (arma::uword e = 0; e < 12; ++e) {
    mat W(3, 4, arma::fill::ones);
    W[e] = 0;
    const std::string place = " at (" + std::to_string(e % 3) + "," + std::to_string(e / 3) + ")";
    check_says(anomaly([](auto w) { return accu(square(log(w) + 1)); }, W), {"-inf" + place, "the variable 0" + place});
    check_says(anomaly([](auto w) { return accu(square(sqrt(w) + 1)); }, W), {"backward pass: inf" + place});
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forward, eT, Reals) {
  const auto W = arma::conv_to<arma::Mat<eT>>::from(zeros);
  check_says(anomaly<eT>([](auto w) { return accu(log(w)); }, W), {"log at", "-inf at (0,0)"});  // not stored, summed
  check_says(anomaly<eT>([](auto w) { return accu(w / accu(w)); }, W), {"element-wise division at", "nan"});
  check_says(anomaly<eT>([](auto w) { return 1 / accu(w); }, W), {"element-wise division at", "inf"});
  const arma::Mat<eT> large(2, 3, arma::fill::value(std::sqrt(std::numeric_limits<eT>::max())));
  check_says(anomaly<eT>([](auto w) { return accu(w * w.t()); }, large), {"matmul at", "inf"});
}

BOOST_AUTO_TEST_CASE(backward) {
  check_says(anomaly([](auto w) { return accu(sqrt(w)); }, zeros), {"sqrt at", "backward pass", "inf at (0,0)"});
  check_says(anomaly([](auto w) { return sqrt(accu(w)) * 2; }, zeros), {"sqrt at", "backward pass"});
  check_says(anomaly([](auto w) { return accu(w + pow(w, 0.5)); }, zeros), {"pow at", "backward pass"});
}

BOOST_AUTO_TEST_CASE(what_comes_in_broken_is_said_to) {
  mat X = ones;
  X(0, 1) = not_a_number;
  check_says(anomaly([&](auto w) { return accu(w % X); }, ones), {"multiplication", "the constant nan at (0,1)"});
}

BOOST_AUTO_TEST_CASE(finite_losses_are_left_alone_and_the_tape_stays_usable) {
  const mat W = ones;
  Tape<double> tape;
  tape.detect_anomalies();
  const auto loss = [](auto w) { return accu(log_softmax(w, 0)) + accu(exp(w) % w); };
  const auto [J, g] = value_and_gradient(tape, loss, W);
  const auto [K, h] = value_and_gradient(loss, W);
  BOOST_TEST(J == K);
  BOOST_TEST(error(g, h) == 0);
  BOOST_CHECK_THROW(value_and_gradient(
                        tape, [](auto w) { return accu(log(w - 1)); }, W),
                    std::runtime_error);
  BOOST_CHECK_THROW(value_and_gradient(
                        tape, [](auto w) { return accu(sqrt(w - 1)); }, W),
                    std::runtime_error);
  BOOST_TEST(error(value_and_gradient(tape, loss, W).second, h) == 0);
  tape.detect_anomalies(false);
  BOOST_TEST(!value_and_gradient(
                  tape, [](auto w) { return accu(log(w - 1)); }, W)
                  .second.is_finite());
}
