// armagrad_checker_score [LOSSES] [CHECKS] [ENTRIES] [SEED]: how many mistakes in LOSSES random losses (200)
// the checker catches and names rightly; its verdicts on CHECKS right and CHECKS wrong gradients (10000) of
// hard losses of up to ENTRIES entries (100000). Exit status: 0, or 1 if a right one was refused, a wrong one
// passed, or too many were inconclusive.

#include <cstdlib>
#include <iomanip>
#include <iostream>

#include "score.hpp"

using namespace armagrad::checker;

namespace {

void print(const char* title, const std::vector<Tally>& by_kind) {
  std::cout << title << '\n'
            << std::left << std::setw(36) << "mistake" << std::right << std::setw(8) << "tried" << std::setw(8)
            << "caught" << std::setw(14) << "named first" << std::setw(10) << "or tied" << '\n';
  Tally all;
  const auto line = [](const std::string& name, const Tally& t) {
    std::cout << std::left << std::setw(36) << name << std::right << std::setw(8) << t.tried << std::setw(8) << t.caught
              << std::setw(14) << t.named << std::setw(10) << t.listed << '\n';
  };
  for (std::size_t k = 0; k < by_kind.size(); ++k) {
    const Tally& t = by_kind[k];
    if (t.tried == 0) continue;
    line(armagrad::checker::kinds()[k].name, t);
    all.tried += t.tried, all.caught += t.caught, all.named += t.named, all.listed += t.listed;
  }
  line("all", all);
  std::cout << std::fixed << std::setprecision(1) << "caught " << 100.0 * all.caught / all.tried << " %, rightly named "
            << 100.0 * all.named / all.tried << " %, or tied with it " << 100.0 * all.listed / all.tried << " %\n\n";
}

void print(const char* which, const HardTally::Verdicts& v, unsigned checks) {
  std::cout << std::left << std::setw(8) << which << std::right << std::setw(9) << checks << std::setw(9) << v.passed
            << std::setw(9) << v.failed << std::setw(14) << v.inconclusive << std::setw(24)
            << v.inconclusive_though_smooth << '\n';
}

bool score_hard_losses(std::uint64_t seed, unsigned checks, double entries) {
  const HardTally t = check_hard_losses(seed, checks, entries);
  std::cout << "hard losses of 1 to " << entries << " entries, seed " << seed
            << "\ngradient  checked   passed   failed  inconclusive  of them smooth near W\n";
  print("right", t.right, checks);
  print("wrong", t.wrong, checks);
  for (const auto& [reason, count] : t.reasons) std::cout << "inconclusive: " << count << " times: " << reason << '\n';
  for (const auto* reports : {&t.mistaken, &t.inconclusive_smooth}) {
    for (std::size_t i = 0; i < std::min<std::size_t>(reports->size(), 5); ++i) std::cerr << (*reports)[i] << '\n';
  }
  return t.good(checks);
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int k, double otherwise) { return argc > k ? std::atof(argv[k]) : otherwise; };
  const unsigned losses = unsigned(argument(1, 200)), checks = unsigned(argument(2, 10000));
  const double entries = argument(3, 1e5);
  const auto seed = std::uint64_t(argument(4, 1));
  Draw draw(seed);
  std::vector<Tally> on_tape, of_terms, of_values;
  for (unsigned i = 0; i < losses; ++i) {
    const Loss loss = i % 2 ? random_graph(draw) : random_model(draw);
    score_mistakes(draw, loss, Knowledge::tape, on_tape);
    score_mistakes(draw, loss, Knowledge::terms, of_terms);
    score_mistakes(draw, loss, Knowledge::values, of_values);
  }
  if (losses > 0) {
    std::cout << losses << " random losses, seed " << seed << '\n';
    print("against the tape", on_tape);
    print("against values of the loss and of its terms", of_terms);
    print("against values of the loss alone", of_values);
  }
  return checks == 0 || score_hard_losses(seed, checks, entries) ? 0 : 1;
}
