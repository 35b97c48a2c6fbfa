#include "jpeg.hpp"

#include <turbojpeg.h>

#include <memory>
#include <string>
#include <vector>

#include "data_error.hpp"
#include "image.hpp"
#include "shrinker.hpp"

namespace armagrad::apps {

namespace {

using arma::fcube;
using arma::uword;
using Bytes = std::span<const unsigned char>;

struct Destroy {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};

/// A number of so many bytes, or 0 where the file ends before it.
unsigned number(Bytes bytes, std::size_t at, unsigned size, bool little) {
  unsigned value = 0;
  if (at > bytes.size() || bytes.size() - at < size) return 0;
  for (unsigned k = 0; k < size; ++k) value = value << 8 | bytes[at + (little ? size - 1 - k : k)];
  return value;
}

/// The orientation in EXIF's first directory, 1 to 8; 1 if there is none. `tiff` is what follows "Exif\0\0".
unsigned orientation_in(Bytes tiff) {
  const bool little = number(tiff, 0, 2, false) == 0x4949;
  const std::size_t directory = number(tiff, 4, 4, little);
  const unsigned entries = number(tiff, directory, 2, little);
  for (unsigned k = 0; k < entries; ++k) {
    const std::size_t entry = directory + 2 + 12 * std::size_t(k);
    if (number(tiff, entry, 2, little) != 0x0112) continue;
    const unsigned value = number(tiff, entry + 8, 2, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/// The orientation that the file's EXIF states: it is in a segment APP1 before the image's data.
unsigned orientation_of(Bytes jpeg) {
  for (std::size_t at = 2; number(jpeg, at, 1, false) == 0xff;) {
    const unsigned kind = number(jpeg, at + 1, 1, false), size = number(jpeg, at + 2, 2, false);
    if (kind == 0xda || size < 2 || jpeg.size() - at - 2 < size) break;
    const Bytes segment = jpeg.subspan(at + 4, size - 2);
    if (kind == 0xe1 && segment.size() > 6 && std::string(segment.begin(), segment.begin() + 4) == "Exif")
      return orientation_in(segment.subspan(6));
    at += 2 + size;
  }
  return 1;
}

/// Upright: of the orientations 1 to 8, those above 4 have rows and columns exchanged.
ColourPicture upright(ColourPicture picture, unsigned orientation) {
  const auto each = [&picture](auto&& change) {
    fcube changed;
    for (uword c = 0; c < picture.colours.n_slices; ++c) {
      const arma::fmat slice = change(picture.colours.slice(c));
      if (c == 0) changed.set_size(slice.n_rows, slice.n_cols, picture.colours.n_slices);
      changed.slice(c) = slice;
    }
    picture.colours = std::move(changed);
  };
  if (orientation > 4) {
    each([](const arma::fmat& m) { return arma::fmat(m.t()); });
    std::swap(picture.width, picture.height);
  }
  const bool mirrored = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool upside_down = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  if (mirrored) each([](const arma::fmat& m) { return arma::fmat(arma::fliplr(m)); });
  if (upside_down) each([](const arma::fmat& m) { return arma::fmat(arma::flipud(m)); });
  return picture;
}

/// The smallest of the decoder's own sizes that is not below what is wanted: most of a photo need not be computed.
tjscalingfactor scaling(int side, uword longest) {
  int n = 0;
  const tjscalingfactor* all = tjGetScalingFactors(&n);
  tjscalingfactor best{1, 1};
  for (int k = 0; k < n; ++k) {
    const bool enough = uword(TJSCALED(side, all[k])) >= longest;
    if (enough && all[k].num * best.denom < best.num * all[k].denom) best = all[k];
  }
  return best;
}

}  // namespace

bool is_jpeg(Bytes bytes) { return bytes.size() > 2 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff; }

ColourPicture read_jpeg(const std::filesystem::path& file, Bytes bytes, uword longest) {
  const std::unique_ptr<void, Destroy> decoder(tjInitDecompress());
  const auto damaged = [&] { fail(file, std::string("a damaged JPEG: ") + tjGetErrorStr2(decoder.get())); };
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(decoder.get(), bytes.data(), bytes.size(), &width, &height, &subsampling, &colours) ||
      width < 1 || height < 1)
    damaged();
  require_size(file, uword(height), uword(width));
  const tjscalingfactor factor = scaling(std::max(width, height), longest);
  const int w = TJSCALED(width, factor), h = TJSCALED(height, factor);
  const bool print = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const unsigned channels = print ? 4 : colours == TJCS_GRAY ? 1 : 3;
  std::vector<unsigned char> pixels(std::size_t(w) * std::size_t(h) * channels);
  const int format = print ? TJPF_CMYK : colours == TJCS_GRAY ? TJPF_GRAY : TJPF_RGB;
  // Some cameras write what the decoder only warns of, but a file that was cut off lacks a part of its picture.
  if (tjDecompress2(decoder.get(), bytes.data(), bytes.size(), pixels.data(), w, 0, h, format, 0) &&
      (tjGetErrorCode(decoder.get()) == TJERR_FATAL ||
       std::string(tjGetErrorStr2(decoder.get())).find("Premature end") != std::string::npos))
    damaged();
  Shrinker shrinker(uword(w), uword(h), longest);
  for (std::size_t i = 0; i < std::size_t(h); ++i) {
    unsigned char* row = &pixels[i * std::size_t(w) * channels];
    for (std::size_t j = 0; print && j < std::size_t(w); ++j) {
      unsigned char* p = row + 4 * j;  // Adobe's inks are inverted: 255 is none
      for (int c = 0; c < 3; ++c) p[c] = static_cast<unsigned char>(p[c] * p[3] / 255);
      p[3] = 255;
    }
    shrinker.add(row, channels);
  }
  ColourPicture picture = std::move(shrinker).picture();
  picture.width = uword(width);
  picture.height = uword(height);
  return upright(std::move(picture), orientation_of(bytes));
}

}  // namespace armagrad::apps
