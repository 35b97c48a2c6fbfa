#include "suggestion.hpp"

#include <algorithm>
#include <numeric>

#include "words.hpp"

namespace armagrad::apps {

namespace {

/// The least number of letters to insert, delete, replace, or swap with the next, that makes b of a (optimal string
/// alignment).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::move(last);
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string did_you_mean(const std::string& written, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 100;
  if (written.empty() || written.size() > longest) return "";
  std::string best;
  std::size_t least = std::min<std::size_t>(2, (written.size() - 1) / 2) + 1;
  for (const std::string& word : known) {
    const std::size_t d = distance(lower_case(written), lower_case(word));
    if (d >= least) continue;
    least = d;
    best = word;
  }
  return best.empty() ? "" : "; did you mean " + best + "?";
}

}  // namespace armagrad::apps
