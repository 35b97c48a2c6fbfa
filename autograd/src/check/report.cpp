// A check as text for people and as JSON for programs.

#include <unistd.h>
#include <armagrad/check_report.hpp>
#include <armagrad/detail/report_text.hpp>
#include <armagrad/shape.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace armagrad {
using namespace detail;

const char* to_string(Verdict verdict) {
  return verdict == Verdict::passed ? "passed" : verdict == Verdict::failed ? "failed" : "inconclusive";
}

Verdict GradientCheck::verdict() const {
  const auto any = [this](Verdict v) {
    return std::any_of(evidence.begin(), evidence.end(), [v](const Evidence& e) { return e.verdict == v; });
  };
  if (any(Verdict::failed)) return Verdict::failed;
  return evidence.empty() || any(Verdict::inconclusive) ? Verdict::inconclusive : Verdict::passed;
}

namespace detail {

bool wants_colour([[maybe_unused]] const std::ostream& out) {
#ifdef ARMAGRAD_WITHOUT_TERMINAL  // std::cout and std::cerr are not to be linked, as in packages of R
  return false;
#else
  const char* const no = std::getenv("NO_COLOR");
  if (no && *no) return false;
  return (out.rdbuf() == std::cout.rdbuf() && isatty(STDOUT_FILENO)) ||
         (out.rdbuf() == std::cerr.rdbuf() && isatty(STDERR_FILENO));
#endif
}

void print_wrapped(std::ostream& out, const std::string& text, int indent, int first) {
  constexpr std::size_t width = 100;
  std::istringstream words(text);
  std::string word, line(std::size_t(first < 0 ? indent : 0), ' ');
  std::size_t column = std::size_t(first < 0 ? indent : first);
  bool begun = false;
  while (words >> word) {
    if (begun && column + 1 + word.size() > width) {
      out << line << '\n';
      line.assign(std::size_t(indent), ' ');
      column = std::size_t(indent);
      begun = false;
    }
    line.append(begun ? " " : "").append(word);
    column += word.size() + (begun ? 1 : 0);
    begun = true;
  }
  out << line << '\n';
}

namespace {

std::string coloured(const std::string& text, Verdict verdict, bool colour) {
  if (!colour) return text;
  const char* const code = verdict == Verdict::passed   ? "\033[32m"
                           : verdict == Verdict::failed ? "\033[1;31m"
                                                        : "\033[33m";
  return code + text + "\033[0m";
}
std::string word(Verdict verdict, const char* passed, bool colour) {
  return coloured(verdict == Verdict::passed   ? passed
                  : verdict == Verdict::failed ? "FAILED"
                                               : "inconclusive",
                  verdict, colour);
}

std::string scientific(double x, int digits) {
  std::ostringstream text;
  text << std::scientific << std::setprecision(digits) << x;
  return text.str();
}

struct Widths {
  std::size_t variable = 10, test = 22;
};

void print_evidence(std::ostream& out, const Evidence& e, const Widths& widths, bool colour) {
  out << std::left << std::setw(int(widths.variable)) << e.variable << std::setw(int(widths.test)) << e.test;
  if (e.compared > 0)
    out << std::setw(9) << e.compared << std::setw(12) << scientific(e.error, 2) << std::setw(11)
        << scientific(e.tolerance, 1);
  out << word(e.verdict, "ok", colour);
  if (!e.problem.empty()) out << ": " << e.problem;
  if (e.verdict == Verdict::failed && e.compared > 0) {
    out << "  worst: ";
    if (e.entries) out << '(' << e.row << ',' << e.col << ") ";
    out << scientific(e.given, 9) << ", not " << scientific(e.found, 9);
  }
  if (e.kinks)
    out << "  " << (e.more_kinks ? "at least " : "") << e.kinks << (e.kinks == 1 ? " entry" : " entries")
        << " at a kink";
  out << '\n';
}

void print_diagnosis(std::ostream& out, const Diagnosis& d) {
  out << "diagnosis of " << d.variable << ": ";
  const int at = int(15 + d.variable.size());
  if (d.findings.empty()) print_wrapped(out, "unknown: no single mistake that is known here explains it", 2, at);
  for (std::size_t k = 0; k < d.findings.size(); ++k) {
    const Finding& f = d.findings[k];
    std::string text = f.what;
    if (f.unexplained < 1) {
      std::ostringstream explained;
      if (f.unexplained < 1e-4)
        explained << " (explains it to " << scientific(f.unexplained, 0) << ")";
      else
        explained << " (explains " << std::setprecision(3) << 100 * (1 - f.unexplained) << " %)";
      text += explained.str();
    }
    if (k == 0)
      print_wrapped(out, text, 2, at);
    else
      out << "  or: ", print_wrapped(out, text, 6, 6);
  }
  for (const std::string& fact : d.facts) out << "  - ", print_wrapped(out, fact, 4, 4);
  if (!d.next.empty()) out << "  next: ", print_wrapped(out, d.next, 8, 8);
}

}  // namespace
}  // namespace detail

std::ostream& operator<<(std::ostream& out, const GradientCheck& check) {
  const bool colour = detail::wants_colour(out);
  std::ostringstream text;
  text << "gradient check: " << detail::word(check.verdict(), "passed", colour) << '\n';
  for (const Diagnosis& d : check.diagnoses) detail::print_diagnosis(text, d);
  detail::Widths widths;
  for (const Evidence& e : check.evidence) {
    widths.variable = std::max(widths.variable, e.variable.size() + 2);
    widths.test = std::max(widths.test, e.test.size() + 2);
  }
  text << std::left << std::setw(int(widths.variable)) << "variable" << std::setw(int(widths.test))
       << "gradient against" << std::setw(9) << "entries" << std::setw(12) << "rel. error" << std::setw(11)
       << "tolerance"
       << "verdict\n";
  for (const Evidence& e : check.evidence) detail::print_evidence(text, e, widths, colour);
  for (const std::string& note : check.notes) text << "note: ", detail::print_wrapped(text, note, 6, 6);
  return out << text.str();
}

}  // namespace armagrad
