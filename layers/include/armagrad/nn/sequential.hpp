#pragma once
// Modules in sequence, and the column of parameters that they share.

#include <ostream>

#include "columns.hpp"
#include "modules.hpp"

namespace armagrad {

/// A net: modules in sequence. It holds no parameter values: these are a column (n_parameters() x 1) that the caller
/// keeps.
template <class eT>
class ARMAGRAD_EXPORT Sequential {
 public:
  /// A parameter of the net by name ("0.weight"), and the index in the column at which it begins.
  struct Part {
    std::string name;
    Shape shape;
    uword offset;
  };

  /// std::logic_error if a layer does not fit the one before it.
  Sequential(Size input, const std::vector<Layer<eT>>& layers);

  /// The size of a sample.
  Size input() const { return input_; }
  /// The size of an output.
  Size output() const { return modules_.empty() ? input_ : modules_.back().output; }
  /// The modules, from the input to the output.
  const std::vector<Module<eT>>& modules() const { return modules_; }
  /// The parameters and their places in the column, in the order of the modules.
  const std::vector<Part>& parts() const { return parts_; }
  /// The length of the column of parameters.
  uword n_parameters() const { return n_parameters_; }
  /// Whether a module is dropout, so that training and evaluation differ.
  bool drops() const;

  /// Initial parameters, a column.
  arma::Mat<eT> initial(Random random) const;
  /// One parameter out of the column theta, in its shape: a copy.
  arma::Mat<eT> part(const arma::Mat<eT>& theta, const Part& p) const;

  /// The parameters of a column on the tape, in the order of parts(); std::logic_error for another length.
  std::vector<Var<eT>> split(const Var<eT>& theta) const;
  /// The outputs for samples x, a column each; std::logic_error for samples of another size.
  Var<eT> forward(std::span<const Var<eT>> parameters, Var<eT> x, const Pass<eT>& pass = {}) const;
  /// The outputs for a column of parameters, without dropout.
  Var<eT> operator()(const Var<eT>& theta, const Var<eT>& x) const;

 private:
  Size input_;
  std::vector<Module<eT>> modules_;
  std::vector<Part> parts_;
  uword n_parameters_ = 0;
};

/// A table of the net: a line for each module with its output's size and its parameters.
template <class eT>
std::ostream& operator<<(std::ostream& out, const Sequential<eT>& net);

/// Thrown by a long computation that was asked to stop.
struct Interrupted : std::exception {
  /// "interrupted".
  const char* what() const noexcept override { return "interrupted"; }
};

/// The net's output for each sample of X (a column each: a matrix, or columns that are made as they are needed), in
/// evaluation mode. Interrupted once `interrupted`, asked by any thread, is true.
template <class eT>
arma::Mat<eT> outputs(const Sequential<eT>& net, const arma::Mat<eT>& theta, const std::type_identity_t<Columns<eT>>& X,
                      unsigned threads = 1, const std::function<bool()>& interrupted = {});

/// The share of columns in which both are largest in the same row; 0 without columns.
template <class eT>
double share_right(const arma::Mat<eT>& outputs, const arma::Mat<eT>& Y);

/// The share of samples whose largest output is in the row in which their target Y (c x n) is largest; 0
/// without samples.
template <class eT>
double accuracy(const Sequential<eT>& net, const arma::Mat<eT>& theta, const std::type_identity_t<Columns<eT>>& X,
                const arma::Mat<eT>& Y, unsigned threads = 1, const std::function<bool()>& interrupted = {});

}  // namespace armagrad
