#pragma once
// A check as text for people and as JSON for programs.

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>

#include <armagrad/shape.hpp>
#include <armagrad/check_report.hpp>

namespace armagrad {

namespace detail {

/// Whether colours help: on a terminal, unless NO_COLOR (no-color.org) says otherwise.
inline bool wants_colour(const std::ostream& out) {
  const char* const no = std::getenv("NO_COLOR");
  if (no && *no) return false;
  return (out.rdbuf() == std::cout.rdbuf() && isatty(STDOUT_FILENO)) ||
         (out.rdbuf() == std::cerr.rdbuf() && isatty(STDERR_FILENO));
}
inline std::string coloured(const std::string& text, bool passed, bool colour) {
  return colour ? (passed ? "\033[32m" : "\033[1;31m") + text + "\033[0m" : text;
}

/// Lines of words that fit a terminal, each after `indent` spaces.
inline void print_wrapped(std::ostream& out, const std::string& text, int indent, int first = -1) {
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

inline std::string scientific(double x, int digits) {
  std::ostringstream text;
  text << std::scientific << std::setprecision(digits) << x;
  return text.str();
}

inline void print_evidence(std::ostream& out, const Evidence& e, std::size_t variable, std::size_t test,
                           bool colour) {
  out << std::left << std::setw(int(variable)) << e.variable << std::setw(int(test)) << e.test;
  if (!e.problem.empty()) {
    out << coloured("FAILED", false, colour) << ": " << e.problem << '\n';
    return;
  }
  std::ostringstream rate, least;
  rate << "order " << std::fixed << std::setprecision(2) << e.error;
  least << ">= " << std::setprecision(2) << e.tolerance;
  out << std::setw(9) << e.compared << std::setw(12)
      << (!e.is_rate               ? scientific(e.error, 2)
          : std::isfinite(e.error) ? rate.str()
                                   : "none")
      << std::setw(11) << (e.is_rate ? least.str() : scientific(e.tolerance, 1))
      << coloured(e.passed ? "ok" : "FAILED", e.passed, colour);
  if (!e.passed && !e.is_rate) {
    out << "  worst: ";
    if (e.entries) out << '(' << e.row << ',' << e.col << ") ";
    out << scientific(e.given, 9) << ", not " << scientific(e.found, 9);
  }
  if (e.kinks) out << "  " << e.kinks << (e.kinks == 1 ? " entry" : " entries") << " at a kink";
  out << '\n';
}

inline void print_diagnosis(std::ostream& out, const Diagnosis& d) {
  out << "diagnosis of " << d.variable << ": ";
  const int at = int(15 + d.variable.size());
  if (d.findings.empty())
    print_wrapped(out, "unknown: no single mistake that is known here explains it", 2, at);
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

/// A JSON string; bytes that are not printable ASCII are escaped one by one, as file names need not be UTF-8.
inline std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << '"' << std::hex << std::setfill('0');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out << '\\' << c;
    else if (byte < 32 || byte > 126)
      out << "\\u00" << std::setw(2) << unsigned(byte);
    else
      out << c;
  }
  out << '"';
  return out.str();
}
/// JSON has no NaN and no infinity: they become null.
inline std::string json_number(double x) { return std::isfinite(x) ? to_text(x) : "null"; }

/// [a, b, ...]
template <class List, class F>
std::string json_list(const List& list, F text_of) {
  std::string text = "[";
  for (const auto& x : list) text.append(text.size() > 1 ? ", " : "").append(text_of(x));
  return text + "]";
}

inline std::string json(const Evidence& e) {
  std::string text = "{\"variable\": " + quoted(e.variable) + ", \"test\": " + quoted(e.test) +
                     ", \"passed\": " + (e.passed ? "true" : "false");
  if (!e.problem.empty()) return text + ", \"problem\": " + quoted(e.problem) + "}";
  text += ", \"compared\": " + std::to_string(e.compared) + ", \"kinks\": " + std::to_string(e.kinks);
  if (e.is_rate)
    return text + ", \"order\": " + json_number(e.error) + ", \"least\": " + json_number(e.tolerance) + "}";
  text += ", \"error\": " + json_number(e.error) + ", \"tolerance\": " + json_number(e.tolerance);
  if (e.entries) text += ", \"row\": " + std::to_string(e.row) + ", \"col\": " + std::to_string(e.col);
  return text + ", \"given\": " + json_number(e.given) + ", \"found\": " + json_number(e.found) + "}";
}
inline std::string json(const StepSweep& s) {
  return "{\"variable\": " + quoted(s.variable) + ", \"best_step\": " + json_number(s.best) +
         ", \"steps\": " + json_list(s.steps, json_number) +
         ", \"errors\": " + json_list(s.errors, json_number) + "}";
}
inline std::string json(const Diagnosis& d) {
  return "{\"variable\": " + quoted(d.variable) + ", \"findings\": " +
         json_list(d.findings,
                   [](const Finding& f) {
                     return "{\"what\": " + quoted(f.what) + ", \"part\": " + quoted(f.part) +
                            ", \"factor\": " + json_number(f.factor) +
                            ", \"unexplained\": " + json_number(f.unexplained) + "}";
                   }) +
         ", \"facts\": " + json_list(d.facts, quoted) + ", \"next\": " + quoted(d.next) + "}";
}

}  // namespace detail

/// One JSON object.
inline std::string json(const GradientCheck& check) {
  const auto all = [](const auto& list) {
    return detail::json_list(list, [](const auto& x) { return detail::json(x); });
  };
  return std::string("{\"passed\": ") + (check.passed() ? "true" : "false") +
         ", \"noise\": " + detail::json_number(check.noise) + ", \"evidence\": " + all(check.evidence) +
         ", \"step_sweeps\": " + all(check.sweeps) + ", \"diagnoses\": " + all(check.diagnoses) + "}";
}

/// Verdict first, then what is wrong, then a line per test: where one failed, its worst entry.
inline std::ostream& operator<<(std::ostream& out, const GradientCheck& check) {
  const bool colour = detail::wants_colour(out);
  std::ostringstream text;
  text << "gradient check: " << detail::coloured(check.passed() ? "passed" : "FAILED", check.passed(), colour)
       << '\n';
  for (const Diagnosis& d : check.diagnoses) detail::print_diagnosis(text, d);
  std::size_t variable = 10, test = 22;
  for (const Evidence& e : check.evidence) {
    variable = std::max(variable, e.variable.size() + 2);
    test = std::max(test, e.test.size() + 2);
  }
  text << std::left << std::setw(int(variable)) << "variable" << std::setw(int(test)) << "gradient against"
       << std::setw(9) << "entries" << std::setw(12) << "rel. error" << std::setw(11) << "tolerance"
       << "verdict\n";
  for (const Evidence& e : check.evidence) detail::print_evidence(text, e, variable, test, colour);
  return out << text.str();
}

}  // namespace armagrad
