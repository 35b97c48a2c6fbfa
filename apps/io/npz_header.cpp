#include "npz_header.hpp"

#include <algorithm>
#include <set>

#include "data_error.hpp"

namespace armagrad::apps {

namespace {

constexpr std::size_t longest_header = 10000;  // NumPy's own limit

/// Parses {'descr': '|u1', 'fortran_order': False, 'shape': (3, 28, 28), } with the keys in any order.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  NpyHeader parse() {
    expect('{');
    std::set<std::string> keys;
    while (!accept('}')) {
      if (!keys.empty()) {
        expect(',');
        if (accept('}')) break;
      }
      const std::string key = quoted();
      if (!keys.insert(key).second) refuse("a key comes twice");
      expect(':');
      value_of(key);
    }
    skip_spaces();
    if (rest_ != "\n" && !rest_.empty()) refuse("text follows the dictionary");
    if (keys.size() != 3) refuse("descr, fortran_order and shape are not all there");
    return header_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { fail(where_, "damaged .npy header: " + why); }

  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  bool accept(char wanted) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) refuse(std::string("'") + wanted + "' is missing");
  }

  std::string quoted() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) refuse("a string has no end");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string_view word(std::string_view characters) {
    skip_spaces();
    const std::string_view found = rest_.substr(0, rest_.find_first_not_of(characters));
    rest_.remove_prefix(found.size());
    return found;
  }

  void value_of(const std::string& key) {
    if (key == "descr") {
      header_.descr = quoted();
    } else if (key == "fortran_order") {
      const std::string_view value = word("TrueFals");
      if (value == "True") fail(where_, "is in Fortran order, C order is expected");
      if (value != "False") refuse("fortran_order is neither True nor False");
    } else if (key == "shape") {
      parse_shape();
    } else {
      refuse("unknown key");
    }
  }

  void parse_shape() {
    expect('(');
    bool comma = false;
    while (!accept(')')) {
      if (!header_.shape.empty() && !comma) refuse("the shape is not a tuple of whole numbers");
      add_dimension();
      comma = accept(',');
    }
    if (header_.shape.empty()) fail(where_, "has no dimensions");
    if (header_.shape.size() == 1 && !comma) refuse("the shape is not a tuple of whole numbers");
  }

  void add_dimension() {
    const std::string_view digits = word("0123456789");
    if (digits.empty() || digits.size() > 18) refuse("the shape is not a tuple of whole numbers");
    const std::uint64_t size = std::stoull(std::string(digits));
    if (size == 0) fail(where_, "dimension " + std::to_string(header_.shape.size() + 1) + " is zero");
    if (size > most_data_bytes / header_.elements) {
      fail(where_, "the header promises more than " + std::to_string(most_data_bytes) + " elements");
    }
    header_.elements *= size;
    header_.shape.push_back(size);
  }

  std::string_view rest_;
  const std::string& where_;
  NpyHeader header_;
};

std::vector<unsigned char> read_all(ByteSource& source, std::size_t count, const std::string& where) {
  std::vector<unsigned char> bytes = read_up_to(source, count);
  if (bytes.size() < count) fail(where, "truncated in the .npy header");
  return bytes;
}

}  // namespace

NpyHeader read_npy_header(ByteSource& source, const std::string& where) {
  const std::vector<unsigned char> start = read_all(source, 8, where);
  constexpr std::string_view magic = "\x93NUMPY";
  if (!std::equal(magic.begin(), magic.end(), start.begin(),
                  [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; })) {
    fail(where, "is not a .npy array");
  }
  if (start[6] < 1 || start[6] > 3 || start[7] != 0) {
    fail(where, "unknown .npy version " + std::to_string(start[6]) + "." + std::to_string(start[7]));
  }
  const std::size_t length_bytes = start[6] == 1 ? 2 : 4;
  const std::vector<unsigned char> length_field = read_all(source, length_bytes, where);
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::size_t{length_field[i]} << 8 * i;
  if (length > longest_header) {
    fail(where, "the .npy header has " + std::to_string(length) + " bytes, more than the " +
                    std::to_string(longest_header) + " allowed");
  }
  const std::vector<unsigned char> text = read_all(source, length, where);
  NpyHeader header = HeaderParser({reinterpret_cast<const char*>(text.data()), text.size()}, where).parse();
  header.preamble = 8 + length_bytes + length;
  return header;
}

}  // namespace armagrad::apps
