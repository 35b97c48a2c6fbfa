// What the package's R functions call. Errors of R functions that are called here unwind these frames, by Rcpp's
// unwinding protection, before R goes on with them.

#include <R_ext/Visibility.h>
#include <RcppArmagrad.h>

#include <sstream>

#include "derive.hpp"

namespace {

using namespace armagrad;
using Matrices = std::vector<arma::mat>;

template <class F>
Rcpp::List listed(const auto& all, F f) {
  Rcpp::List list(all.size());
  for (std::size_t k = 0; k < all.size(); ++k) list[R_xlen_t(k)] = f(all[k]);
  return list;
}
Rcpp::CharacterVector texts(const auto& all, auto f) {
  Rcpp::CharacterVector list(all.size());
  for (std::size_t k = 0; k < all.size(); ++k) list[R_xlen_t(k)] = Rf_mkCharCE(std::string(f(all[k])).c_str(), CE_UTF8);
  return list;
}
Rcpp::CharacterVector text(const std::string& one) { return texts(std::vector{one}, std::identity()); }

Rcpp::List evidence_of(const GradientCheck& check) {
  const std::vector<Evidence>& all = check.evidence;
  const auto numbers = [&](auto f) {
    Rcpp::NumericVector x(all.size());
    for (std::size_t k = 0; k < all.size(); ++k) x[R_xlen_t(k)] = double(f(all[k]));
    return x;
  };
  const auto index = [&](auto f) {
    return numbers([f](const Evidence& e) { return e.entries && e.compared > 0 ? double(f(e)) + 1 : NA_REAL; });
  };
  using Rcpp::_;
  return Rcpp::List::create(
      _["variable"] = texts(all, [](const Evidence& e) { return e.variable; }),
      _["test"] = texts(all, [](const Evidence& e) { return e.test; }),
      _["verdict"] = texts(all, [](const Evidence& e) { return std::string(to_string(e.verdict)); }),
      _["error"] = numbers([](const Evidence& e) { return e.error; }),
      _["tolerance"] = numbers([](const Evidence& e) { return e.tolerance; }),
      _["compared"] = numbers([](const Evidence& e) { return e.compared; }),
      _["kinks"] = numbers([](const Evidence& e) { return e.kinks; }),
      _["row"] = index([](const Evidence& e) { return e.row; }),
      _["col"] = index([](const Evidence& e) { return e.col; }),
      _["given"] = numbers([](const Evidence& e) { return e.given; }),
      _["found"] = numbers([](const Evidence& e) { return e.found; }),
      _["problem"] = texts(all, [](const Evidence& e) { return e.problem; }));
}

Rcpp::List list_of(const GradientCheck& check) {
  std::ostringstream report;
  report << check;
  using Rcpp::_;
  return Rcpp::List::create(
      _["passed"] = check.passed(), _["verdict"] = text(to_string(check.verdict())), _["evidence"] = evidence_of(check),
      _["diagnoses"] = listed(check.diagnoses,
                              [](const Diagnosis& d) {
                                return Rcpp::List::create(
                                    _["variable"] = text(d.variable),
                                    _["findings"] = texts(d.findings, [](const Finding& f) { return f.what; }),
                                    _["facts"] = texts(d.facts, std::identity()), _["next"] = text(d.next));
                              }),
      _["notes"] = texts(check.notes, std::identity()), _["text"] = text(report.str()));
}

Rcpp::List r_list(const Matrices& x) {
  return listed(x, [](const arma::mat& one) { return Rcpp::wrap(one); });
}
detail::PlainFunction<double> plain(const Rcpp::Function& f) {
  return [f](const Matrices& x) { return Rcpp::as<double>(f(r_list(x))); };
}

/// A line of formulas by its left side.
Rcpp::CharacterVector lines(const std::vector<Formula::Line>& all) {
  Rcpp::CharacterVector list = texts(all, [](const Formula::Line& line) { return line.right; });
  list.names() = texts(all, [](const Formula::Line& line) { return line.left; });
  return list;
}

/// What the program `derive` calls --var is var here.
std::string without_dashes(std::string message) {
  for (std::size_t at; (at = message.find("--")) != message.npos;) message.erase(at, 2);
  return message;
}

std::optional<apps::Data> data_at(const apps::Problem& problem, SEXP at) {
  if (at == R_NilValue) return {};
  const Rcpp::List values(at);
  const std::vector<std::string> names = values.names();
  std::vector<apps::Source> sources;
  for (std::size_t k = 0; k < names.size(); ++k)
    sources.push_back({names[k], "at$" + names[k], Rcpp::as<arma::mat>(values[R_xlen_t(k)])});
  return apps::data_of(problem.variables, sources);
}

struct Wanted {
  bool hessian, check, code;
};

Rcpp::List list_of(const Formula& formula) {
  using Rcpp::_;
  return Rcpp::List::create(
      _["text"] = text(formula.text()), _["gradients"] = lines(formula.gradients()),
      _["definitions"] = lines(formula.definitions()),
      _["assumptions"] = texts(formula.assumptions(), [](const Assumption& a) { return a.text(); }),
      _["latex"] = text(formula.latex()), _["mathml"] = text(formula.mathml()));
}

/// A Jacobian or a Hessian.
Rcpp::List derived_jacobian(const apps::Problem& problem, const apps::Data* given, const Wanted& wanted) {
  if (wanted.code) throw std::logic_error("code: of gradients only");
  if (wanted.hessian && !problem.is_number) throw std::logic_error("hessian: of an expression that is a number");
  if (problem.by.size() > 1 || !problem.along.empty())
    throw std::logic_error("a Hessian or a Jacobian: by one wrt, without along");
  const apps::Of of = wanted.hessian ? apps::Of::gradient : apps::Of::expression;
  const Formula formula = apps::jacobian(problem, of, given);
  Rcpp::List list = list_of(formula);
  if (wanted.check) list["check"] = list_of(apps::jacobian_evidence(problem, of, formula, given));
  return list;
}

Rcpp::List derived(const apps::Problem& problem, const std::optional<apps::Data>& data, const Wanted& wanted) {
  const apps::Data* const given = data ? &*data : nullptr;
  if (wanted.hessian || !problem.is_number) return derived_jacobian(problem, given, wanted);
  const Formula formula = apps::formula_of(problem, given);
  Rcpp::List list = list_of(formula);
  if (given) {
    const apps::Values values = apps::values_at(problem, *given);
    Rcpp::List gradients = r_list(values.gradients);
    gradients.names() = texts(problem.by, std::identity());
    list["value"] = values.J;
    list["gradient"] = gradients;
  } else {
    list["sizes"] = text(apps::sizes_found_at(problem, formula));
  }
  if (wanted.check) list["check"] = list_of(apps::evidence(problem, formula, given));
  if (wanted.code) list["code"] = text(apps::gradient_code(problem, formula, apps::armadillo_code));
  return list;
}

}  // namespace

extern "C" SEXP ag_check(SEXP fn, SEXP gr, SEXP par, SEXP names, SEXP terms, SEXP entries, SEXP directions, SEXP seed) {
  BEGIN_RCPP
  const Rcpp::Function gradient(gr);
  detail::PlainLoss<double> loss{
      plain(Rcpp::Function(fn)), [gradient](const Matrices& x) { return Rcpp::as<Matrices>(gradient(r_list(x))); }, {}};
  const Rcpp::List given(terms);
  if (given.size() > 0) {
    const std::vector<std::string> called = given.names();
    for (R_xlen_t k = 0; k < given.size(); ++k)
      loss.terms.emplace_back(called[std::size_t(k)], plain(Rcpp::Function(SEXP(given[k]))));
  }
  CheckOptions<double> options;
  options.names = Rcpp::as<std::vector<std::string>>(names);
  options.entries = uword(Rcpp::as<double>(entries));
  options.directions = uword(Rcpp::as<double>(directions));
  options.seed = std::uint64_t(Rcpp::as<double>(seed));
  return list_of(detail::run_function_check<double>(options, loss, Rcpp::as<Matrices>(par)));
  END_RCPP
}

extern "C" SEXP ag_derive(SEXP expression, SEXP var, SEXP wrt, SEXP along, SEXP at, SEXP hessian, SEXP symmetric,
                          SEXP check, SEXP code) {
  BEGIN_RCPP
  const auto strings = [](SEXP x) { return Rcpp::as<std::vector<std::string>>(x); };
  const apps::Typed typed = apps::respelled({Rcpp::as<std::string>(expression), strings(var), strings(wrt)});
  try {
    apps::Problem problem = apps::posed(typed.expression, typed.declarations, typed.by, Rcpp::as<std::string>(along));
    problem.by_symmetric = Rcpp::as<bool>(symmetric);
    return derived(problem, data_at(problem, at),
                   {Rcpp::as<bool>(hessian), Rcpp::as<bool>(check), Rcpp::as<bool>(code)});
  } catch (const apps::ExpressionError& error) {
    throw std::logic_error(marked(error, typed.expression));
  } catch (const std::logic_error& error) {
    throw std::logic_error(without_dashes(error.what()));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(without_dashes(error.what()));
  }
  END_RCPP
}

/// Version of the Armadillo that the library was compiled with.
extern "C" SEXP ag_armadillo() {
  return Rf_mkString((std::to_string(ARMA_VERSION_MAJOR) + "." + std::to_string(ARMA_VERSION_MINOR)).c_str());
}

extern "C" attribute_visible void R_init_RcppArmagrad(DllInfo* dll) {
  static const R_CallMethodDef calls[] = {{"C_ag_check", DL_FUNC(&ag_check), 8},
                                          {"C_ag_derive", DL_FUNC(&ag_derive), 9},
                                          {"C_ag_armadillo", DL_FUNC(&ag_armadillo), 0},
                                          {nullptr, nullptr, 0}};
  R_registerRoutines(dll, nullptr, calls, nullptr, nullptr);
  R_useDynamicSymbols(dll, FALSE);
  R_forceSymbols(dll, TRUE);
}
