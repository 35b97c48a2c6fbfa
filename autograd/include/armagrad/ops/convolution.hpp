#pragma once
// What convolutions are made of: the patches of images, and the largest entry of each.
//
// An image is a column: its pixels row by row, the channels of a pixel next to each other. A convolution is
// then one product, and its result an image again: W.t() * patches(x, window) has the channels of a pixel in
// each column.

#include "shape.hpp"

namespace armagrad {
/// Square windows that move over images of channels x height x width.
struct Window {
  std::uint32_t channels = 1, height = 1, width = 1;
  std::uint32_t size = 1, stride = 1;
  std::uint32_t padding = 0;  // zeros around the image

  /// The number of windows from top to bottom.
  std::uint32_t rows() const { return (height + 2 * padding - size) / stride + 1; }  // of windows
  /// The number of windows from left to right.
  std::uint32_t cols() const { return (width + 2 * padding - size) / stride + 1; }
  /// The number of windows in an image.
  uword places() const { return uword(rows()) * cols(); }
  /// The number of pixels of an image; each has `channels` entries.
  uword pixels() const { return uword(height) * width; }
  /// The number of entries under a window.
  uword patch() const { return uword(channels) * size * size; }
};

namespace detail {
/// std::logic_error, in the name of `operation`, unless the window fits into its images.
ARMAGRAD_EXPORT void check_window(const char* operation, const Window& w, Here at);
}  // namespace detail

/// The patch under each window as a column: of images (channels * pixels x n) patch() x (places() * n), an
/// image's windows row by row. Inverse: the images that patches add up to.
template <class eT>
Var<eT> patches(const Var<eT>& x, const Window& w, bool inverse = false, Here at = Here::current());

/// The largest entry of each window, channel by channel: of images (channels * pixels x n) images of
/// channels * places(). Windows lie inside the image: there is no padding.
template <class eT>
Var<eT> max_pool(const Var<eT>& x, const Window& w, Here at = Here::current());

}  // namespace armagrad
