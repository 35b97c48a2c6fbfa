// mnist_softmax lab --explain

#include <armagrad/armagrad.hpp>
#include <armagrad/detail/report_text.hpp>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "apps/backprop_page/explanation.hpp"
#include "apps/backprop_page/text.hpp"
#include "apps/text/numbers.hpp"
#include "lab.hpp"
#include "student.hpp"

namespace armagrad::apps {

namespace {

/// The lab's J, a sample per row: W d x c, X n x d, Y n x c.
auto lab_loss(const arma::mat& X, const arma::mat& Y, double l2) {
  return [&X, &Y, l2](const auto& w) {
    const auto penalty = w.tape().constant(l2, "l2");
    return -accu(view(Y, "Y") % log_softmax(view(X, "X") * w, 1)) / X.n_rows + 0.5 * penalty * accu(square(w));
  };
}

double relative(const arma::mat& a, const arma::mat& b) {
  const double scale = arma::norm(a, "fro");
  return scale == 0 ? arma::norm(b, "fro") : arma::norm(a - b, "fro") / scale;
}

/// The parts of the right gradient beside those of the notebook's, in its own orientation.
LabReport compared(const Lab& lab, const arma::mat& X, const arma::mat& Y) {
  const auto softmax_of = [](arma::mat Z, Over over) {
    return arma::mat(unshifted_softmax(Z.t() - Z.max(), over).t());
  };
  const arma::mat W = lab.uniform(), Z = X * W;
  struct Comparison {
    std::string right, written;
    arma::mat values, as_written;
  };
  std::vector<Comparison> parts{{"softmax(X W), each row", "softmax(X W), all of it", softmax_of(Z, Over::sample),
                                 softmax_of(Z, Over::everything)},
                                {"Y", "softmax(Y), all of it", Y, softmax_of(Y, Over::everything)}};
  const double n = double(X.n_rows);
  parts.push_back({"1/n X' (softmax(X W) - Y)", "the same of these two", X.t() * (parts[0].values - Y) / n,
                   X.t() * (parts[0].as_written - parts[1].as_written) / n});
  parts.push_back({"l2 W", "l2 W", lab.l2 * W, lab.l2 * W});
  LabReport report = LabReport::array();
  lab.out() << "  the right one               the notebook's             off by, at W uniform in [0,1)\n";
  for (const Comparison& p : parts) {
    const double error = relative(p.values, p.as_written);
    const bool differs = error > 1e-12;
    lab.out() << std::left << "  " << std::setw(27) << p.right << ' ' << std::setw(26) << p.written << ' '
              << significant(error, 2) << (differs ? "  differs\n" : "\n");
    report.push_back(
        {{"right", p.right}, {"notebook", p.written}, {"relative_difference", error}, {"differs", differs}});
  }
  return report;
}

}  // namespace

LabReport lab_explained(const Lab& lab) {
  const ImageMatrices images = lab.images();
  const arma::mat X = images.X.t(), Y = images.Y.t(), zeros(X.n_cols, Y.n_cols, arma::fill::zeros);
  const auto loss = lab_loss(X, Y, lab.l2);
  Tape<double> tape;
  const V W = tape.variable(view(zeros, "W"));
  const auto document = explanation(loss(W), {W},
                                    {"The lab's loss, a sample per row, at W = 0",
                                     {{"n", lab.size}, {"d", X.n_cols}, {"c", Y.n_cols}},
                                     {{{"n", double(lab.size)}}},
                                     {},
                                     {}});
  print(lab.out(), document);

  lab.out() << "\nThe student's gradient: dJ/dW = 1/n X' (softmax(X W) - softmax(Y)) + l2 W, softmax over "
               "the whole matrix\n";
  const LabReport parts = compared(lab, X, Y);
  const StudentGradient& written = student_gradients()[3];
  CheckOptions<double> options;
  options.analytic = {written(zeros, images.X, images.Y, lab.l2)};
  const GradientCheck check = check_gradient(options, loss, zeros);
  lab.out() << "check_gradient at W = 0: " << (check.passed() ? "passed" : "FAILED") << ", relative error "
            << check.evidence.back().error << '\n';
  LabReport diagnoses = LabReport::array();
  for (const Diagnosis& d : check.diagnoses) {
    const std::string what = d.findings.empty() ? "unknown" : d.findings[0].what;
    diagnoses.push_back(what);
    lab.out() << "  ";
    detail::print_wrapped(lab.out(), "diagnosis: " + what, 4, 4);
  }
  return {{"derivation", document}, {"parts", parts}, {"caught", !check.passed()}, {"diagnoses", diagnoses}};
}

}  // namespace armagrad::apps
