#include "check_function_impl.hpp"
#include "check_gradient_impl.hpp"

namespace armagrad {
template GradientCheck run_check<double>(const CheckOptions<double>&, const LossOnTape<double>&,
                                         const std::vector<arma::Mat<double>>&);
template GradientCheck run_check<float>(const CheckOptions<float>&, const LossOnTape<float>&,
                                        const std::vector<arma::Mat<float>>&);
template GradientCheck run_function_check<double>(const CheckOptions<double>&, const PlainLoss<double>&,
                                                  const std::vector<arma::Mat<double>>&);
template GradientCheck run_function_check<float>(const CheckOptions<float>&, const PlainLoss<float>&,
                                                 const std::vector<arma::Mat<float>>&);
}  // namespace armagrad
