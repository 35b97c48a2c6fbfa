#include "../check/check_function_impl.hpp"
#include "../check/check_gradient_impl.hpp"
#include "../complex_replay.hpp"
#include "../engine.hpp"

namespace armagrad {
template class Tape<double>;
template class Tape<float>;
template class Recording<double>;
template class Recording<float>;
template class ForwardMode<double>;
template class ForwardMode<float>;
template class ComplexReplay<double>;
template class ComplexReplay<float>;
template GradientCheck run_check<double>(const CheckOptions<double>&, const LossOnTape<double>&,
                                         const std::vector<arma::Mat<double>>&);
template GradientCheck run_check<float>(const CheckOptions<float>&, const LossOnTape<float>&,
                                        const std::vector<arma::Mat<float>>&);
template GradientCheck run_function_check<double>(const CheckOptions<double>&, const PlainFunction<double>&,
                                                  const std::vector<arma::Mat<double>>&,
                                                  const std::vector<arma::Mat<double>>&);
template GradientCheck run_function_check<float>(const CheckOptions<float>&, const PlainFunction<float>&,
                                                 const std::vector<arma::Mat<float>>&,
                                                 const std::vector<arma::Mat<float>>&);
}  // namespace armagrad
