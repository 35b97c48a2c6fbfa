// Takes every case of a family through every check and mutant; exits with 1 if one fails.
//   harness [FAMILY...] [--points N] [--seed N] [--json FILE] [--only TEXT] [--table]

#include <algorithm>
#include <armagrad/detail/threads.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "formulas.hpp"
#include "mutants.hpp"

namespace armagrad::harness {

namespace {

struct Options {
  std::vector<std::string> families;
  unsigned points = 1000, seed = 1;
  std::string json, only;
  bool table = false;  // for the docs
};

struct Outcome {
  Errors errors;
  Mutants mutants;
  std::string failure;  // what was thrown, or a rule that the case does not use
};

/// Names a rule that a case says it covers and does not record.
std::string unused(const Case& c, Random& random) {
  Tape<double> tape;
  const Point p = draw(c, random, {.plain = true});
  record(tape, c, p, p.x);
  for (const auto getter : c.operations) {
    bool used = false;
    for (Index i = 0; i < tape.size(); ++i) used |= engine_of(tape).node(i).operation == &getter();
    if (!used) return std::string("does not record ") + getter().name;
  }
  return {};
}

Outcome run(const Case& c, const Options& options) {
  Random random(options.seed);
  Outcome o;
  try {
    o.failure = unused(c, random);
    for (unsigned i = 0; i < options.points / c.slow; ++i) {
      const Point p = draw(c, random);
      check_point(c, p, random, o.errors);
      check_engine(c, p, o.errors);
    }
    check_rates(o.errors);
    check_once(c, random, o.errors);
    o.mutants = try_mutants(c, random);
  } catch (const std::exception& e) {
    o.failure = e.what();
  }
  return o;
}

nlohmann::json in_json(const Case& c, const Outcome& o, const Options& options) {
  nlohmann::json j{{"operation", c.name},
                   {"analytic", c.analytic},
                   {"kink", c.note},
                   {"points", options.points / c.slow},
                   {"mutants", {{"made", o.mutants.made}, {"killed", o.mutants.killed}}}};
  for (const auto getter : c.operations) j["rules"].push_back(getter().name);
  for (unsigned i = 0; i < check::count; ++i) {
    if (o.errors.times[i]) j["errors"][checks[i].name] = o.errors.worst[i];
  }
  return j;
}

/// For the docs: the operation, its gradient as a formula, errors.
void print_entry(const Case& c, const Outcome& o) {
  std::printf("%s%s%s\n", c.name.c_str(), c.note.empty() ? "" : "    derivative ", c.note.c_str());
  for (const std::string& line : formulas(c)) {
    if (line.size() < 500) std::printf("    %s\n", line.c_str());  // of compositions they grow out of hand
  }
  const char* separator = "    errors: ";
  const auto print = [&](const char* what, check::Name which) {
    if (!o.errors.times[which]) return;
    std::printf("%s%s %.0e", separator, what, o.errors.worst[which]);
    separator = ", ";
  };
  print("complex step", check::reverse);
  print("differences", check::differences);
  print("forward mode", check::forward);
  print("second order", check::second);
  std::printf("\n\n");
}

class Report {
 public:
  explicit Report(const Options& options) : options_(options) {
    if (options.table) return;
    std::printf("%-20s", "");
    for (const Check& check : checks) std::printf(" %9.9s", check.name);
    std::printf("   mutants\n");
  }

  void add(const Case& c) {
    const Outcome o = run(c, options_);
    if (options_.table)
      print_entry(c, o);
    else
      print_row(c, o);
    failed_ |= !passed(o.errors) || !o.mutants.survivors.empty() || !o.failure.empty();
    for (unsigned i = 0; i < check::count; ++i) worst_[i] = std::max(worst_[i], o.errors.worst[i]);
    if (!c.analytic) not_analytic_ += (not_analytic_.empty() ? "" : ", ") + c.name;
    made_ += o.mutants.made, killed_ += o.mutants.killed, ++cases_;
    json_.push_back(in_json(c, o, options_));
    std::fflush(stdout);
  }

  int finish() const {
    if (!options_.table) print_total();
    if (!options_.json.empty()) std::ofstream(options_.json) << json_.dump(1) << '\n';
    return failed_ || cases_ == 0;
  }

 private:
  static void print_row(const Case& c, const Outcome& o) {
    std::printf("%-20s", c.name.c_str());
    for (unsigned i = 0; i < check::count; ++i) {
      const bool wrong = o.errors.worst[i] > checks[i].limit;
      if (o.errors.times[i])
        std::printf(" %8.1e%c", o.errors.worst[i], wrong ? '!' : ' ');
      else
        std::printf(" %8s ", "-");
    }
    std::printf(" %4u/%u\n", o.mutants.killed, o.mutants.made);
    for (const auto& survivor : o.mutants.survivors) std::printf("  survivor: %s\n", survivor.c_str());
    if (!o.failure.empty()) std::printf("  %s\n", o.failure.c_str());
  }

  void print_total() const {
    std::printf("%-20s", "worst");
    for (const double worst : worst_) std::printf(" %8.1e ", worst);
    std::printf("\n%u operations, %u points each; mutants killed / made: %u / %u\n", cases_, options_.points, killed_,
                made_);
    std::printf("not analytic, by differences: %s\n", not_analytic_.empty() ? "none" : not_analytic_.c_str());
  }

  const Options& options_;
  nlohmann::json json_ = nlohmann::json::array();
  std::array<double, check::count> worst_{};
  std::string not_analytic_;
  unsigned made_ = 0, killed_ = 0, cases_ = 0;
  bool failed_ = false;
};

template <class... Lists>
std::vector<FamilyOfCases> families(RuleLists<Lists...>) {
  return {cases_of<Lists>()..., random_graphs()};
}

int run_all(const Options& options) {
  Report report(options);
  for (const auto& [name, cases] : families(AllRules{})) {
    if (!options.families.empty() && std::ranges::find(options.families, name) == options.families.end()) continue;
    if (options.table && name == "graphs") continue;
    for (const Case& c : cases) {
      if (c.name.find(options.only) != std::string::npos) report.add(c);
    }
  }
  return report.finish();
}

}  // namespace

}  // namespace armagrad::harness

int main(int argc, char** argv) {
  const armagrad::detail::OneBlasThread hold;  // on matrices this small more threads only wait for each other
  armagrad::harness::Options options;
  for (int i = 1; i < argc; ++i) {
    const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
    const std::string word = argv[i];
    if (word == "--points")
      options.points = unsigned(std::stoul(next()));
    else if (word == "--seed")
      options.seed = unsigned(std::stoul(next()));
    else if (word == "--json")
      options.json = next();
    else if (word == "--table")
      options.table = true;
    else if (word == "--only")
      options.only = next();
    else
      options.families.push_back(word);
  }
  return armagrad::harness::run_all(options);
}
