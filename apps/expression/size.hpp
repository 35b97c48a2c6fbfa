#pragma once
// Sides of matrices by their names: "d", "n + 1", "2 n c".

#include <armadillo>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace armagrad::apps {

/// A polynomial in the names of dimensions, with whole coefficients.
class Size {
 public:
  Size(double number = 0) {
    if (number != 0) terms_[{}] = number;
  }
  static Size named(const std::string& name) {
    Size size;
    size.terms_[{name}] = 1;
    return size;
  }

  /// The number, if no name is in it.
  std::optional<double> number() const;
  std::string text() const;
  /// Its value, once the names have numbers.
  double at(const std::map<std::string, arma::uword>& sizes) const;
  /// The quotient by a number or a single product of names, if it is one.
  std::optional<Size> divided_by(const Size& by) const;
  /// Of higher degree than anybody writes, where it is no longer followed.
  bool is_too_long() const;

  friend bool operator==(const Size&, const Size&) = default;
  friend Size operator+(const Size& a, const Size& b) { return sum(a, b, 1); }
  friend Size operator-(const Size& a, const Size& b) { return sum(a, b, -1); }
  friend Size operator*(const Size& a, const Size& b);

 private:
  static Size sum(const Size& a, const Size& b, double sign);
  void add(const std::vector<std::string>& names, double coefficient);

  std::map<std::vector<std::string>, double> terms_;  // coefficients by names in alphabetical order, none of them 0
};

/// A symbolic shape; a matrix of one entry is a number.
struct Sides {
  Size rows = 1, cols = 1;

  bool is_number() const { return rows == Size(1) && cols == Size(1); }
  bool is_vector() const { return rows == Size(1) || cols == Size(1); }
  Sides turned() const { return {cols, rows}; }
  std::string text() const { return is_number() ? "a number" : rows.text() + " x " + cols.text(); }
  friend bool operator==(const Sides&, const Sides&) = default;
};

}  // namespace armagrad::apps
