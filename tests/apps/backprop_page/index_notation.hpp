#pragma once
// Computes index notation, `W̄[k,i] = Σ_j Z̄[i,j] X[k,j]`, from numbers; apps/backprop_page/notation.hpp
// defines it.

#include <armadillo>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace armagrad::apps::testing {

class IndexNotation {
 public:
  using Indices = std::vector<arma::sword>;

  std::map<std::string, arma::mat> values;                                            // by name
  std::map<std::string, std::function<arma::sword(const Indices&)>> index_functions;  // π(i,j), e(k)

  /// How far a text is from being true of the values; infinity if it is of another shape.
  double error(const std::string& text) {
    const std::size_t where = text.find(", where ");
    if (where != std::string::npos) solve_for_unknown(text.substr(where + 8));
    const std::string main = text.substr(0, where);
    const std::size_t equals = std::min(main.find(" = "), main.find(" += "));
    text_ = main.substr(0, equals), at_ = 0;
    const bool is_entry = text_.find_first_of(" (") == std::string::npos || text_.find('[') < text_.find_first_of(" (");
    if (is_entry && !text_.starts_with("Σ") && !text_.starts_with("-")) return error_of_entries(main);
    const arma::vec r = residuals(main);
    return arma::abs(r).max();
  }

 private:
  using Bound = std::map<char, arma::sword>;

  // ---- Whole equations ----

  /// "Z[i+2,j] = X[i,j]; ...": a matrix that is filled, compared with what Z is.
  double error_of_entries(const std::string& text) {
    std::string name;
    arma::mat filled;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find("; ", begin), text.size());
      const std::string equation = text.substr(begin, end - begin);
      begin = end + 2;
      const bool adds = equation.find(" += ") < equation.find(" = ");
      const std::size_t equals = equation.find(adds ? " += " : " = ");
      const std::string left = equation.substr(0, equals), right = equation.substr(equals + (adds ? 4 : 3));
      if (name.empty()) {
        name = left.substr(0, left.find('['));
        filled.zeros(arma::size(value_of(name)));
      }
      for_all(free_letters(left, equation), [&](const Bound& at) {
        const double x = evaluated(right, at);
        text_ = left, at_ = left.find('[');
        const auto [i, j] = at_ == std::string::npos ? std::pair<arma::uword, arma::uword>(0, 0) : place(filled, at);
        filled(i, j) = adds ? filled(i, j) + x : x;
      });
    }
    return arma::abs(filled - value_of(name)).max();
  }
  /// Left side minus right side at all values of the free indices.
  arma::vec residuals(const std::string& equation) {
    const std::size_t equals = equation.find(" = ");
    const std::string left = equation.substr(0, equals), right = equation.substr(equals + 3);
    std::vector<double> all;
    for_all(free_letters(equation, equation),
            [&](const Bound& at) { all.push_back(evaluated(left, at) - evaluated(right, at)); });
    return all;
  }
  /// The equation is linear in the one name without a value, which has the shape of the result.
  void solve_for_unknown(const std::string& equation) {
    arma::mat& S = values["S"];
    S.zeros(arma::size(values.at("result")));
    const arma::vec r0 = residuals(equation);
    arma::mat M(r0.n_elem, S.n_elem);
    for (arma::uword k = 0; k < S.n_elem; ++k) {
      S.zeros();
      S(k) = 1;
      M.col(k) = residuals(equation) - r0;
    }
    const arma::vec solved = arma::solve(M, -r0);
    S = arma::reshape(solved, S.n_rows, S.n_cols);
  }

  // ---- Indices and their ranges ----

  static bool is_letter(const std::string& text, std::size_t k) {
    const auto alpha = [&](std::size_t n) { return n < text.size() && std::isalpha((unsigned char)text[n]); };
    return alpha(k) && !alpha(k + 1) && (k == 0 || !alpha(k - 1));
  }
  /// Letters between brackets, without those that are summed over.
  std::string free_letters(const std::string& text, const std::string& ranges) {
    std::string all, bound;
    int depth = 0;
    for (std::size_t k = 0; k < text.size(); ++k) {
      if (text.compare(k, 3, "Σ_") == 0 || text.compare(k, 3, "Π_") == 0 || text.compare(k, 4, "max_") == 0 ||
          text.compare(k, 4, "min_") == 0) {
        std::size_t n = text.find('_', k) + 1;
        if (text[n] != '{')
          bound += text[n];
        else
          for (++n; text[n] != '}'; ++n) {
            if (is_letter(text, n) && (text[n - 1] == '{' || text[n - 1] == ',')) bound += text[n];
          }
      }
      depth += text[k] == '[' ? 1 : text[k] == ']' ? -1 : 0;
      const bool is_name = k + 1 < text.size() && (text[k + 1] == '(' || text[k + 1] == '[');
      if (depth > 0 && is_letter(text, k) && !is_name && all.find(text[k]) == std::string::npos) all += text[k];
    }
    std::erase_if(all, [&](char c) { return bound.find(c) != std::string::npos; });
    lengths_ = lengths_in(ranges);
    return all;
  }
  /// By the smallest of the matrices at which a letter stands alone.
  std::map<char, arma::sword> lengths_in(const std::string& text) {
    std::map<char, arma::sword> lengths;
    for (std::size_t open = text.find('['); open != std::string::npos; open = text.find('[', open + 1)) {
      std::size_t begin = open;
      while (begin > 0 && std::string(" ([-|").find(text[begin - 1]) == std::string::npos) --begin;
      const std::string name = text.substr(begin, open - begin);
      const bool power = name.find('^') != std::string::npos || name.ends_with(")");
      if (name.empty()) continue;
      const arma::mat& m = power ? values.at("base") : value_of(name);
      const std::size_t close = text.find(']', open), comma = comma_in(text, open + 1, close);
      const auto note = [&](std::size_t from, std::size_t to, arma::uword length) {
        if (to != from + 1 || !std::isalpha((unsigned char)text[from])) return;
        arma::sword& known = lengths.try_emplace(text[from], arma::sword(length)).first->second;
        known = std::min(known, arma::sword(length));
      };
      if (comma == close)
        note(open + 1, close, m.n_elem);
      else
        note(open + 1, comma, m.n_rows), note(comma + 1, close, m.n_cols);
    }
    for (const char series : {'p', 'q'}) lengths.try_emplace(series, 30);
    return lengths;
  }
  static std::size_t comma_in(const std::string& text, std::size_t from, std::size_t close) {
    int depth = 0;
    for (; from < close; ++from) {
      depth += text[from] == '(' ? 1 : text[from] == ')' ? -1 : 0;
      if (text[from] == ',' && depth == 0) return from;
    }
    return close;
  }
  void for_all(const std::string& letters, const std::function<void(const Bound&)>& f, Bound at = {}) {
    if (at.size() == letters.size()) return f(at);
    const char c = letters[at.size()];
    if (!lengths_.contains(c)) throw std::runtime_error(std::string("no range of ") + c);
    for (arma::sword i = 0; i < lengths_.at(c); ++i) {
      at[c] = i;
      for_all(letters, f, at);
      at.erase(c);
    }
  }

  // ---- Expressions, read anew at each place ----

  double evaluated(const std::string& text, const Bound& at) {
    text_ = text, at_ = 0;
    const double x = sum(at);
    if (at_ != text_.size()) fail();
    return x;
  }
  [[noreturn]] void fail() const { throw std::runtime_error("not read: " + text_ + " from " + text_.substr(at_)); }
  bool take(const std::string& word) {
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  bool sees(const std::string& word) const { return text_.compare(at_, word.size(), word) == 0; }

  double sum(const Bound& at) {
    double total = take("-") ? -product(at) : product(at);
    for (;;) {
      if (take(" + "))
        total += product(at);
      else if (take(" - "))
        total -= product(at);
      else
        return total;
    }
  }
  bool ends() const {
    for (const char* end : {" + ", " - ", " = ", " > ", " < ", " ≥ ", " ≤ ", " ≠ ", ")", "]", "|", ", "}) {
      if (sees(end)) return true;
    }
    return at_ >= text_.size();
  }
  double product(const Bound& at) {
    double x = factor(at);
    while (!ends()) {
      if (take(" / "))
        x /= factor(at);
      else if (take(" "))
        x *= factor(at);
      else
        fail();
    }
    return x;
  }
  double factor(const Bound& at) {
    double x = primary(at);
    if (take("^")) x = std::pow(x, primary(at));
    if (take("!")) x = std::tgamma(x + 1);
    return x;
  }
  double primary(const Bound& at) {
    for (const char* loop : {"Σ_", "Π_", "max_", "min_"}) {
      if (take(loop)) return looped(loop, at);
    }
    if (sees("(") && (text_.compare(text_.find(')', at_), 2, ")[") == 0) && text_.find('^', at_) < text_.find(')', at_))
      return power_entry(at);
    if (take("(")) return closed(sum(at), ")");
    if (take("|")) return closed(std::abs(sum(at)), "|");
    if (take("[")) return iverson(at);
    if (take("-")) return -factor(at);
    if (std::isdigit((unsigned char)text_[at_])) {
      std::size_t used = 0;
      const double x = std::stod(text_.substr(at_), &used);
      at_ += used;
      return x;
    }
    return named(at);
  }
  double closed(double x, const std::string& by) {
    if (!take(by)) fail();
    return x;
  }
  double iverson(const Bound& at) {
    const double a = sum(at);
    for (const auto& [sign, holds] :
         std::map<std::string, std::function<bool(double, double)>>{{" = ", std::equal_to<>()},
                                                                    {" ≠ ", std::not_equal_to<>()},
                                                                    {" > ", std::greater<>()},
                                                                    {" < ", std::less<>()},
                                                                    {" ≥ ", std::greater_equal<>()},
                                                                    {" ≤ ", std::less_equal<>()}}) {
      if (take(sign)) return closed(holds(a, sum(at)), "]");
    }
    fail();
  }
  /// Σ_k, Π_k, Σ_{k,l}, Σ_{k≤i}, Σ_{p≥0}, max_k.
  double looped(const std::string& kind, const Bound& at) {
    std::string letters;
    std::function<bool(const Bound&)> admits = [](const Bound&) { return true; };
    if (take("{")) {
      for (; !take("}");) {
        if (take(",")) continue;
        const char c = text_[at_++];
        letters += c;
        const bool up = sees("≤"), down = sees("≥");
        if (!up && !down) continue;
        at_ += 3;
        const char bound = text_[at_++];
        admits = [=](const Bound& b) {
          const arma::sword i = bound == '0' ? 0 : b.at(bound);
          return up ? b.at(c) <= i : b.at(c) >= i;
        };
      }
    } else {
      letters = text_[at_++];
    }
    if (!take(" ")) fail();
    const std::size_t body = at_;
    std::size_t end = body;
    double total = kind == "Σ_" ? 0 : kind == "Π_" ? 1 : kind == "max_" ? -arma::datum::inf : arma::datum::inf;
    const std::function<void(std::size_t, Bound)> loop = [&](std::size_t k, Bound b) {
      if (k < letters.size()) {
        for (arma::sword i = 0; i < lengths_.at(letters[k]); ++i) b[letters[k]] = i, loop(k + 1, b);
        return;
      }
      if (!admits(b)) return;
      at_ = body;
      const double x = product(b);
      total = kind == "Σ_"     ? total + x
              : kind == "Π_"   ? total * x
              : kind == "max_" ? std::max(total, x)
                               : std::min(total, x);
      end = at_;
    };
    loop(0, at);
    at_ = end;
    return total;
  }
  /// (A^p)[i,j]
  double power_entry(const Bound& at) {
    const std::size_t open = at_, hat = text_.find('^', open);
    const arma::mat& A = value_of(text_.substr(open + 1, hat - open - 1));
    arma::mat power(arma::size(A), arma::fill::eye);
    for (arma::sword n = at.at(text_[hat + 1]); n > 0; --n) power *= A;
    at_ = text_.find(')', open) + 1;
    const auto [i, j] = place(power, at);
    return power(i, j);
  }
  /// A function, an index that stands for its number, an entry or a number with a name.
  double named(const Bound& at) {
    std::size_t end = at_;
    while (end < text_.size() && std::string(" ()[]|^!,=+/").find(text_[end]) == std::string::npos) ++end;
    const std::string name = text_.substr(at_, end - at_);
    if (end == at_) fail();
    at_ = end;
    if (name == "det") return take(" ") ? arma::det(value_of(rest_of_name())) : (fail(), 0);
    if (name == "π") return arma::datum::pi;
    if (name == "log" && take(" ")) return std::log(factor(at));
    if (take("(")) {
      const double x = sum(at);
      if (take(", ")) return closed(of_two(name, x, sum(at)), ")");
      return of_one(name, closed(x, ")"));
    }
    if (const auto index = name.size() == 1 ? at.find(name[0]) : at.end(); index != at.end())
      return double(index->second);
    const arma::mat& m = value_of(name);
    if (!sees("[")) return m.n_elem == 1 ? m(0) : (fail(), 0);
    const auto [i, j] = place(m, at);
    return m(i, j);
  }
  std::string rest_of_name() {
    const std::size_t end = text_.find_first_of(" |", at_), begin = at_;
    at_ = std::min(end, text_.size());
    return text_.substr(begin, at_ - begin);
  }
  static double of_one(const std::string& name, double x) {
    static const std::map<std::string, double (*)(double)> known{
        {"exp", std::exp},
        {"log", std::log},
        {"sqrt", std::sqrt},
        {"cbrt", std::cbrt},
        {"abs", std::fabs},
        {"sin", std::sin},
        {"cos", std::cos},
        {"tan", std::tan},
        {"asin", std::asin},
        {"acos", std::acos},
        {"atan", std::atan},
        {"sinh", std::sinh},
        {"cosh", std::cosh},
        {"tanh", std::tanh},
        {"asinh", std::asinh},
        {"acosh", std::acosh},
        {"atanh", std::atanh},
        {"erf", std::erf},
        {"erfc", std::erfc},
        {"lgamma", std::lgamma},
        {"floor", std::floor},
        {"ceil", std::ceil},
        {"round", std::round},
        {"trunc", std::trunc},
        {"sign", [](double v) { return v > 0   ? 1.
                                       : v < 0 ? -1.
                                               : 0.; }},
        {"sigmoid", [](double v) { return 1 / (1 + std::exp(-v)); }},
        {"softplus", [](double v) { return std::log1p(std::exp(v)); }},
        {"Φ", [](double v) { return std::erfc(-v / std::sqrt(2)) / 2; }},
        {"φ", [](double v) { return std::exp(-v * v / 2) / std::sqrt(2 * arma::datum::pi); }},
        {"ψ", [](double v) { return polygamma(0, v); }}};
    return known.at(name)(x);
  }
  static double of_two(const std::string& name, double a, double b) {
    if (name == "max") return std::max(a, b);
    if (name == "min") return std::min(a, b);
    if (name == "atan2") return std::atan2(a, b);
    if (name == "polygamma") return polygamma(int(a), b);
    throw std::runtime_error("no function " + name);
  }
  /// By its series, ψ_n(x) = (-1)^(n+1) n! Σ 1/(x+k)^(n+1), its tail by the integral from half a term before.
  static double polygamma(int n, double x) {
    constexpr int terms = 100'000;
    constexpr double from = terms - 0.5;
    double total = 0;
    for (int k = terms; k-- > 0;) total += n == 0 ? 1 / (k + 1.) - 1 / (x + k) : std::pow(x + k, -n - 1.);
    if (n == 0) return total - 0.577215664901532860607 + std::log((from + x) / (from + 1));
    return (n % 2 ? 1 : -1) * std::tgamma(n + 1.) * (total + std::pow(x + from, -n) / n);
  }

  const arma::mat& value_of(const std::string& name) {
    const std::string inverse = "⁻¹";
    if (name.ends_with(inverse) && !values.contains(name))
      values[name] = arma::inv(values.at(name.substr(0, name.size() - inverse.size())));
    const auto found = values.find(name);
    if (found == values.end()) throw std::runtime_error("no value of " + name + " in " + text_);
    return found->second;
  }
  std::pair<arma::uword, arma::uword> place(const arma::mat& m, const Bound& at) {
    if (!take("[")) fail();
    const auto i = arma::uword(index(at));
    if (take(",")) {
      const auto j = arma::uword(index(at));
      if (!take("]")) fail();
      return {i, j};
    }
    if (!take("]")) fail();
    return {i % m.n_rows, i / m.n_rows};
  }
  arma::sword index(const Bound& at) {
    arma::sword i = 0;
    const std::size_t end = text_.find_first_of("(+,]) ", at_);
    const std::string word = text_.substr(at_, end - at_);
    at_ = end;
    if (take("(")) {
      Indices arguments{index(at)};
      while (take(",")) arguments.push_back(index(at));
      if (!take(")")) fail();
      i = word == "max"   ? std::max(arguments[0], arguments[1])
          : word == "min" ? std::min(arguments[0], arguments[1])
                          : index_functions.at(word)(arguments);
    } else {
      i = std::isdigit((unsigned char)word[0]) ? std::stoll(word) : at.at(word[0]);
    }
    if (take("+")) i += index(at);
    if (take(" mod ")) i %= index(at);
    return i;
  }

  std::string text_;
  std::size_t at_ = 0;
  std::map<char, arma::sword> lengths_;
};

}  // namespace armagrad::apps::testing
