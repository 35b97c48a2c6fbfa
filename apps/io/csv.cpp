#include "csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <string_view>

#include "apps/text/words.hpp"
#include "data_error.hpp"
#include "data_stream.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

/// The lines of a file, without their ends.
class Lines {
 public:
  explicit Lines(const fs::path& path) : path_(path), source_(path) {}

  bool next(std::string& line) {
    line.clear();
    for (;;) {
      const auto end = std::find(at_, buffer_.begin() + size_, '\n');
      line.append(at_, end);
      if (line.size() > longest)
        fail(path_, "line " + std::to_string(number_ + 1) + " is too long for a CSV of images");
      at_ = end;
      if (at_ != buffer_.begin() + size_) {
        ++at_;
        break;
      }
      size_ = std::ptrdiff_t(source_.read(reinterpret_cast<unsigned char*>(buffer_.data()), buffer_.size()));
      at_ = buffer_.begin();
      if (size_ == 0) {
        if (source_.ended_early()) fail(path_, "truncated: the end of the gzip data is missing");
        if (line.empty()) return false;
        break;
      }
    }
    if (line.ends_with('\r')) line.pop_back();
    ++number_;
    return true;
  }
  std::size_t number() const { return number_; }

 private:
  static constexpr std::size_t longest = std::size_t{1} << 22;
  const fs::path& path_;
  DecodedFile source_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 16);
  std::ptrdiff_t size_ = 0;
  std::vector<char>::iterator at_ = buffer_.begin();
  std::size_t number_ = 0;
};

char separator_of(std::string_view line) {
  char best = ',';
  for (const char c : {';', '\t'}) {
    if (std::count(line.begin(), line.end(), c) > std::count(line.begin(), line.end(), best)) best = c;
  }
  return best;
}

std::size_t columns_of(std::string_view line, char separator) {
  return 1 + std::size_t(std::count(line.begin(), line.end(), separator));
}

std::vector<std::string_view> cells_of(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  cells.reserve(columns_of(line, separator));
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(separator, begin), line.size());
    std::string_view cell = line.substr(begin, end - begin);
    for (const char c : {' ', '"'}) {
      while (cell.starts_with(c)) cell.remove_prefix(1);
      while (cell.ends_with(c)) cell.remove_suffix(1);
    }
    cells.push_back(cell);
    begin = end + 1;
  }
  return cells;
}

bool is_number(std::string_view cell, float& x) {
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), x);
  return error == std::errc() && end == cell.data() + cell.size();
}

/// Rows of numbers, which are bytes as long as all of them are whole and from 0 to 255.
class Table {
 public:
  explicit Table(std::size_t n_columns) : columns(n_columns) {}

  void add(float x) {
    const bool is_byte = x >= 0 && x <= 255 && x == std::floor(x);
    if (!is_byte && floats_.empty()) floats_.assign(bytes_.begin(), bytes_.end());
    if (!is_byte || !floats_.empty())
      floats_.push_back(x);
    else
      bytes_.push_back(static_cast<unsigned char>(x));
  }
  std::size_t size() const { return floats_.empty() ? bytes_.size() : floats_.size(); }
  float at(std::size_t row, std::size_t column) const {
    const std::size_t i = row * columns + column;
    return floats_.empty() ? float(bytes_[i]) : floats_[i];
  }

  /// Some of the columns as an array.
  DataArray array(const std::string& where, const std::vector<std::size_t>& chosen) const {
    const std::size_t rows = size() / columns;
    DataArray all{where, {floats_.empty() ? 'u' : 'f', floats_.empty() ? 1u : 4u, false}, {rows, chosen.size()}, {}};
    all.bytes.resize(rows * chosen.size() * all.type.size);
    unsigned char* to = all.bytes.data();
    for (std::size_t row = 0; row < rows; ++row) {
      for (const std::size_t column : chosen) {
        const std::size_t i = row * columns + column;
        if (floats_.empty())
          *to = bytes_[i];
        else
          std::memcpy(to, &floats_[i], sizeof(float));
        to += all.type.size;
      }
    }
    return all;
  }

  const std::size_t columns;

 private:
  std::vector<unsigned char> bytes_;
  std::vector<float> floats_;
};

bool is_square(std::size_t n) {
  const auto side = std::size_t(std::lround(std::sqrt(double(n))));
  return side * side == n;
}

constexpr std::size_t none = std::size_t(-1);
constexpr std::size_t most_columns = std::size_t{1} << 20;  // an image's pixels: more than any set has

struct Roles {
  std::size_t label = none;
  std::vector<std::size_t> skipped;  // ascending
};

Roles by_header(const std::vector<std::string_view>& names) {
  static const std::set<std::string> labels{"label", "labels", "class", "target", "digit", "y"},
      indices{"", "id", "index", "unnamed: 0", "imageid"};
  Roles roles;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string name = lower_case(names[k]);
    if (labels.contains(name) && roles.label == none)
      roles.label = k;
    else if (indices.contains(name))
      roles.skipped.push_back(k);
  }
  return roles;
}

Roles by_numbers(const Table& table) {
  if (is_square(table.columns) || !is_square(table.columns - 1)) return {};
  for (std::size_t row = 1; row < table.size() / table.columns; ++row) {
    if (table.at(row, 0) != table.at(0, 0)) return {0, {}};
  }
  return {table.columns - 1, {}};
}

}  // namespace

CsvImages read_csv(const fs::path& path) {
  Lines lines(path);
  std::string line;
  if (!lines.next(line)) fail(path, "is empty");
  if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  const char separator = separator_of(line);
  if (columns_of(line, separator) > most_columns) fail(path, "more than " + std::to_string(most_columns) + " columns");
  const std::vector<std::string_view> first = cells_of(line, separator);
  float x = 0;
  const bool has_header = std::any_of(first.begin(), first.end(), [&](std::string_view c) { return !is_number(c, x); });
  Roles roles;
  if (has_header) roles = by_header(first);
  Table table(first.size());
  bool more = !has_header || lines.next(line);
  for (; more; more = lines.next(line)) {
    if (line.empty()) continue;
    const auto refuse = [&](const std::string& why) {
      fail(path, "line " + std::to_string(lines.number()) + ": " + why);
    };
    if (const std::size_t n = columns_of(line, separator); n != table.columns)
      refuse(std::to_string(n) + " columns, the first line has " + std::to_string(table.columns));
    for (const std::string_view cell : cells_of(line, separator)) {
      if (!is_number(cell, x)) refuse("'" + std::string(cell.substr(0, 20)) + "' is not a number");
      table.add(x);
    }
    if (table.size() > most_data_bytes) fail(path, "more than " + std::to_string(most_data_bytes) + " numbers");
  }
  if (table.size() == 0) fail(path, "has no rows of numbers");
  if (!has_header) roles = by_numbers(table);
  std::vector<std::size_t> pixels;
  for (std::size_t k = 0; k < table.columns; ++k) {
    if (k != roles.label && !std::binary_search(roles.skipped.begin(), roles.skipped.end(), k)) pixels.push_back(k);
  }
  if (pixels.size() < 4) fail(path, "not a CSV of images: " + std::to_string(table.columns) + " columns");
  CsvImages result{table.array(path.string(), pixels), {}};
  if (roles.label != none) {
    result.labels = table.array(path.string() + ": the labels", {roles.label});
    result.labels->shape.pop_back();
  }
  return result;
}

}  // namespace armagrad::apps
