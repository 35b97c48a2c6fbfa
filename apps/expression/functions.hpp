#pragma once
// The functions that an expression may use: one table, which says of each how it is written, what shape it
// gives and how it is computed.

#include <armagrad/var.hpp>
#include <span>

#include "size.hpp"
#include "syntax.hpp"

namespace armagrad::apps {

/// Whose rows or columns meet a vector: X.each_row() + r.
enum class Each : std::uint8_t { none, row, col };

/// A term before there are numbers: its shape, and its value where it is a size.
struct Known {
  Sides sides = {};
  std::optional<Size> number = {};  // its value, where it is made of dimensions and whole numbers
  const std::string* text = nullptr;
  Each each = Each::none;
  bool is_identity = false;  // I, or a multiple of it: of no size until it meets a matrix

  bool is_number() const { return sides.is_number(); }
};

/// A term on a tape.
struct Value {
  Var<double> x;
  const std::string* text = nullptr;
  Each each = Each::none;
  bool is_identity = false;  // as above; x is what it is a multiple by

  bool is_number() const { return x.n_elem == 1; }
};

/// A function's arguments, Known or Values. std::logic_error where they are not what the function asks for.
template <class Argument>
class Arguments {
 public:
  Arguments(std::span<const Argument* const> arguments, uword softmax_dim)
      : arguments_(arguments), softmax_dim_(softmax_dim) {}

  std::size_t size() const { return arguments_.size(); }
  const Argument& argument(std::size_t k) const { return *arguments_[k]; }
  /// Argument k as a matrix.
  const auto& operator[](std::size_t k) const {
    if (argument(k).each != Each::none) throw std::logic_error("each_row() and each_col() are followed by + - % or /");
    if (argument(k).text) throw std::logic_error("a text in quotes cannot stand here");
    if constexpr (std::is_same_v<Argument, Value>)
      return argument(k).x;
    else
      return argument(k).sides;
  }
  const std::string& text(std::size_t k) const {
    if (!argument(k).text) throw std::logic_error("a text in quotes was expected");
    return *argument(k).text;
  }
  /// Argument k as a size or an index.
  auto count(std::size_t k) const;
  /// Argument k, which is 0 or 1; none where it is not given.
  std::optional<uword> dim(std::size_t k) const;
  /// The dimension argument of the softmax family, which has a default.
  uword softmax_dim(std::size_t k) const { return dim(k).value_or(softmax_dim_); }

 private:
  std::span<const Argument* const> arguments_;
  uword softmax_dim_;
};

/// A matrix's entry counts and indices, on a tape: a number that no variable has an influence on.
uword whole_number(const Var<double>& x);
/// Whether x is a number that was typed, or made of such: nothing with a name is in it.
bool is_literal_number(const Var<double>& x);
Size whole_number(const Known& x);
/// std::logic_error for a matrix too large to be meant.
void check_entries(double count);

template <class Argument>
auto Arguments<Argument>::count(std::size_t k) const {
  if constexpr (std::is_same_v<Argument, Value>)
    return whole_number((*this)[k]);
  else
    return whole_number(argument(k));
}
template <class Argument>
std::optional<uword> Arguments<Argument>::dim(std::size_t k) const {
  if (k >= size()) return {};
  const auto d = count(k);
  if (d == 0 || d == 1) return d == 1;
  throw std::logic_error("a dimension is 0 or 1");
}

using ShapeCall = Arguments<Known>;
using Call = Arguments<Value>;

/// How a function is written, "sum(x[, dim])", and what it does.
struct Function {
  std::string_view usage;
  Sides (*shape)(const ShapeCall&);
  Var<double> (*value)(const Call&);
  Each gives = Each::none;

  std::string_view name() const { return usage.substr(0, usage.find('(')); }
  /// std::logic_error unless it takes this number of arguments.
  void check_count(std::size_t arguments) const;
};

/// Functions of entries, of matrices, and the operators as functions: "+(a, b)".
std::span<const Function> elementwise_functions();
std::span<const Function> matrix_functions();
std::span<const Function> operators();

/// A function or an operator by its name; nullptr if there is none.
const Function* find_function(std::string_view name);
/// Whether it is the name of a function, not an operator's.
bool is_function(std::string_view name);

}  // namespace armagrad::apps
