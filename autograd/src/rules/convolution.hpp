#pragma once
// What convolutions are made of: the patches of images, and the largest entry of each.
//
// An image is a column: its pixels row by row, the channels of a pixel next to each other. A convolution is
// then one product, and its result an image again: W.t() * patches(x, window) has the channels of a pixel in
// each column.

#include <armagrad/ops/convolution.hpp>
#include "shape.hpp"

namespace armagrad::detail {

/// Calls f(place in the patches, place in the image, length) for all that is contiguous in both.
template <class F>
void for_each_run(const Window& w, F f) {
  uword to = 0;
  for (std::uint32_t i = 0; i < w.rows(); ++i) {
    for (std::uint32_t j = 0; j < w.cols(); ++j) {
      const std::int64_t left = std::int64_t(j) * w.stride - w.padding;
      const std::int64_t first = std::max<std::int64_t>(left, 0), last = std::min<std::int64_t>(left + w.size, w.width);
      for (std::uint32_t k = 0; k < w.size; ++k, to += uword(w.size) * w.channels) {
        const std::int64_t row = std::int64_t(i) * w.stride + k - w.padding;
        if (row < 0 || row >= w.height || first >= last) continue;
        f(to + uword(first - left) * w.channels, uword(row * w.width + first) * w.channels,
          uword(last - first) * w.channels);
      }
    }
  }
}

/// Images cut into patches, or patches added up to images.
template <class T>
struct Cut {
  const arma::Mat<T>* of;
  Window window;
  bool inverse;

  void put(T* out, Shape s, bool add) const {
    const bool assign = !add && !inverse;  // a patch's entry comes from one pixel
    if (!add && (inverse || window.padding)) std::fill_n(out, s.size(), T(0));
    const uword image = window.channels * window.pixels(), cut = window.patch() * window.places();
    const uword images = inverse ? s.cols : of->n_cols;
    for (uword n = 0; n < images; ++n) {
      const T* const from = of->memptr() + n * (inverse ? cut : image);
      T* const to = out + n * (inverse ? image : cut);
      for_each_run(window, [&](uword patch, uword pixel, uword length) {
        const T* const x = from + (inverse ? patch : pixel);
        T* const y = to + (inverse ? pixel : patch);
        for (uword k = 0; k < length; ++k) y[k] = assign ? x[k] : y[k] + x[k];
      });
    }
  }
};

template <class T>
Cut<T> patches(const arma::Mat<T>& x, const Window& window, bool inverse) {
  return {&x, window, inverse};
}

/// Of each window and channel the entry of x where `by` is largest (the first of several, a NaN before all),
/// or, inverse, x put there among zeros.
template <class T>
struct Pooled {
  const arma::Mat<T>*of, *by;
  Window window;
  bool inverse;

  void put(T* out, Shape s, bool add) const {
    const Window& w = window;
    if (!add) std::fill_n(out, s.size(), T(0));
    const uword image = w.channels * w.pixels(), line = uword(w.width) * w.channels;
    uword pooled = 0;
    for (uword n = 0; n < by->n_cols; ++n) {
      for (uword i = 0; i < w.rows(); ++i) {
        for (uword j = 0; j < w.cols(); ++j) {
          const uword corner = n * image + i * w.stride * line + j * w.stride * w.channels;
          for (uword c = 0; c < w.channels; ++c, ++pooled) {
            const uword at = largest(corner + c, line);
            out[inverse ? at : pooled] += of->memptr()[inverse ? pooled : at];
          }
        }
      }
    }
  }

 private:
  uword largest(uword corner, uword line) const {
    const T* const x = by->memptr();
    uword best = corner;
    for (uword i = 0; i < window.size; ++i) {
      for (uword j = 0; j < window.size; ++j) {
        const uword at = corner + i * line + j * window.channels;
        const auto key = lane::real(x[at]);
        if (key > lane::real(x[best]) || key != key) best = at;
      }
    }
    return best;
  }
};

template <class T>
Pooled<T> pooled(const arma::Mat<T>& x, const arma::Mat<T>& by, const Window& window, bool inverse) {
  return {&x, &by, window, inverse};
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct MaxPool;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> pooled(const Var<eT>& x, const Var<eT>& by, const Window& w, bool inverse, Here at = {}) {
  const Shape to = inverse ? by.shape() : shape_of(w.channels * w.places(), by.n_cols);
  return append_node<rules::MaxPool, eT>({{}, w, inverse}, to, at, {&x, &by});
}

namespace rules ARMAGRAD_EXPORT {

inline std::string text(const Window& w, bool inverse) {
  return std::string(inverse ? "inverse " : "") + std::to_string(w.size) + "x" + std::to_string(w.size) + ", stride " +
         std::to_string(w.stride) + ", padding " + std::to_string(w.padding);
}

/// The patches of images (im2col), or patches added up to images.
struct Patches : General<1> {
  static constexpr auto name = "patches";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  Window window;
  bool inverse = false;
  void forward(auto y, const auto& x) const { y = patches(x, window, inverse); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += patches(full(dy), window, !inverse); }
  std::string parameters() const { return text(window, inverse); }
};

/// x where `by` is largest in each window, or put there: the places follow by's values whenever they are
/// computed, and nothing goes to by.
struct MaxPool : General<2> {
  static constexpr auto name = "max_pool";
  static constexpr std::array reads{reads::second, reads::nothing};
  Window window;
  bool inverse = false;
  void forward(auto y, const auto& x, const auto& by) const { y = pooled(x, by, window, inverse); }
  void reverse(auto dx, auto, const auto& dy, const auto&, const auto&, const auto& by) const {
    if (dx) dx += pooled(full(dy), by, window, !inverse);
  }
  void tangent(auto ty, const auto&, const auto&, const auto& by, const auto& tx, const auto&) const {
    ty = pooled(tx, by, window, inverse);
  }
  std::string parameters() const { return text(window, inverse); }
};

}  // namespace ARMAGRAD_EXPORT

using ConvolutionRules = RuleList<rules::Patches, rules::MaxPool>;

template <class eT>
void check_images(const char* operation, const Var<eT>& x, const Window& w, Here at) {
  check_window(operation, w, at);
  if (x.n_rows != w.channels * w.pixels())
    misuse(operation, at,
           "images of " + std::to_string(w.channels) + "x" + std::to_string(w.height) + "x" + std::to_string(w.width) +
               " in columns of " + std::to_string(x.n_rows));
}

}  // namespace armagrad::detail
