// Gradients as formulas: what docs/formulas.md shows.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const double n = 60;  // of nobody else's value, so that it is known as n
  const arma::mat X(4, 60, arma::fill::randn), U(3, 5, arma::fill::randn), V(5, 4, arma::fill::randn);
  arma::mat Y(3, 60, arma::fill::zeros);
  for (arma::uword i = 0; i < 60; ++i) Y(i % 3, i) = 1;

  const FormulaOptions names{.names = {{"n", n}, {"d", 4}, {"c", 3}, {"h", 5}}};
  const auto network = [&](auto u, auto v) {
    const auto S = u * tanh(v * view(X, "X"));
    return -accu(view(Y, "Y") % log_softmax(S, 0)) / n;
  };
  const Formula f = derive(names, network, view(U, "U"), view(V, "V"));
  std::cout << f.text() << "\n\n" << f.text_with_shapes() << "\n\n" << f.latex() << "\n\n";

  Tape<double> tape;  // from a tape, with names for numbers and for what is computed
  const auto A = tape.variable(view(U, "A")), B = tape.constant(view(V, "B"));
  const auto weight = tape.constant(0.5, "weight");
  const auto hidden = tape.named(sigmoid(A * B), "H");
  const auto energy = weight * accu(square(hidden));
  std::cout << derive(energy, {A}, {.loss = "E"}).text() << "\n\n";

  const arma::mat W(4, 2, arma::fill::randn), T(2, 60, arma::fill::randn);
  const auto ridge = [&](auto w) { return 0.5 * accu(square(w.t() * view(X, "X") - view(T, "Y"))) / n; };
  FormulaOptions with_steps = names;
  with_steps.steps = true;
  const Formula g = derive(ridge, W, "W", with_steps);
  for (const BackwardStep& s : g.steps()) {
    std::cout << s.operation << ": " << s.result << "   with adjoint " << s.incoming << '\n';
    for (const auto& c : s.contributions)
      std::cout << "    to " << c.operand << ":  " << c.rule << "  =  " << c.text
                << (c.adds_up ? ", added up: " + c.total : "") << '\n';
  }
  std::cout << "simplified:\n";
  for (const Simplification& s : g.simplifications())
    std::cout << "    " << s.rule << ":  " << s.before << "  ->  " << s.after << '\n';
}
