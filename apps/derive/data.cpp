#include <algorithm>
#include <charconv>
#include <fstream>
#include <random>
#include <set>

#include "apps/expression/lines.hpp"
#include "apps/io/data_error.hpp"
#include "variables.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

/// A side's length, once the dimensions have sizes.
uword length(const Size& side, const std::map<std::string, uword>& sizes) {
  const auto number = side.number();
  return number ? uword(*number) : sizes.at(side.text());
}

bool is_prime(uword n) {
  for (uword k = 2; k * k <= n; ++k) {
    if (n % k == 0) return false;
  }
  return true;
}
/// Whether no size, sum or product of two, a little more or less, is another one: each number has one meaning.
bool are_apart(const std::vector<uword>& sizes) {
  std::set<uword> seen;
  const auto is_new = [&](uword n) {
    for (uword near = n - 2; near <= n + 2; ++near) {
      if (!seen.insert(near).second) return false;
    }
    return true;
  };
  for (std::size_t a = 0; a < sizes.size(); ++a) {
    if (!is_new(sizes[a])) return false;
    for (std::size_t b = 0; b <= a; ++b) {
      if (!is_new(sizes[a] + sizes[b]) || !is_new(sizes[a] * sizes[b])) return false;
    }
  }
  return true;
}
std::map<std::string, uword> distinct_sizes(const Variables& variables, uword least, Order order) {
  constexpr std::size_t many = 50;  // numbers, and a dimension that is none of them would be a large one
  constexpr std::size_t few = 5;    // dimensions; more, and the last would be a large one
  const auto suits = [&](uword n) {
    const bool means_something_else = variables.numbers.size() < many && variables.numbers.contains(double(n));
    return is_prime(n) && to_text(1 / (double(n) - 1)).size() > 7 && !means_something_else;
  };
  std::vector<std::string> names = variables.declarations.dimensions;
  if (order == Order::descending) std::reverse(names.begin(), names.end());
  for (uword first = least;; ++first) {
    std::map<std::string, uword> sizes;
    std::vector<uword> chosen;
    uword next = first;
    for (const std::string& name : names) {
      chosen.push_back(next);
      while (!suits(next) || (chosen.size() <= few && !are_apart(chosen))) chosen.back() = ++next;
      sizes[name] = next++;
    }
    const bool apart = std::none_of(variables.sides.begin(), variables.sides.end(), [&](const auto& side) {
      return std::find(chosen.begin(), chosen.end(), side.second.at(sizes)) != chosen.end();
    });
    if (apart || first > 2 * least) return sizes;
  }
}

arma::mat entries(uword rows, uword cols, Nature nature, Range range, std::mt19937_64& random) {
  const auto uniform = [&] { return (double(random() >> 11) + 0.5) * 0x1p-53; };
  arma::mat x(rows, cols);
  const bool between = range == Range::positive || nature == Nature::positive || nature == Nature::columns_sum_to_one ||
                       nature == Nature::rows_sum_to_one;
  for (double& entry : x) {
    if (range == Range::above_one && nature <= Nature::any)
      entry = 1.1 + uniform();
    else if (between)
      entry = 0.1 + 0.8 * uniform();
    else  // so that a product with a vector is about as large as the vector
      entry =
          std::sqrt(-2 * std::log(uniform()) / double(rows > 1 ? cols : 1)) * std::cos(2 * arma::datum::pi * uniform());
  }
  if (nature == Nature::symmetric) return (x + x.t()) / 2;
  if (nature == Nature::spd) return x * x.t() + arma::mat(rows, rows, arma::fill::eye);
  if (nature == Nature::positive_definite)  // and not symmetric
    return x * x.t() + arma::mat(rows, rows, arma::fill::eye) + (x - x.t()) / 4;
  if (nature == Nature::columns_sum_to_one) return arma::normalise(x, 1, 0);
  if (nature == Nature::rows_sum_to_one) return arma::normalise(x, 1, 1);
  return x;
}

arma::mat csv(const std::string& file) {
  constexpr std::size_t most = 100'000'000;
  std::ifstream in(file);
  if (!in) fail(file, "cannot be opened");
  std::vector<double> numbers;
  std::size_t rows = 0, cols = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    const std::string where = file + ":" + std::to_string(++rows);
    const std::size_t before = numbers.size();
    for (std::size_t from = 0; from <= line.size();) {
      const std::size_t to = std::min(line.find(',', from), line.size());
      const std::size_t first = std::min(line.find_first_not_of(" \t", from), to);
      double x = 0;
      auto [end, error] = std::from_chars(line.data() + first, line.data() + to, x);
      while (end < line.data() + to && (*end == ' ' || *end == '\t')) ++end;
      if (error != std::errc() || end != line.data() + to)
        fail(where, "expected a number, got '" + shortened(std::string_view(line).substr(from, to - from)) + "'");
      numbers.push_back(x);
      if (numbers.size() > most) fail(file, "more than 1e8 numbers");
      from = to + 1;
    }
    if (rows == 1) cols = numbers.size();
    if (numbers.size() - before != cols)
      fail(where,
           std::to_string(numbers.size() - before) + " numbers in a line after lines of " + std::to_string(cols));
  }
  if (in.bad()) fail(file, "cannot be read");
  if (numbers.empty()) fail(file, "holds no numbers");
  return arma::mat(numbers.data(), cols, rows).t();
}

/// A file's matrix; or the number itself, where one is declared.
arma::mat source(const Variable& variable, const std::string& text) {
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (variable.sides.is_number() && error == std::errc() && end == text.data() + text.size())
    return arma::mat(1, 1, arma::fill::value(x));
  return csv(text);
}

}  // namespace

Data drawn(const Variables& variables, Range range, Length least, Order order, unsigned seed) {
  std::mt19937_64 random(seed);
  Data data{distinct_sizes(variables, uword(least), order), {}};
  for (const Variable& v : variables.all) {
    data.values[v.name] =
        entries(length(v.sides.rows, data.sizes), length(v.sides.cols, data.sizes), v.nature, range, random);
  }
  return data;
}

Data data_of(const Variables& variables, const std::vector<Source>& sources) {
  Data data;
  std::map<std::string, std::string> since;  // the source that gave a dimension its size
  for (const auto& [name, where, x] : sources) {
    const Variable* variable = variables.find(name);
    if (!variable) throw std::logic_error("--at " + shortened(where) + ": no variable " + shortened(name));
    if (!data.values.try_emplace(name, x).second) throw std::logic_error("--at " + shortened(name) + ": given twice");
    const auto agree = [&](const Size& side, uword given) {
      const auto number = side.number();
      const std::string dimension = side.text();
      if (!number && data.sizes.try_emplace(dimension, given).second) since[dimension] = where;
      const uword wanted = length(side, data.sizes);
      if (given == wanted) return;
      const std::string shape = to_string(shape_of(x.n_rows, x.n_cols));
      const std::string why =
          number ? "" : ", and " + dimension + " is " + std::to_string(wanted) + " in " + since[dimension];
      fail(where, name + " is " + variable->sides.text() + ", not " + shape + why);
    };
    agree(variable->sides.rows, x.n_rows);
    agree(variable->sides.cols, x.n_cols);
  }
  for (const Variable& v : variables.all) {
    if (!data.values.contains(v.name)) throw std::logic_error("--at: no numbers for " + v.name);
  }
  return data;
}

Data read(const Variables& variables, const std::vector<std::string>& arguments) {
  std::vector<Source> sources;
  for (const std::string& text : arguments) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos) throw std::logic_error("--at " + shortened(text) + ": expected NAME=FILE.csv");
    const std::string name = text.substr(0, equals), file = text.substr(equals + 1);
    const Variable* variable = variables.find(name);
    if (!variable) throw std::logic_error("--at " + shortened(text) + ": no variable " + shortened(name));
    sources.push_back({name, file, source(*variable, file)});
  }
  return data_of(variables, sources);
}

}  // namespace armagrad::apps
