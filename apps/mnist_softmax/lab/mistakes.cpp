// mnist_softmax lab --student

#include <armagrad/detail/report_text.hpp>
#include <armagrad/nn/softmax_regression.hpp>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "apps/cli/progress.hpp"
#include "apps/mnist_softmax/model/net.hpp"
#include "apps/text/numbers.hpp"
#include "lab.hpp"
#include "student.hpp"

namespace armagrad::apps {

namespace {

/// The data and the starting points on which the mistakes are tried.
struct Trials : Lab {
  const LabelledImages<double> all, test;
  const Sequential<double> net;
  const arma::mat X, Y;            // the first of all
  const arma::mat zeros, uniform;  // where W may start

  explicit Trials(const Lab& lab)
      : Lab(lab),
        all(labelled<double>(data.train, classes())),
        test(labelled<double>(data.test, classes())),
        net(make_net<double>({}, {1, data.height, data.width}, classes(), "zeros")),
        X(images().X),
        Y(images().Y),
        zeros(X.n_rows, Y.n_rows, arma::fill::zeros),
        uniform(lab.uniform()) {}
};

double cosine_similarity(const arma::mat& a, const arma::mat& b) {
  return arma::accu(a % b) / (arma::norm(a, "fro") * arma::norm(b, "fro"));
}
double accuracy(const arma::mat& W, const Trials& lab, const LabelledImages<double>& of) {
  return armagrad::accuracy(lab.net, arma::mat(arma::vectorise(W)), of.X, of.Y);
}
std::string accuracies(const arma::mat& W, const Trials& lab) {
  return fixed(accuracy(W, lab, lab.all), 4) + "/" + fixed(accuracy(W, lab, lab.test), 4);
}

/// check_gradient of the student's gradient at W, against the tape's of the right loss.
GradientCheck checked(const StudentGradient& student, const Trials& lab, const arma::mat& W, double l2) {
  CheckOptions<double> options;
  options.analytic = {student(W, lab.X, lab.Y, l2)};
  const auto loss = [&](const auto& w) { return softmax_regression_loss(w, l2, view(lab.X, "X"), view(lab.Y, "Y")); };
  return check_gradient(options, loss, W);
}

/// The relative error, marked where the check found it wrong.
std::string verdict(const GradientCheck& check) {
  return scientific(check.evidence.back().error, 1) + (check.passed() ? "" : " caught");
}

LabReport gradients_table(const Trials& lab) {
  const std::vector<int> width{23, 9, 9, 10, 16, 16, 16, 14};
  const auto row = [&](const std::vector<std::string>& cells) {
    for (std::size_t k = 0; k < cells.size(); ++k) lab.out() << std::left << std::setw(width[k]) << cells[k];
    lab.out() << '\n';
  };
  lab.out() << "\nMistakes in the gradient, l2 = " << lab.l2
            << "; W = 0, where only the data term counts, and W uniform in [0,1), where the notebook starts\n";
  row({"", "cosine", "J falls", "P1, Y1", "error at", "error at", "data alone,", "accuracy"});
  row({"mistake", "at W = 0", "", "are 1", "W = 0", "W uniform", "W uniform", "train/test"});
  std::vector<std::string> diagnoses;
  LabReport all = LabReport::array();
  Progress progress("mistake", student_gradients().size(), lab.output.quiet());
  arma::uword done = 0;
  for (const StudentGradient& student : student_gradients()) {
    const StudentGradient& right = student_gradients()[0];
    const arma::mat g = student(lab.zeros, lab.X, lab.Y, lab.l2), truth = right(lab.zeros, lab.X, lab.Y, lab.l2);
    const bool falls =
        student_loss(lab.zeros - lab.rate * g, lab.X, lab.Y, lab.l2) < student_loss(lab.zeros, lab.X, lab.Y, lab.l2);
    const bool sums =
        student.scores == Over::sample && !(student.softmax_of_targets && student.targets == Over::everything);
    const GradientCheck at_zero = checked(student, lab, lab.zeros, lab.l2),
                        whole = checked(student, lab, lab.uniform, lab.l2),
                        data = checked(student, lab, lab.uniform, 0);
    arma::mat W = lab.zeros;
    student_descent(
        W, [&](const arma::mat& w) { return student(w, lab.X, lab.Y, lab.l2); }, lab.rate, lab.decay, lab.epochs);
    row({student.name, fixed(cosine_similarity(g, truth), 4), falls ? "yes" : "no", sums ? "yes" : "no caught",
         verdict(at_zero), verdict(whole), verdict(data), accuracies(W, lab)});
    for (const auto& [where, check] : {std::pair("W = 0", &at_zero), std::pair("W uniform", &whole)}) {
      for (const Diagnosis& d : check->diagnoses)
        diagnoses.push_back(student.name + ", " + where + ": " + (d.findings.empty() ? "unknown" : d.findings[0].what));
    }
    const auto error = [](const GradientCheck& check) {
      return LabReport{{"error", check.evidence.back().error}, {"passed", check.passed()}};
    };
    all.push_back({{"mistake", student.name},
                   {"cosine_at_zero", cosine_similarity(g, truth)},
                   {"loss_falls", falls},
                   {"sums_are_one", sums},
                   {"at_zero", error(at_zero)},
                   {"at_uniform", error(whole)},
                   {"at_uniform_data_alone", error(data)},
                   {"train_accuracy", accuracy(W, lab, lab.all)},
                   {"test_accuracy", accuracy(W, lab, lab.test)}});
    progress.show(double(++done), student.name);
  }
  lab.out() << "What check_gradient makes of them\n";
  for (const std::string& line : diagnoses) {
    lab.out() << "  - ";
    detail::print_wrapped(lab.out(), line, 4, 4);
  }
  return all;
}

/// A loss that reads l2 from a global: invisible, unless l2 is a variable too.
void l2_from_a_global(const Trials& lab) {
  const double l2_reg = lab.l2;
  const arma::mat& W = lab.uniform;
  const auto as_written = [&](const arma::vec&) { return student_loss(W, lab.X, lab.Y, l2_reg); };
  const auto gradient = [&](const arma::vec&) { return arma::vec{arma::accu(arma::square(W)) / 2}; };
  CheckOptions<double> options;
  options.names = {"l2"};
  const GradientCheck check = check_gradient(options, as_written, gradient, arma::vec{lab.l2});
  const Evidence& by_l2 = check.evidence[0];
  lab.out() << "\nl2_reg_term reads a global instead of its argument\n  J is right while the two agree; |W|^2/2 = "
            << by_l2.given << ", dJ/dl2 by differences " << by_l2.found << (check.passed() ? "\n" : ": caught\n");
}

/// exp of scores that nothing was subtracted from.
void no_max_shift(const Trials& lab) {
  lab.out() << "\nno max-shift in softmax\n";
  const double largest = arma::mat(lab.uniform.t() * lab.X).max();
  for (const double factor : {1.0, std::ceil(710 / largest)}) {
    const arma::mat W = factor * lab.uniform;
    Tape<double> tape;
    tape.detect_anomalies();
    lab.out() << "  W uniform in [0," << factor << "), largest score " << factor * largest << ": ";
    try {
      const Var<double> w = tape.variable(view(W, "W"));
      const Var<double> E = exp(w.t() * view(lab.X, "X"));
      const Var<double> J = -accu(view(lab.Y, "Y") % log(E.each_row() / sum(E, 0))) / lab.X.n_cols;
      tape.backward(J, true);
      lab.out() << "J " << J.scalar() << '\n';
    } catch (const std::runtime_error& error) {
      lab.out() << "caught\n    " << error.what() << '\n';
    }
  }
}

void start_and_schedule(const Trials& lab) {
  const double J = student_loss(lab.uniform, lab.X, lab.Y, lab.l2),
               penalty = lab.l2 / 2 * arma::accu(arma::square(lab.uniform));
  lab.out() << "\nW starts uniform in [0,1)\n  J " << J << ", of which the penalty " << penalty
            << "; at chance it should be ln " << lab.Y.n_rows << " = " << std::log(double(lab.Y.n_rows))
            << (J > 2 * std::log(double(lab.Y.n_rows)) ? ": caught\n" : "\n");

  const StudentGradient &right = student_gradients()[0], &written = student_gradients()[3];
  lab.out() << "\nthe rate shrinks by " << lab.decay << " an epoch: all steps together are at most "
            << lab.rate / (1 - lab.decay) << "\n";
  arma::mat W = lab.zeros;
  student_descent(
      W, [&](const arma::mat& w) { return right(w, lab.X, lab.Y, lab.l2); }, lab.rate, lab.decay, lab.epochs);
  lab.out() << "  right gradient from W = 0: |gradient| " << arma::norm(right(W, lab.X, lab.Y, lab.l2), "fro")
            << ", accuracy " << accuracies(W, lab) << '\n';
  W = lab.uniform;
  const auto as_written = [&](const arma::mat& w) { return written(w, lab.X, lab.Y, lab.l2); };
  for (const char* run : {"first", "second"}) {
    student_descent(W, as_written, lab.rate, lab.decay, lab.epochs);
    lab.out() << "  the notebook as written from W uniform, after the " << run << " run: accuracy "
              << accuracies(W, lab) << '\n';
  }
  lab.out() << "  the class sums X Y' alone as W: accuracy " << accuracies(arma::mat(lab.X * lab.Y.t()), lab) << '\n';
}

}  // namespace

LabReport mistakes(const Lab& lab) {
  const Trials trials(lab);
  LabReport report{{"mistakes", gradients_table(trials)}};
  l2_from_a_global(trials);
  no_max_shift(trials);
  start_and_schedule(trials);
  return report;
}

}  // namespace armagrad::apps
