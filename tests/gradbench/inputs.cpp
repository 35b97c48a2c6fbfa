// Vectors and matrices from JSON and back.

#include "tool.hpp"

namespace gradbench {

void require(bool holds, const char* name) {
  if (!holds) throw std::invalid_argument(std::string("input: ") + name);
}

uword count_of(const json& input, const char* key) {
  const json& n = input.at(key);
  require(n.is_number_unsigned() && n != 0, (std::string(key) + " is not a positive integer").c_str());
  return n;
}

vec column_of(const json& input, const char* key) {
  const vec x(input.at(key).get<std::vector<double>>());
  require(!x.empty(), (std::string(key) + " is empty").c_str());
  return x;
}

mat columns_of(const json& list, const char* name) {
  const auto columns = list.get<std::vector<std::vector<double>>>();
  require(!columns.empty(), (std::string(name) + " is empty").c_str());
  mat x(columns[0].size(), columns.size());
  for (uword j = 0; j < x.n_cols; ++j) {
    require(columns[j].size() == x.n_rows, (std::string(name) + " has lists of unequal length").c_str());
    x.col(j) = vec(columns[j]);
  }
  return x;
}

json to_output(const mat& columns) {
  json list = json::array();
  for (uword j = 0; j < columns.n_cols; ++j) list.push_back(to_output(vec(columns.col(j))));
  return list;
}

}  // namespace gradbench
