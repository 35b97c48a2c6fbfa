#include "model_check.hpp"

#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>

namespace armagrad::apps {

GradientCheck check_model(const Sequential<double>& net, const arma::mat& parameters, double l2,
                          const ImageMatrices& images, CheckOptions<double> options) {
  std::vector<arma::mat> values;
  for (const auto& part : net.parts()) {
    options.names.push_back(part.name);
    values.push_back(net.part(parameters, part));
  }
  const detail::LossOnTape<double> loss = [&](const std::vector<Var<double>>& w) {
    const Var<double> x = w[0].tape().constant(view(images.X, "X"));
    Var<double> J = cross_entropy<double>(net.forward(w, x), view(images.Y, "Y")) / double(images.X.n_cols);
    for (std::size_t k = 0; k < w.size(); ++k) {
      if (options.names[k].ends_with("weight")) J = J + 0.5 * l2 * accu(square(w[k]));
    }
    return J;
  };
  return detail::run_check<double>(options, loss, values);
}

}  // namespace armagrad::apps
