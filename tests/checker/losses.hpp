#pragma once
// Random losses to try the checker on: graphs of the library's operations, and models as people write them.

#include <armagrad/armagrad.hpp>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "hard_losses.hpp"

namespace armagrad::checker {
using namespace detail;  // the score looks inside

using V = Var<double>;

/// A mistake put into the derivation of a loss, at one of its places; its value stays what it was.
struct Slip {
  enum Kind { none, path, derivative } kind = none;
  unsigned place = 0;  // counted as the loss runs
};

/// Runs while a loss is recorded: every operand and every function of one operand is a place for a slip.
class Places {
 public:
  explicit Places(const Slip& slip) : slip_(slip) {}
  /// An operand, which a forgotten path takes for a constant.
  V use(const V& x) { return is_here(Slip::path, paths) ? stop_gradient(x) : x; }
  /// f(x), whose derivative may be forgotten.
  template <class F>
  V apply(F f, const V& x) {
    const V y = f(x);
    return is_here(Slip::derivative, functions) ? stop_gradient(y - x) + x : y;
  }
  unsigned paths = 0, functions = 0;

 private:
  bool is_here(Slip::Kind kind, unsigned& count) { return slip_.kind == kind && slip_.place == count++; }
  Slip slip_;
};

struct Loss {
  std::string name;
  std::vector<arma::mat> W;
  std::vector<arma::mat> data;  // what a slip in the data can go through; read by the terms
  struct TermOf {
    std::string name;
    std::function<V(std::span<const V> w, const std::vector<arma::mat>& data, Places&)> f;
  };
  std::vector<TermOf> terms;

  V record(std::span<const V> w, const Slip& slip = {}) const { return record(w, data, slip); }
  V record(std::span<const V> w, const std::vector<arma::mat>& with, const Slip& slip) const;
  /// The gradients by each variable of all terms, or of one.
  std::vector<arma::mat> gradients(const Slip& slip = {}) const { return gradients(data, slip); }
  std::vector<arma::mat> gradients(const std::vector<arma::mat>& with, const Slip& slip) const;
  std::vector<arma::mat> gradients_of_term(std::size_t k) const;
  double value(const std::vector<arma::mat>& at) const;
  double value_of_term(std::size_t k, const std::vector<arma::mat>& at) const;
  /// How many places there are for a slip of either kind.
  Places places() const;
};

Loss random_graph(Draw& draw);
Loss random_model(Draw& draw);

}  // namespace armagrad::checker
