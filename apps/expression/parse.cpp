// The grammar, in Boost.Spirit X3. It is read from left to right and never taken back, so that its actions
// can build the terms as it goes.

#include <boost/spirit/home/x3.hpp>
#include <charconv>
#include <functional>

#include "functions.hpp"
#include "lines.hpp"
#include "syntax.hpp"

namespace armagrad::apps {

namespace {

namespace x3 = boost::spirit::x3;
using Range = boost::iterator_range<const char*>;

/// Puts terms together: operands wait on a stack, operators and open parentheses on others.
class Builder {
 public:
  explicit Builder(Syntax& syntax) : syntax_(syntax), text_(syntax.text.data()) {}

  void number(Range r) {
    double x = 0;
    if (std::from_chars(r.begin(), r.end(), x).ec != std::errc())
      throw ExpressionError("a number out of range", span(r));
    push({Term::Kind::number, {}, x, {}, span(r), span(r)});
  }
  void quoted(Range r) { push({Term::Kind::text, std::string(r.begin() + 1, r.end() - 1), 0, {}, span(r), span(r)}); }
  void name(Range r) {
    const std::string text(r.begin(), r.end());
    const auto defined = names_.find(text);
    if (defined != names_.end())
      operands_.push_back({defined->second, span(r)});
    else
      push({Term::Kind::name, text, 0, {}, span(r), span(r)});
  }
  bool is_function_name() const {
    const Term& last = syntax_.terms.back();
    return operands_.back().term + 1 == syntax_.terms.size() && last.kind == Term::Kind::name && is_function(last.text);
  }
  /// The parenthesis after a name: of a function's arguments, or of an entry's place.
  void open_call(Range) {
    const Span at = operands_.back().all;
    if (is_function_name()) {
      calls_.push_back({syntax_.terms.back().text, at, operands_.size() - 1});
      operands_.pop_back();
      syntax_.terms.pop_back();
    } else {
      calls_.push_back({"at", at, operands_.size() - 1});
    }
  }
  /// Whether an entry's place may follow at once: behind a parenthesis or a transpose.
  bool has_entries() const {
    const char last = text_[operands_.back().all.end - 1];
    return last == ')' || last == '\'';
  }
  void open_entry(Range) { calls_.push_back({"at", operands_.back().all, operands_.size() - 1}); }
  void open_method(Range r) {
    const std::string text(r.begin(), r.end());
    const bool transposes = text == "t" || text == "st";
    if (!transposes && !is_function(text)) throw ExpressionError("no function '" + shortened(text) + "'", span(r));
    calls_.push_back({transposes ? "'" : text, span(r), operands_.size() - 1});
  }
  void close(Range r) {
    const Call call = calls_.back();
    calls_.pop_back();
    Span all = call.at;
    if (call.first < operands_.size()) all.begin = std::min(all.begin, operands_[call.first].all.begin);
    apply(call.function, operands_.size() - call.first, call.at, {all.begin, span(r).end});
  }
  void open_parenthesis(Range r) { parentheses_.push_back(span(r).begin); }
  void close_parenthesis(Range r) {
    operands_.back().all = {parentheses_.back(), span(r).end};
    parentheses_.pop_back();
  }

  void operator_sign(Range r) { operators_.push_back({std::string(r.begin(), r.end()), span(r)}); }
  void juxtaposed(Range r) { operators_.push_back({"*", {span(r).begin, span(r).begin + 1}}); }
  void infix(Range) {
    const auto [sign, at] = take_operator();
    if (sign == "*" && sums_with_ones(at)) return;
    if (sign == "\\" || sign == "⊗") return infix_function(sign == "⊗" ? "kron" : "solve", at);
    const Span left = operands_[operands_.size() - 2].all, right = operands_.back().all;
    apply(sign, 2, at, {left.begin, right.end});
  }
  /// A row of ones times a matrix is the sum down its columns, a matrix times a column of ones that along its rows.
  bool sums_with_ones(Span at) {
    const auto is_name = [&](std::uint32_t t) {
      return syntax_.terms[t].kind == Term::Kind::name && syntax_.terms[t].text == "ones";
    };
    const Operand left = operands_[operands_.size() - 2], right = operands_.back();
    const Term& row = syntax_.terms[left.term];
    const bool down = row.kind == Term::Kind::call && row.text == "'" && is_name(row.operands[0]);
    if (!down && !is_name(right.term)) return false;
    syntax_.terms[down ? row.operands[0] : right.term] = {Term::Kind::number, {}, 1, {}, at, at};  // no longer used
    operands_[operands_.size() - 2] = down ? right : left;
    operands_.pop_back();
    push({Term::Kind::number, {}, down ? 0. : 1., {}, at, at});
    apply("sum", 2, at, {left.all.begin, right.all.end});
    return true;
  }
  void infix_function(const char* function, Span at) {
    const Span left = operands_[operands_.size() - 2].all, right = operands_.back().all;
    apply(function, 2, at, {left.begin, right.end});
  }
  void minuses(Range) {
    const auto [signs, at] = take_operator();
    const Span all{at.begin, operands_.back().all.end};
    if (std::count(signs.begin(), signs.end(), '-') % 2) apply("neg", 1, at, all);
    operands_.back().all = all;
  }
  void transpose(Range r) { apply("'", 1, span(r), {operands_.back().all.begin, span(r).end}); }

  void line(const std::string& label) {
    if (!label.empty()) names_[label] = operands_.back().term;
    syntax_.lines.push_back({label, operands_.back().term});
    operands_.clear();
  }

 private:
  struct Operand {
    std::uint32_t term;
    Span all;  // with the parentheses around it
  };
  struct Call {
    std::string function;
    Span at;
    std::size_t first;  // of its operands on the stack
  };

  Span span(Range r) const { return {std::uint32_t(r.begin() - text_), std::uint32_t(r.end() - text_)}; }
  void push(Term term) {
    operands_.push_back({std::uint32_t(syntax_.terms.size()), term.all});
    syntax_.terms.push_back(std::move(term));
  }
  std::pair<std::string, Span> take_operator() {
    const auto last = operators_.back();
    operators_.pop_back();
    return last;
  }
  void apply(const std::string& function, std::size_t n, Span at, Span all) {
    Term term{Term::Kind::call, function, 0, {}, all, at};
    for (std::size_t k = operands_.size() - n; k < operands_.size(); ++k) term.operands.push_back(operands_[k].term);
    operands_.resize(operands_.size() - n);
    push(std::move(term));
  }

  Syntax& syntax_;
  const char* text_;
  std::vector<Operand> operands_;
  std::vector<Call> calls_;
  std::vector<std::uint32_t> parentheses_;
  std::vector<std::pair<std::string, Span>> operators_;
  std::map<std::string, std::uint32_t> names_;
};

/// A semantic action: hands what was matched to the builder.
constexpr auto to(void (Builder::*act)(Range)) {
  return [act](auto& context) {
    if constexpr (std::is_same_v<std::decay_t<decltype(x3::_attr(context))>, Range>)
      std::invoke(act, x3::get<Builder>(context).get(), x3::_attr(context));
    else
      std::invoke(act, x3::get<Builder>(context).get(), Range());
  };
}
const auto is_function_name = [](auto& context) {
  x3::_pass(context) = x3::get<Builder>(context).get().is_function_name();
};

const auto has_entries = [](auto& context) { x3::_pass(context) = x3::get<Builder>(context).get().has_entries(); };

namespace grammar {

x3::rule<struct expression> const expression = "an expression";
x3::rule<struct product> const product = "an operand";
x3::rule<struct factor> const factor = "an operand";
x3::rule<struct primary> const primary = "an operand";

/// A parser with a name for the message where it was expected.
template <class Tag>
const auto named = [](const char* what, const auto& parser) { return x3::rule<Tag>{what} = parser; };
/// operand, or several with operators between them, from the left.
template <class Tag>
const auto chain = [](const auto& operand, const auto& signs) {
  return named<Tag>("an operand",
                    operand >> *(x3::raw[signs][to(&Builder::operator_sign)] > operand > x3::eps[to(&Builder::infix)]));
};
/// An operand that may have a minus before it.
template <class Tag>
const auto with_sign = [](const auto& operand) {
  const auto minuses = x3::raw[+x3::lit('-')][to(&Builder::operator_sign)];
  return named<Tag>("an operand", (minuses > operand > x3::eps[to(&Builder::minuses)]) | operand);
};

const auto letter = x3::ascii::alpha | x3::char_('_');
const auto name = x3::raw[x3::lexeme[letter >> *(letter | x3::ascii::digit)]];
const auto digits = +x3::ascii::digit;
const auto number = x3::raw[x3::lexeme[((digits >> -('.' >> *x3::ascii::digit)) | ('.' >> digits)) >>
                                       -(x3::char_("eE") >> -x3::char_("+-") >> digits)]];
const auto quoted = x3::raw[x3::lexeme['"' >> *(x3::char_ - '"') >> '"']];

const auto close_call = named<struct close_call_tag>("')'", x3::raw[x3::lit(')')][to(&Builder::close)]);
const auto arguments = -(expression % ',') > close_call;
const auto open_call = x3::omit[x3::no_skip[x3::lit('(')] | (x3::eps[is_function_name] >> '(')];
const auto open = x3::raw[x3::lit('(')][to(&Builder::open_parenthesis)];
const auto close = named<struct close_tag>("')'", x3::raw[x3::lit(')')][to(&Builder::close_parenthesis)]);
const auto primary_def = number[to(&Builder::number)] | quoted[to(&Builder::quoted)] |
                         (name[to(&Builder::name)] >> -(open_call[to(&Builder::open_call)] > arguments)) |
                         (open > expression > close);

const auto method_name = named<struct method_tag>("a function's name", name[to(&Builder::open_method)]);
const auto method = '.' > method_name > named<struct open_tag>("'('", x3::lit('(')) > arguments;
const auto power = x3::raw[x3::lit(".^") | '^'][to(&Builder::operator_sign)] >
                   with_sign<struct exponent_tag>(primary) > x3::eps[to(&Builder::infix)];
// (x'*y)(0) is an entry; (a + b)(c + d) and (a + b) (2) are products.
const auto places = x3::no_skip[x3::lit('(')] >> digits >> -(x3::lit(',') >> digits) >> ')';
const auto entry = x3::omit[x3::eps[has_entries] >> &places >> '('][to(&Builder::open_entry)] > arguments;
const auto factor_def = primary >> *(x3::raw[x3::lit('\'')][to(&Builder::transpose)] | power | method | entry);

const auto operand = with_sign<struct operand_tag>(factor);
const auto by = x3::raw[x3::char_("*%/\\") | "⊗"][to(&Builder::operator_sign)] > operand;
const auto beside = x3::raw[&(letter | '(')][to(&Builder::juxtaposed)] > factor;
const auto product_def = operand >> *((by | beside) > x3::eps[to(&Builder::infix)]);

const auto sum = chain<struct sum_tag>(product, x3::char_("+-"));
const auto relation = chain<struct relation_tag>(sum, x3::lexeme[x3::char_("<>") >> -x3::lit('=')]);
const auto expression_def = chain<struct equality_tag>(relation, x3::lit("==") | x3::lit("!="));

BOOST_SPIRIT_DEFINE(expression, product, factor, primary)

}  // namespace grammar

}  // namespace

Syntax parse(std::string text) {
  Syntax syntax{std::move(text), {}, {}};
  Builder builder(syntax);
  const auto parser = x3::with<Builder>(std::ref(builder))[grammar::expression];
  for (const Section& section : sections(syntax.text)) {
    const char *at = syntax.text.data() + section.expression.begin, *end = syntax.text.data() + section.expression.end;
    bool whole = false;
    std::string wanted;
    try {
      whole = x3::phrase_parse(at, end, parser, x3::ascii::space) && at == end;
    } catch (const x3::expectation_failure<const char*>& failure) {
      at = failure.where();
      wanted = failure.which();
    }
    if (!whole) unexpected(syntax.text, std::uint32_t(at - syntax.text.data()), section.expression.end, wanted);
    builder.line(section.label);
  }
  return syntax;
}

}  // namespace armagrad::apps
