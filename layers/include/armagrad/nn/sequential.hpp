#pragma once
// Modules one after the other, and the one column of parameters that they share.

#include <armagrad/detail/threads.hpp>
#include <iomanip>
#include <sstream>

#include "modules.hpp"

namespace armagrad {

template <class eT>
class Sequential {
 public:
  /// A parameter of the net by name ("0.weight"), and where in the column it begins.
  struct Part {
    std::string name;
    Shape shape;
    uword offset;
  };

  /// std::logic_error if a layer does not fit the one before it.
  Sequential(Size input, const std::vector<Layer<eT>>& layers) : input_(input) {
    Size size = input;
    for (const Layer<eT>& layer : layers) {
      const unsigned place = unsigned(modules_.size());
      modules_.push_back(layer(size, place));
      size = modules_.back().output;
      for (const Parameter& p : modules_.back().parameters) {
        parts_.push_back({std::to_string(place) + "." + p.name, p.shape, n_parameters_});
        n_parameters_ += p.shape.size();
      }
    }
  }

  Size input() const { return input_; }
  Size output() const { return modules_.empty() ? input_ : modules_.back().output; }
  const std::vector<Module<eT>>& modules() const { return modules_; }
  const std::vector<Part>& parts() const { return parts_; }
  uword n_parameters() const { return n_parameters_; }
  /// Whether training and evaluation differ.
  bool drops() const {
    return std::any_of(modules_.begin(), modules_.end(), [](const auto& m) { return m.kind == "dropout"; });
  }

  /// The parameters to begin with, a column.
  arma::Mat<eT> initial(Random random) const {
    arma::Mat<eT> theta(n_parameters_, 1);
    eT* next = theta.memptr();
    for (const Module<eT>& m : modules_) {
      for (const Parameter& p : m.parameters) {
        for (uword i = 0; i < p.shape.size(); ++i) *next++ = eT(p.initial(random, p.in, p.out));
      }
    }
    return theta;
  }
  arma::Mat<eT> part(const arma::Mat<eT>& theta, const Part& p) const {
    return arma::Mat<eT>(theta.memptr() + p.offset, p.shape.rows, p.shape.cols);
  }

  /// The parameters of a column on the tape, in the order of parts().
  std::vector<Var<eT>> split(const Var<eT>& theta) const {
    if (theta.shape() != shape_of(n_parameters_, 1))
      misuse("sequential", {},
             "parameters of " + to_string(theta.shape()) + " for a net of " + std::to_string(n_parameters_));
    std::vector<Var<eT>> all;
    for (const Part& p : parts_)
      all.push_back(reshape(theta.rows(p.offset, p.offset + p.shape.size() - 1), p.shape.rows, p.shape.cols));
    return all;
  }
  /// The outputs for samples x (a column each).
  Var<eT> forward(std::span<const Var<eT>> parameters, Var<eT> x, const Pass<eT>& pass = {}) const {
    if (x.n_rows != input_.total())
      misuse("sequential", {},
             "samples of " + std::to_string(x.n_rows) + " for a net that takes " + to_string(input_));
    for (const Module<eT>& m : modules_) {
      x = m.forward(parameters.first(m.parameters.size()), x, pass);
      parameters = parameters.subspan(m.parameters.size());
    }
    return x;
  }
  /// The same of a column of parameters, without dropout.
  Var<eT> operator()(const Var<eT>& theta, const Var<eT>& x) const { return forward(split(theta), x); }

 private:
  Size input_;
  std::vector<Module<eT>> modules_;
  std::vector<Part> parts_;
  uword n_parameters_ = 0;
};

/// A table of the net: a line for each module with its output's size and its parameters.
template <class eT>
std::ostream& operator<<(std::ostream& out, const Sequential<eT>& net) {
  const auto line = [&](const std::string& place, const std::string& kind, const std::string& output,
                        const std::string& shapes, uword count) {
    out << std::left << std::setw(4) << place << std::setw(12) << kind << std::setw(12) << output
        << std::setw(30) << shapes << std::right << std::setw(9) << count << '\n';
  };
  out << "    module      output      parameters\n";
  for (std::size_t i = 0; i < net.modules().size(); ++i) {
    const Module<eT>& m = net.modules()[i];
    std::string shapes;
    uword count = 0;
    for (const Parameter& p : m.parameters) {
      shapes += (shapes.empty() ? "" : ", ") + p.name + " " + to_string(p.shape);
      count += p.shape.size();
    }
    line(std::to_string(i), m.kind, to_string(m.output), shapes, count);
  }
  line("", "", "", "", net.n_parameters());
  return out;
}

/// The net's output for each sample of X (a column each), in evaluation mode.
template <class eT>
arma::Mat<eT> outputs(const Sequential<eT>& net, const arma::Mat<eT>& theta, const arma::Mat<eT>& X,
                      unsigned threads = 1) {
  constexpr uword block = 100;
  const uword blocks = (X.n_cols + block - 1) / block;
  arma::Mat<eT> out(net.output().total(), X.n_cols);
  const detail::OneBlasThread hold;
  const unsigned workers = unsigned(std::clamp<uword>(blocks, 1, threads));
  detail::in_threads(workers, [&](unsigned t) {
    Tape<eT> tape;
    for (uword b = t; b < blocks; b += workers) {
      const uword first = b * block, n = std::min(block, X.n_cols - first);
      tape.clear();
      const arma::Mat<eT> x(const_cast<eT*>(X.colptr(first)), X.n_rows, n, false, true);
      out.cols(first, first + n - 1) = net(tape.constant(view(theta)), tape.constant(view(x))).value();
    }
  });
  return out;
}

/// The share of columns in which both are largest in the same row; 0 of none.
template <class eT>
double share_right(const arma::Mat<eT>& outputs, const arma::Mat<eT>& Y) {
  if (Y.n_cols == 0) return 0;
  const arma::urowvec predicted = arma::index_max(outputs, 0), actual = arma::index_max(Y, 0);
  return double(arma::accu(predicted == actual)) / double(Y.n_cols);
}

/// The share of samples whose largest output is where their target Y (c x n) is largest; 0 of none.
template <class eT>
double accuracy(const Sequential<eT>& net, const arma::Mat<eT>& theta, const arma::Mat<eT>& X,
                const arma::Mat<eT>& Y, unsigned threads = 1) {
  return share_right(outputs(net, theta, X, threads), Y);
}

}  // namespace armagrad
