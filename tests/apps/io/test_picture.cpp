// Pictures in colour, of every kind of file.
#define BOOST_TEST_MODULE picture
#include <gif_lib.h>
#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/io/picture.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

using Bytes = std::vector<unsigned char>;

/// Red, green, blue by rows: a red left half and a blue right half, whose upper half is white.
Bytes flag(unsigned width, unsigned height) {
  Bytes pixels;
  for (unsigned i = 0; i < height; ++i) {
    for (unsigned j = 0; j < width; ++j) {
      const bool left = 2 * j < width, upper = 2 * i < height;
      for (const int v : {left || upper ? 255 : 0, !left && upper ? 255 : 0, left ? 0 : 255})
        pixels.push_back(static_cast<unsigned char>(v));
    }
  }
  return pixels;
}

std::string jpeg_of(const Bytes& pixels, int width, int height) {
  tjhandle encoder = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long n = 0;
  BOOST_REQUIRE(tjCompress2(encoder, pixels.data(), width, 0, height, TJPF_RGB, &bytes, &n, TJSAMP_444, 95, 0) == 0);
  std::string result(reinterpret_cast<char*>(bytes), n);
  tjFree(bytes);
  tjDestroy(encoder);
  return result;
}

/// The JPEG with an EXIF segment that states the orientation, of either byte order.
std::string turned(const std::string& jpeg, char orientation, bool little) {
  const auto n = [little](std::string big) { return little ? std::string(big.rbegin(), big.rend()) : big; };
  const std::string tiff = (little ? "II" : "MM") + n({0, 42}) + n({0, 0, 0, 8}) + n({0, 1}) + n({1, 0x12}) +
                           n({0, 3}) + n({0, 0, 0, 1}) + n({0, orientation}) + std::string(2, '\0') +
                           std::string(4, '\0');
  const std::string body = std::string("Exif\0\0", 6) + tiff;
  return jpeg.substr(0, 2) + "\xff\xe1" + std::string{'\0', char(body.size() + 2)} + body + jpeg.substr(2);
}

std::string little_endian(std::uint32_t x, int bytes) {
  std::string s;
  for (int k = 0; k < bytes; ++k) s += char(x >> 8 * k);
  return s;
}

std::string bmp_of(const Bytes& pixels, int width, int height, int bits) {
  const auto columns = std::size_t(width);
  const std::string palette = bits == 24 ? "" : std::string("\0\0\0\0\xff\xff\xff\0", 8);
  std::string rows;
  for (int i = height; i-- > 0;) {
    std::string row;
    for (std::size_t j = 0; j < columns; ++j) {
      const unsigned char* p = &pixels[3 * (std::size_t(i) * columns + j)];
      if (bits == 24) row += {char(p[2]), char(p[1]), char(p[0])};
      if (bits == 8) row += char(p[1] == 255);
      if (bits == 1 && j % 8 == 0) row += '\0';
      if (bits == 1 && p[1] == 255) row.back() = char(row.back() | 0x80 >> j % 8);
    }
    row.resize((row.size() + 3) / 4 * 4);
    rows += row;
  }
  const std::string header = little_endian(40, 4) + little_endian(std::uint32_t(width), 4) +
                             little_endian(std::uint32_t(height), 4) + little_endian(1, 2) +
                             little_endian(std::uint32_t(bits), 2) + std::string(24, '\0');
  return "BM" + std::string(8, '\0') + little_endian(std::uint32_t(54 + palette.size()), 4) + header + palette + rows;
}

int append(GifFileType* gif, const GifByteType* bytes, int n) {
  static_cast<std::string*>(gif->UserData)->append(reinterpret_cast<const char*>(bytes), std::size_t(n));
  return n;
}

/// Black at `dark` and otherwise transparent.
std::string gif_of(int width, int height, int dark) {
  std::string bytes;
  int error = 0;
  GifFileType* gif = EGifOpen(&bytes, append, &error);
  const GifColorType colours[] = {{9, 200, 9}, {0, 0, 0}};
  ColorMapObject* map = GifMakeMapObject(2, colours);
  EGifSetGifVersion(gif, true);
  BOOST_REQUIRE(EGifPutScreenDesc(gif, width, height, 1, 0, map) == GIF_OK);
  const unsigned char control[] = {1, 0, 0, 0};
  BOOST_REQUIRE(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, control) == GIF_OK);
  BOOST_REQUIRE(EGifPutImageDesc(gif, 0, 0, width, height, false, nullptr) == GIF_OK);
  for (int k = 0; k < width * height; ++k) EGifPutPixel(gif, k == dark ? 1 : 0);
  EGifCloseFile(gif, &error);
  GifFreeMapObject(map);
  return bytes;
}

struct Fixture {
  TemporaryFolder folder;
  const fs::path file = folder / "picture";

  ColourPicture read(const std::string& bytes, arma::uword longest = 1000) const {
    write_bytes(file, bytes);
    return read_picture(file, longest);
  }
  void refuses(const std::string& bytes, const std::string& why) const {
    write_bytes(file, bytes);
    check_refused([&] { read_picture(file, 1000); }, file, why);
  }
  static bool is(const ColourPicture& p, arma::uword i, arma::uword j, std::initializer_list<double> colour) {
    arma::uword c = 0;
    for (const double v : colour)
      if (std::abs(double(p.colours(i, j, c++)) - v) > 0.05) return false;
    return true;
  }
};

const std::initializer_list<double> red{1, 0, 0}, blue{0, 0, 1}, white{1, 1, 1};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(jpeg_is_turned_as_its_exif_says) {
  const std::string plain = jpeg_of(flag(32, 16), 32, 16);
  // The corners from the upper left one, clockwise: first the file's, red, white, blue, red.
  const std::vector<std::vector<std::initializer_list<double>>> corners{
      {red, white, blue, red}, {white, red, red, blue}, {blue, red, red, white}, {red, blue, white, red},
      {red, red, blue, white}, {red, red, white, blue}, {blue, white, red, red}, {white, blue, red, red}};
  BOOST_TEST(is(read(plain), 0, 31, white));
  for (const bool little : {false, true}) {
    for (char k = 1; k <= 8; ++k) {
      const ColourPicture p = read(turned(plain, k, little));
      BOOST_REQUIRE(p.width == (k > 4 ? 16u : 32u));
      BOOST_REQUIRE((p.colours.n_cols == p.width && p.colours.n_rows == p.height));
      const arma::uword bottom = p.height - 1, right = p.width - 1;
      const auto& c = corners[std::size_t(k - 1)];
      BOOST_TEST((is(p, 0, 0, c[0]) && is(p, 0, right, c[1]) && is(p, bottom, right, c[2]) && is(p, bottom, 0, c[3])),
                 "orientation " << int(k));
    }
  }
  BOOST_TEST(is(read(turned(plain, 9, false)), 0, 31, white));
}

BOOST_AUTO_TEST_CASE(large_ones_are_shrunk) {
  for (const std::string& bytes : {jpeg_of(flag(4000, 3000), 4000, 3000), bmp_of(flag(4000, 3000), 4000, 3000, 24)}) {
    const ColourPicture p = read(bytes, 800);
    BOOST_TEST((p.width == 4000u && p.height == 3000u));
    BOOST_TEST((p.colours.n_cols <= 800u && p.colours.n_cols > 400u));
    BOOST_TEST((is(p, 0, 0, red) && is(p, 0, p.colours.n_cols - 1, white)));
    BOOST_TEST(is(p, p.colours.n_rows - 1, p.colours.n_cols - 1, blue));
  }
}

BOOST_AUTO_TEST_CASE(bmp) {
  for (const int width : {32, 31}) {
    const ColourPicture p = read(bmp_of(flag(unsigned(width), 16), width, 16, 24));
    BOOST_TEST((is(p, 0, 0, red) && is(p, 0, 30, white) && is(p, 15, 30, blue)));
    for (const int bits : {8, 1}) {
      const ColourPicture q = read(bmp_of(flag(unsigned(width), 16), width, 16, bits));
      BOOST_TEST((is(q, 0, 0, {0, 0, 0}) && is(q, 0, 30, white) && is(q, 15, 30, {0, 0, 0})));
    }
  }
  const std::string whole = bmp_of(flag(8, 8), 8, 8, 24);
  refuses(whole.substr(0, whole.size() - 1), "a truncated BMP");
  refuses("BM", "a truncated BMP");
}

BOOST_AUTO_TEST_CASE(gif) {
  const ColourPicture p = read(gif_of(5, 4, 7));
  BOOST_REQUIRE((p.width == 5u && p.height == 4u));
  BOOST_TEST((is(p, 1, 2, {0, 0, 0, 1}) && is(p, 0, 0, {0, 0, 0, 0})));
  refuses(gif_of(5, 4, 7).substr(0, 20), "a damaged GIF");
}

BOOST_AUTO_TEST_CASE(webp) {
  const Bytes pixels = flag(32, 16);
  unsigned char* bytes = nullptr;
  const std::size_t n = WebPEncodeLosslessRGB(pixels.data(), 32, 16, 96, &bytes);
  const std::string whole(reinterpret_cast<char*>(bytes), n);
  WebPFree(bytes);
  const ColourPicture p = read(whole);
  BOOST_TEST((is(p, 0, 0, red) && is(p, 0, 31, white) && is(p, 15, 31, blue)));
  refuses(whole.substr(0, n - 4), "a damaged WebP");
}

BOOST_AUTO_TEST_CASE(what_is_no_picture) {
  refuses("", "is empty");
  refuses("hello", "not a PNG, JPEG");
  refuses("\xff\xd8\xff", "a damaged JPEG");
  refuses(std::string("\0\0\0\x18", 4) + "ftypheic", "HEIC");
  const std::string jpeg = jpeg_of(flag(64, 64), 64, 64);
  refuses(jpeg.substr(0, jpeg.size() / 2), "a damaged JPEG");
  refuses("P5 100000 100000 255\n", "100000x100000 pixels");
}

BOOST_AUTO_TEST_SUITE_END()
