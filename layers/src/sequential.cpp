#include <algorithm>
#include <armagrad/armagrad.hpp>
#include <armagrad/detail/threads.hpp>
#include <armagrad/nn/sequential.hpp>
#include <iomanip>

namespace armagrad {

template <class eT>
Sequential<eT>::Sequential(Size input, const std::vector<Layer<eT>>& layers) : input_(input) {
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

template <class eT>
bool Sequential<eT>::drops() const {
  return std::any_of(modules_.begin(), modules_.end(), [](const auto& m) { return m.kind == "dropout"; });
}

template <class eT>
arma::Mat<eT> Sequential<eT>::initial(Random random) const {
  arma::Mat<eT> theta(n_parameters_, 1);
  eT* next = theta.memptr();
  for (const Module<eT>& m : modules_) {
    for (const Parameter& p : m.parameters) {
      for (uword i = 0; i < p.shape.size(); ++i) *next++ = eT(p.initial(random, p.in, p.out));
    }
  }
  return theta;
}

template <class eT>
arma::Mat<eT> Sequential<eT>::part(const arma::Mat<eT>& theta, const Part& p) const {
  return arma::Mat<eT>(theta.memptr() + p.offset, p.shape.rows, p.shape.cols);
}

template <class eT>
std::vector<Var<eT>> Sequential<eT>::split(const Var<eT>& theta) const {
  if (theta.shape() != shape_of(n_parameters_, 1))
    detail::misuse("sequential", {},
                   "parameters of " + to_string(theta.shape()) + " for a net of " + std::to_string(n_parameters_));
  std::vector<Var<eT>> all;
  for (const Part& p : parts_)
    all.push_back(reshape(theta.rows(p.offset, p.offset + p.shape.size() - 1), p.shape.rows, p.shape.cols));
  return all;
}

template <class eT>
Var<eT> Sequential<eT>::forward(std::span<const Var<eT>> parameters, Var<eT> x, const Pass<eT>& pass) const {
  if (x.n_rows != input_.total())
    detail::misuse("sequential", {},
                   "samples of " + std::to_string(x.n_rows) + " for a net that takes " + to_string(input_));
  for (const Module<eT>& m : modules_) {
    x = m.forward(parameters.first(m.parameters.size()), x, pass);
    parameters = parameters.subspan(m.parameters.size());
  }
  return x;
}

template <class eT>
Var<eT> Sequential<eT>::operator()(const Var<eT>& theta, const Var<eT>& x) const {
  return forward(split(theta), x);
}

template <class eT>
std::ostream& operator<<(std::ostream& out, const Sequential<eT>& net) {
  const auto line = [&](const std::string& place, const std::string& kind, const std::string& output,
                        const std::string& shapes, uword count) {
    out << std::left << std::setw(4) << place << std::setw(12) << kind << std::setw(12) << output << std::setw(30)
        << shapes << std::right << std::setw(9) << count << '\n';
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

template <class eT>
arma::Mat<eT> outputs(const Sequential<eT>& net, const arma::Mat<eT>& theta, const std::type_identity_t<Columns<eT>>& X,
                      unsigned threads, const std::function<bool()>& interrupted) {
  constexpr uword block = 100;
  const uword blocks = (X.n_cols + block - 1) / block;
  arma::Mat<eT> out(net.output().total(), X.n_cols);
  const detail::OneBlasThread hold;
  const unsigned workers = unsigned(std::clamp<uword>(blocks, 1, threads));
  detail::in_threads(workers, [&](unsigned t) {
    Tape<eT> tape;
    arma::Mat<eT> buffer;
    for (uword b = t; b < blocks; b += workers) {
      if (interrupted && interrupted()) throw Interrupted();
      const uword first = b * block, n = std::min(block, X.n_cols - first);
      tape.clear();
      const arma::Mat<eT> x = X.range(first, n, buffer);
      out.cols(first, first + n - 1) = net(tape.constant(view(theta)), tape.constant(view(x))).value();
    }
  });
  return out;
}

template <class eT>
double share_right(const arma::Mat<eT>& outputs, const arma::Mat<eT>& Y) {
  if (Y.n_cols == 0) return 0;
  const arma::urowvec predicted = arma::index_max(outputs, 0), actual = arma::index_max(Y, 0);
  return double(arma::accu(predicted == actual)) / double(Y.n_cols);
}

template <class eT>
double accuracy(const Sequential<eT>& net, const arma::Mat<eT>& theta, const std::type_identity_t<Columns<eT>>& X,
                const arma::Mat<eT>& Y, unsigned threads, const std::function<bool()>& interrupted) {
  return share_right(outputs(net, theta, X, threads, interrupted), Y);
}

template class Sequential<float>;
template class Sequential<double>;
template ARMAGRAD_EXPORT std::ostream& operator<<(std::ostream&, const Sequential<float>&);
template ARMAGRAD_EXPORT std::ostream& operator<<(std::ostream&, const Sequential<double>&);
template ARMAGRAD_EXPORT arma::fmat outputs(const Sequential<float>&, const arma::fmat&, const Columns<float>&,
                                            unsigned, const std::function<bool()>&);
template ARMAGRAD_EXPORT arma::mat outputs(const Sequential<double>&, const arma::mat&, const Columns<double>&,
                                           unsigned, const std::function<bool()>&);
template ARMAGRAD_EXPORT double share_right(const arma::fmat&, const arma::fmat&);
template ARMAGRAD_EXPORT double share_right(const arma::mat&, const arma::mat&);
template ARMAGRAD_EXPORT double accuracy(const Sequential<float>&, const arma::fmat&, const Columns<float>&,
                                         const arma::fmat&, unsigned, const std::function<bool()>&);
template ARMAGRAD_EXPORT double accuracy(const Sequential<double>&, const arma::mat&, const Columns<double>&,
                                         const arma::mat&, unsigned, const std::function<bool()>&);

}  // namespace armagrad
