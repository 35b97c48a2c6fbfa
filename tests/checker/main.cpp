// armagrad_checker_score [LOSSES] [RIGHT]: how many mistakes in LOSSES random losses (200) the checker
// catches and names rightly, and how many of RIGHT right gradients (10000) it refuses.

#include <cstdlib>
#include <iomanip>
#include <iostream>

#include "score.hpp"

using namespace armagrad::checker;

namespace {

void print(const char* title, const std::vector<Tally>& by_kind) {
  std::cout << title << '\n'
            << std::left << std::setw(36) << "mistake" << std::right << std::setw(8) << "tried"
            << std::setw(8) << "caught" << std::setw(14) << "named first" << std::setw(10) << "or tied"
            << '\n';
  Tally all;
  const auto line = [](const std::string& name, const Tally& t) {
    std::cout << std::left << std::setw(36) << name << std::right << std::setw(8) << t.tried << std::setw(8)
              << t.caught << std::setw(14) << t.named << std::setw(10) << t.listed << '\n';
  };
  for (std::size_t k = 0; k < by_kind.size(); ++k) {
    const Tally& t = by_kind[k];
    if (t.tried == 0) continue;
    line(kinds()[k].name, t);
    all.tried += t.tried, all.caught += t.caught, all.named += t.named, all.listed += t.listed;
  }
  line("all", all);
  std::cout << std::fixed << std::setprecision(1) << "caught " << 100.0 * all.caught / all.tried
            << " %, rightly named " << 100.0 * all.named / all.tried << " %, or tied with it "
            << 100.0 * all.listed / all.tried << " %\n\n";
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned losses = argc > 1 ? unsigned(std::atoi(argv[1])) : 200,
                 right = argc > 2 ? unsigned(std::atoi(argv[2])) : 10000;
  Draw draw(1);
  std::vector<Tally> on_tape, of_values;
  for (unsigned i = 0; i < losses; ++i) {
    const Loss loss = i % 2 ? random_graph(draw) : random_model(draw);
    score_mistakes(draw, loss, Knowledge::tape, on_tape);
    score_mistakes(draw, loss, Knowledge::terms, of_values);
  }
  std::cout << losses << " random losses\n";
  print("against the tape", on_tape);
  print("against values of the loss alone", of_values);
  const auto refused = false_alarms(draw, right);
  std::cout << "right gradients refused: " << refused.size() << " of " << right << '\n';
  for (std::size_t i = 0; i < std::min<std::size_t>(refused.size(), 5); ++i) std::cerr << refused[i] << '\n';
}
