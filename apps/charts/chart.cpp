#include "chart.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "apps/text/escape.hpp"
#include "svg.hpp"

namespace armagrad::apps {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double left = 54, right = 14, bottom = 46, legend_line = 20, inset = 12;

/// The coordinates of values along one side.
struct Scale {
  std::vector<double> ticks;
  bool logarithmic;
  double first, last;  // coordinates of the first and the last tick

  double operator()(double x) const {
    const auto place = [this](double v) { return logarithmic ? std::log10(v) : v; };
    const double a = place(ticks.front()), b = place(ticks.back());
    return first + (last - first) * (place(x) - a) / (b - a);
  }
  bool shows(double x) const { return std::isfinite(x) && (!logarithmic || x > 0); }
};

Scale scale_of(const Axis& axis, const Chart& chart, bool of_x, double first, double last) {
  double least = infinity, most = -infinity;
  const auto take = [&](double v) {
    if (!std::isfinite(v) || (axis.logarithmic && v <= 0)) return;
    least = std::min(least, v);
    most = std::max(most, v);
  };
  for (const Series& s : chart.series) {
    for (std::size_t k = 0; k < s.x.size(); ++k) {
      const double e = of_x || s.error.empty() || !std::isfinite(s.error[k]) ? 0 : s.error[k];
      const double v = of_x ? s.x[k] : s.y[k];
      take(v - e);
      take(v + e);
    }
  }
  if (!std::isnan(axis.least)) least = axis.least;
  if (!std::isnan(axis.most)) most = axis.most;
  if (!(least <= most)) least = most = 1;  // there is no data
  return {
      axis.logarithmic ? round_ticks_logarithmic(least, most > least ? most : 10 * least) : round_ticks(least, most),
      axis.logarithmic, first, last};
}

std::string tag(const std::string& name, const std::string& attributes, const std::string& inside = "") {
  return "<" + name + " " + attributes + (inside.empty() ? "/>" : ">" + inside + "</" + name + ">");
}
std::string at(const char* x_name, double x, const char* y_name, double y) {
  return std::string(x_name) + "=\"" + coordinate(x) + "\" " + y_name + "=\"" + coordinate(y) + "\"";
}
std::string line(double x1, double y1, double x2, double y2, const std::string& kind) {
  return tag("line", at("x1", x1, "y1", y1) + " " + at("x2", x2, "y2", y2) + " class=\"" + kind + "\"");
}
std::string text(double x, double y, const std::string& kind, const std::string& words, const std::string& more = "") {
  return tag("text", at("x", x, "y", y) + " class=\"" + kind + "\"" + more, escaped(words));
}

std::string class_of(const Series& s) { return {'s', static_cast<char>('0' + s.colour % 6)}; }

class Drawing {
 public:
  explicit Drawing(const Chart& chart)
      : chart_(chart),
        top_(10 + legend_line * double(legend_lines())),
        x_(scale_of(chart.x, chart, true, left + inset, chart.width - right - inset)),
        y_(scale_of(chart.y, chart, false, chart.height - bottom, top_)) {}

  std::string operator()() {
    out_ << svg_begin("chart", chart_.width, chart_.height, chart_.id, chart_.title, chart_.description);
    axes();
    for (const Series& s : chart_.series) draw(s);
    legend();
    out_ << "</svg>";
    return out_.str();
  }

 private:
  static double legend_width(const Series& s) { return 34 + 7.2 * double(s.name.size()); }
  /// The legend's entries are set one after the other, on as many lines as they need.
  unsigned legend_lines() const {
    unsigned lines = 0;
    double used = 1e9;
    for (const Series& s : chart_.series) {
      if (s.name.empty()) continue;
      if (used + legend_width(s) > chart_.width - right) ++lines, used = left;
      used += legend_width(s);
    }
    return lines;
  }

  void axes() {
    const double base = y_.first;
    for (const double t : y_.ticks) {
      out_ << line(left, y_(t), chart_.width - right, y_(t), "grid")
           << text(left - 7, y_(t) + 4, "tick", compact(t), " text-anchor=\"end\"");
    }
    // With many decades, every second one has a label.
    const std::size_t step = x_.ticks.size() > 8 ? 2 : 1;
    for (std::size_t k = 0; k < x_.ticks.size(); ++k) {
      const double t = x_.ticks[k];
      out_ << line(x_(t), base, x_(t), base + 4, "axis");
      if (k % step == 0) out_ << text(x_(t), base + 18, "tick", compact(t), " text-anchor=\"middle\"");
    }
    out_ << line(left, base, chart_.width - right, base, "axis")
         << text((left + chart_.width - right) / 2, chart_.height - 8, "label", chart_.x.label,
                 " text-anchor=\"middle\"");
    const double middle = (y_.first + y_.last) / 2;
    out_ << text(0, 0, "label", chart_.y.label,
                 " text-anchor=\"middle\" transform=\"translate(13 " + coordinate(middle) + ") rotate(-90)\"");
  }

  std::string hint(const Series& s, std::size_t k) const {
    return "<title>" +
           escaped((s.name.empty() ? "" : s.name + ": ") + chart_.x.label + " " + compact(s.x[k]) + ", " +
                   chart_.y.label + " " + compact(s.y[k])) +
           "</title>";
  }

  void draw(const Series& s) {
    const std::string colour = class_of(s);
    std::string path;
    double before = 0;
    for (std::size_t k = 0; k < s.x.size(); ++k) {
      if (!x_.shows(s.x[k]) || !y_.shows(s.y[k])) continue;
      const double x = x_(s.x[k]), y = y_(s.y[k]);
      if (s.mark == Mark::bars) {
        const double half = 0.46 * (s.x.size() > 1 ? x_(s.x[1]) - x_(s.x[0]) : 20);
        out_ << tag("rect",
                    at("x", x - half, "y", y) + " " + at("width", 2 * half, "height", y_.first - y) + " class=\"bar " +
                        colour + "\"",
                    hint(s, k));
        continue;
      }
      if (!s.error.empty() && std::isfinite(s.error[k]) && y_.shows(s.y[k] - s.error[k])) {
        const double low = y_(s.y[k] - s.error[k]), high = y_(s.y[k] + s.error[k]);
        out_ << line(x, low, x, high, "error " + colour) << line(x - 3, low, x + 3, low, "error " + colour)
             << line(x - 3, high, x + 3, high, "error " + colour);
      }
      path += path.empty() ? 'M' : 'L';
      path += coordinate(x) + " " + coordinate(y);
      // Points closer than they are wide would be a band.
      const bool ring = s.mark == Mark::points;
      if (s.mark == Mark::dashes || (!ring && x - before < 5 && before > 0)) continue;
      before = x;
      out_ << tag("circle",
                  at("cx", x, "cy", y) + " r=\"" + (ring ? coordinate(ring_) : "2.6") + "\" class=\"" +
                      (ring ? "ring " : "point ") + colour + "\"",
                  hint(s, k));
    }
    if (s.mark == Mark::points) ring_ += 3.5;  // so that one at the same place is seen
    if (path.empty() || s.mark == Mark::points || s.mark == Mark::bars) return;
    out_ << tag("path", "d=\"" + path + "\" class=\"line " + colour + (s.mark == Mark::dashes ? " dashes" : "") + "\"");
  }

  void legend() {
    double x = 1e9, y = 14 - legend_line;
    for (const Series& s : chart_.series) {
      if (s.name.empty()) continue;
      if (x + legend_width(s) > chart_.width - right) x = left, y += legend_line;
      const std::string colour = class_of(s);
      if (s.mark == Mark::bars)
        out_ << tag("rect", at("x", x + 4, "y", y - 10) + " width=\"12\" height=\"12\" class=\"bar " + colour + "\"");
      else if (s.mark == Mark::points)
        out_ << tag("circle", at("cx", x + 10, "cy", y - 4) + " r=\"6\" class=\"ring " + colour + "\"");
      else
        out_ << line(x, y - 4, x + 20, y - 4, "line " + colour + (s.mark == Mark::dashes ? " dashes" : ""));
      out_ << text(x + 25, y, "legend", s.name);
      x += legend_width(s);
    }
  }

  const Chart& chart_;
  const double top_;
  const Scale x_, y_;
  double ring_ = 6;  // the radius of the next
  std::ostringstream out_;
};

}  // namespace

std::string svg_begin(const std::string& classes, double width, double height, const std::string& id,
                      const std::string& title, const std::string& description) {
  return "<svg class=\"" + classes + "\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(width) +
         ' ' + coordinate(height) + "\" role=\"img\" aria-labelledby=\"" + id + "-t " + id + "-d\"><title id=\"" + id +
         "-t\">" + escaped(title) + "</title><desc id=\"" + id + "-d\">" + escaped(description) + "</desc>";
}

std::string svg(const Chart& chart) { return Drawing(chart)(); }

extern const char* const svg_template;  // made by CMake of chart.svg

std::string svg_file(const std::string& element) {
  std::string file = svg_template;
  const std::string here = "@chart@", box = "viewBox=\"";
  const std::size_t from = element.find(box) + box.size();
  file.replace(file.find("@box@"), 5, element.substr(from, element.find('"', from) - from));
  file.replace(file.find(here), here.size(), element);
  return file;
}

}  // namespace armagrad::apps
