#pragma once
// The variables of an expression as they are declared, "W:d,c", and numbers for them.

#include <armadillo>
#include <set>

#include "apps/expression/evaluate.hpp"

namespace armagrad::apps {

/// What is promised of a variable's entries; `any`: nothing, not even what one would think.
enum class Nature { unsaid, any, positive, symmetric, spd, columns_sum_to_one, rows_sum_to_one, positive_definite };

struct Variable {
  std::string name;
  Sides sides = {};
  Nature nature = Nature::unsaid;
};

struct Variables {
  std::vector<Variable> all;
  Declarations declarations;
  std::map<std::string, Size> sides;  // that are no dimension but occur in the expression: "d + 2"
  std::set<double> numbers;           // that occur in it

  const Variable* find(const std::string& name) const;
  /// std::logic_error for a name that is in use.
  void add(const Variable& variable, const std::vector<std::string>& dimensions);
};

/// From declarations "NAME", "NAME:ROWS,COLS" or "NAME:ROWS,COLS:NATURE"; a side is a whole number or the
/// name of a dimension. std::logic_error that quotes the one that cannot be read.
Variables declared(const std::vector<std::string>& declarations);

/// Numbers for the dimensions and for the variables.
struct Data {
  std::map<std::string, arma::uword> sizes;
  std::map<std::string, arma::mat> values;
};

/// How entries are drawn that nothing is promised of.
enum class Range { normal, positive, above_one };

/// How long dimensions are drawn at least. What is true of both is true of all, as far as one can tell.
enum class Length : arma::uword { one = 7, another = 30 };

/// Which dimensions are the longer ones: those declared later, or earlier. X:n,d is wide or tall.
enum class Order { ascending, descending };

/// Random numbers, the same for the same seed. Dimensions are as long as different primes, none of them as
/// one of variables.sides, or, unless there are many, among variables.numbers: no sum or product of two is
/// another one. 1/(d - 1) is no short decimal.
Data drawn(const Variables& variables, Range range, Length length, Order order, unsigned seed);

/// A variable's value, and where it is from: a file, say.
struct Source {
  std::string variable, where;
  arma::mat value;
};
/// The values of every variable. std::runtime_error that names the source of which the shape does not agree with the
/// declarations.
Data data_of(const Variables& variables, const std::vector<Source>& sources);

/// From "NAME=FILE.csv", or "NAME=1.5" for a number, one for every variable. std::runtime_error that names
/// the file and line, or the shapes that do not agree.
Data read(const Variables& variables, const std::vector<std::string>& arguments);

}  // namespace armagrad::apps
