#include "check_function_impl.hpp"
#include "check_gradient_impl.hpp"

namespace armagrad {
template ARMAGRAD_EXPORT GradientCheck run_check<double>(const CheckOptions<double>&, const LossOnTape<double>&,
                                         const std::vector<arma::Mat<double>>&);
template ARMAGRAD_EXPORT GradientCheck run_check<float>(const CheckOptions<float>&, const LossOnTape<float>&,
                                        const std::vector<arma::Mat<float>>&);
template ARMAGRAD_EXPORT GradientCheck run_function_check<double>(const CheckOptions<double>&, const PlainLoss<double>&,
                                                  const std::vector<arma::Mat<double>>&);
template ARMAGRAD_EXPORT GradientCheck run_function_check<float>(const CheckOptions<float>&, const PlainLoss<float>&,
                                                 const std::vector<arma::Mat<float>>&);
}  // namespace armagrad
