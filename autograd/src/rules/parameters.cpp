// Where named parameters lie in the vector of them all.

#include <armagrad/parameters.hpp>

#include <algorithm>

#include "shape.hpp"

namespace armagrad::detail {

Layout::Layout(std::vector<std::string> names, std::vector<Shape> shapes, Location at)
    : names_(std::move(names)), shapes_(std::move(shapes)), first_{0} {
  for (std::size_t k = 0; k < names_.size(); ++k) {
    if (names_[k].empty()) misuse("parameters", at, "parameter " + std::to_string(k + 1) + " has no name");
    if (std::count(names_.begin(), names_.end(), names_[k]) > 1)
      misuse("parameters", at, "two parameters are called " + names_[k]);
    first_.push_back(first_.back() + shapes_[k].size());
  }
}

/// "mu (1x1), beta (3x1)"
std::string Layout::text() const {
  std::string all;
  for (std::size_t k = 0; k < names_.size(); ++k)
    all += (k ? ", " : "") + names_[k] + " (" + to_string(shapes_[k]) + ")";
  return all;
}

std::size_t Layout::find(const std::string& name, Location at) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) misuse("span", at, "there is no parameter " + name + " among " + text());
  const std::size_t k = std::size_t(found - names_.begin());
  if (shapes_[k].size() == 0) misuse("span", at, name + " has no entries");
  return k;
}

std::vector<std::string> Layout::labels() const {
  std::vector<std::string> all;
  for (std::size_t k = 0; k < names_.size(); ++k) {
    const Shape s = shapes_[k];
    for (uword j = 0; j < s.cols; ++j) {
      for (uword i = 0; i < s.rows; ++i) {
        const std::string place = s.cols == 1   ? std::to_string(i)
                                  : s.rows == 1 ? std::to_string(j)
                                                : std::to_string(i) + "," + std::to_string(j);
        all.push_back(s == scalar_shape ? names_[k] : names_[k] + "(" + place + ")");
      }
    }
  }
  return all;
}

void Layout::check_vector(Shape theta, Location at) const {
  if (theta.rows != 1 && theta.cols != 1) misuse("unpacked", at, "not a vector but " + to_string(theta));
  if (theta.size() != size())
    misuse("unpacked", at,
           "a vector of " + std::to_string(theta.size()) + " entries, where " + text() + " have " +
               std::to_string(size()));
}

void Layout::check_shape(std::size_t k, Shape given) const {
  if (given != shapes_[k])
    misuse("packed", {}, names_[k] + " is " + to_string(shapes_[k]) + ", and " + to_string(given) + " was given");
}

namespace {
/// The part that joined columns have at an entry, if it is of this shape, as it was before it became a column.
template <class eT>
std::optional<Index> joined_part(const Engine<eT>& engine, Index all, uword first, Shape shape) {
  for (;;) {
    const Node<eT>& n = engine.node(all);
    if (n.operation == &operation_of<rules::Join, eT>()) {
      const uword above = engine.node(n.operands[0]).shape.rows;
      all = n.operands[first < above ? 0 : 1];
      if (first >= above) first -= above;
    } else if (first != 0 || n.shape.size() != shape.size()) {
      return std::nullopt;
    } else if (n.shape != shape && n.operation == &operation_of<rules::Reshape, eT>()) {
      all = n.operands[0];
    } else {
      return n.shape == shape ? std::optional(all) : std::nullopt;
    }
  }
}
}  // namespace

template <class eT>
Var<eT> unpacked_part(const Var<eT>& theta, uword first, Shape shape, const char* name, Here at) {
  Engine<eT>& engine = engine_of(theta);
  engine.check(theta, "unpacked", at);
  if (shape.size() > 0 && theta.n_cols == 1) {
    if (const auto part = joined_part(engine, theta.index(), first, shape)) {
      const Var<eT> found = engine.handle(*part);
      return engine.name(*part) ? found : engine.named(found, name);
    }
  }
  const Var<eT> column = reshape(theta, theta.n_elem, 1, at);
  const Var<eT> part = shape == scalar_shape ? Var<eT>(column(first, at))
                       : first == 0 && theta.n_elem == shape.size()
                           ? column
                           : block(column, Place{std::uint32_t(first), 0, shape_of(shape.size(), 1)}, at);
  return engine.named(reshape(part, shape.rows, shape.cols, at), name);
}

template ARMAGRAD_EXPORT Var<double> unpacked_part(const Var<double>&, uword, Shape, const char*, Here);
template ARMAGRAD_EXPORT Var<float> unpacked_part(const Var<float>&, uword, Shape, const char*, Here);

}  // namespace armagrad::detail
