// A recurrent network of LSTM layers with diagonal weights, predicting the next of a sequence of characters. What a
// layer takes from the layer below is known for all characters at once; only its own state is a recurrence.

#include "tool.hpp"

namespace gradbench {
namespace {

struct Network {
  explicit Network(const json& input)
      : main(columns_of(input.at("main_params"), "main_params")),
        extra(columns_of(input.at("extra_params"), "extra_params")),
        state(columns_of(input.at("state"), "state")),
        sequence(columns_of(input.at("sequence"), "sequence")) {
    const uword b = sequence.n_rows;
    require(sequence.n_cols > 1, "sequence has no next character");
    require(main.n_cols % 2 == 0 && main.n_rows == 4 * b, "main_params is not two lists of 4 b for each layer");
    require(extra.n_rows == b && extra.n_cols == 3, "extra_params is not three lists of b");
    require(state.n_rows == b && state.n_cols == main.n_cols, "state is not two lists of b for each layer");
  }

  template <class P>
  auto operator()(const P& weights, const P& ends) const {
    const uword b = sequence.n_rows, steps_n = sequence.n_cols - 1;
    const auto step = [](const auto& hidden, const auto& cell, const auto& forget, const auto& out, const auto& w_in,
                         const auto& b_in, const auto& w_change, const auto& b_change) {
      const auto next = cell % forget + sigmoid(hidden % w_in + b_in) % tanh(hidden % w_change + b_change);
      const auto shown = out % tanh(next);
      return std::tuple(shown, next, shown);
    };
    mat_of<P> x = diagmat(ends.col(0)) * sequence.head_cols(steps_n);
    for (uword i = 0; i < state.n_cols; i += 2) {
      const auto weight = [&](uword gate) { return weights.col(i).subvec(gate * b, (gate + 1) * b - 1); };
      const auto bias = [&](uword gate) { return weights.col(i + 1).subvec(gate * b, (gate + 1) * b - 1); };
      const auto gate = [&](uword g) { return sigmoid((x.each_col() % weight(g)).each_col() + bias(g)); };
      const auto [hidden, cell, shown] = scan(step, std::tuple(vec(state.col(i)), vec(state.col(i + 1))),
                                              steps(gate(0), gate(2)), weight(1), bias(1), weight(3), bias(3));
      x = shown;
    }
    const auto y = (x.each_col() % ends.col(1)).each_col() + ends.col(2);
    const mat gold = sequence.tail_cols(steps_n);
    const auto log_sums = log(sum(exp(y)) + 2);
    return (dot(sum(gold), log_sums) - accu(gold % y)) / double(b * steps_n);
  }

  auto program() const { return record(*this, variables(main, extra)); }

  mat main, extra, state, sequence;
};

}  // namespace

Module lstm() {
  return {{"objective",
           [](const json& input) {
             return prepared([in = Network(input), program = Network(input).program()]() mutable {
               return program.value(in.main, in.extra);
             });
           }},
          {"jacobian", [](const json& input) {
             return prepared(
                 [in = Network(input), program = Network(input).program()]() mutable {
                   return program.value_and_gradient(in.main, in.extra).second;
                 },
                 [](const auto& g) {
                   return to_output(vec(join_cols(vectorise(std::get<0>(g)), vectorise(std::get<1>(g)))));
                 });
           }}};
}

}  // namespace gradbench
