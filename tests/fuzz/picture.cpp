// Pictures in colour: JPEG, WebP, GIF and BMP.

#include <turbojpeg.h>
#include <webp/encode.h>

#include "apps/io/picture.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

namespace {

const unsigned char pixels[4 * 6 * 5] = {255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0};  // 6 x 5, of four channels

std::string jpeg(int format, int subsampling) {
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const tjhandle encoder = tjInitCompress();
  tjCompress2(encoder, pixels, 6, 0, 5, format, &bytes, &size, subsampling, 50, 0);
  const std::string all(reinterpret_cast<const char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(encoder);
  return all;
}

/// With an EXIF that says how it is turned, after the two bytes that begin a JPEG.
std::string turned(const std::string& jpeg, char orientation) {
  const std::string exif("Exif\0\0II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0", 24), end(7, '\0');
  return jpeg.substr(0, 2) + std::string("\xff\xe1\0\42", 4) + exif + orientation + end + jpeg.substr(2);
}

std::string webp(bool lossless) {
  std::uint8_t* bytes = nullptr;
  const std::size_t size =
      lossless ? WebPEncodeLosslessRGBA(pixels, 6, 5, 24, &bytes) : WebPEncodeRGBA(pixels, 6, 5, 24, 50, &bytes);
  const std::string all(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return all;
}

std::string little_endian(std::uint32_t x, int size = 4) {
  std::string bytes;
  for (int k = 0; k < size; ++k) bytes += char(x >> 8 * k);
  return bytes;
}

/// 2 x 2, from the bottom up or, with a negative height, from the top down.
std::string bmp(std::uint32_t bits, std::uint32_t height) {
  const std::string palette = bits <= 8 ? std::string(4u << bits, '\x55') : "", rows(2 * (bits == 32   ? 8
                                                                                          : bits == 24 ? 8
                                                                                                       : 4),
                                                                                     '\1');
  const auto first = std::uint32_t(54 + palette.size());
  return "BM" + little_endian(first + std::uint32_t(rows.size())) + little_endian(0) + little_endian(first) +
         little_endian(40) + little_endian(2) + little_endian(height) + little_endian(1, 2) + little_endian(bits, 2) +
         std::string(24, '\0') + palette + rows;
}

/// 1 x 1, transparent, interlaced or not.
std::string gif(char interlaced) {
  return std::string("GIF89a\1\0\1\0\200\0\0\377\377\377\0\0\0!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0", 36) + interlaced +
         std::string("\2\2D\1\0;", 6);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = file_of(std::string_view(reinterpret_cast<const char*>(data), size));
  accepted<std::runtime_error>([&] {
    const ColourPicture picture = read_picture(file, 64);
    const arma::fcube& c = picture.colours;
    if (c.is_empty() || c.n_slices != 4 || std::max(c.n_rows, c.n_cols) > 64) finding("a picture of another size");
    if (!c.is_finite() || c.min() < 0 || c.max() > 1) finding("a colour that is none");
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  return {jpeg(TJPF_RGBX, TJSAMP_420),
          jpeg(TJPF_RGBX, TJSAMP_GRAY),
          jpeg(TJPF_CMYK, TJSAMP_444),
          turned(jpeg(TJPF_RGBX, TJSAMP_444), 6),
          webp(true),
          webp(false),
          gif('\0'),
          gif('\100'),
          bmp(1, 2),
          bmp(4, 2),
          bmp(8, std::uint32_t(-2)),
          bmp(24, 2),
          bmp(32, std::uint32_t(-2))};
}
