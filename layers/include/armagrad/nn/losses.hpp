#pragma once
// Losses of a net's outputs (c x n, a sample per column) and targets, SUMMED over the samples, as
// sum_over_samples and ensmallen's separable functions expect. Targets may be Vars, view(Y), or matrices.

#include <armagrad/var.hpp>

namespace armagrad {

/// -log softmax(scores) at the target's class. Y: one-hot (c x n), or the classes 0 ... c - 1 as a row; with
/// smoothing s (Szegedy et al., 2016) the target is (1 - s) Y + s / c. A score of -inf has probability 0, which costs
/// nothing where the target is 0. std::runtime_error, when it is computed, for a class that is not one of them.
template <class eT>
NumberVar<eT> cross_entropy(const Var<eT>& scores, const Argument<eT>& targets, double smoothing = 0);

/// -y log p - (1 - y) log(1 - p) for p = sigmoid(scores), without overflow.
template <class eT>
NumberVar<eT> binary_cross_entropy(const Var<eT>& scores, const Argument<eT>& y);

/// (p - y)^2, the mean over a sample's c outputs.
template <class eT>
NumberVar<eT> squared_error(const Var<eT>& p, const Argument<eT>& y);
/// |p - y|, the mean over a sample's c outputs.
template <class eT>
NumberVar<eT> absolute_error(const Var<eT>& p, const Argument<eT>& y);
/// e^2 / 2 for e = |p - y| up to delta, and delta (e - delta / 2) beyond, the mean over a sample's c outputs:
/// Huber, 1964.
template <class eT>
NumberVar<eT> huber(const Var<eT>& p, const Argument<eT>& y, double delta = 1);
/// max(0, 1 - y p) for y of -1 or 1, the mean over a sample's c outputs.
template <class eT>
NumberVar<eT> hinge(const Var<eT>& p, const Argument<eT>& y);

}  // namespace armagrad
