#define BOOST_TEST_MODULE image
#include <png.h>

#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/io/image.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

/// A PNG by libpng's own row interface, which read_grey_image does not use.
std::string png_of(unsigned width, unsigned height, int colour, int depth, bool interlaced,
                   const std::vector<std::vector<unsigned char>>& rows, int alpha_of_palette = -1) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp p, png_bytep data, png_size_t n) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(data), n);
      },
      nullptr);
  png_set_IHDR(png, info, width, height, depth, colour, interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (colour == PNG_COLOR_TYPE_PALETTE) {
    const png_color palette[] = {{0, 0, 0}, {255, 255, 255}};
    png_set_PLTE(png, info, palette, 2);
    png_byte alpha[] = {static_cast<png_byte>(alpha_of_palette)};
    if (alpha_of_palette >= 0) png_set_tRNS(png, info, alpha, 1, nullptr);
  }
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (const auto& row : rows) pointers.push_back(const_cast<png_bytep>(row.data()));
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

struct Fixture {
  TemporaryFolder folder;
  const fs::path file = folder / "picture";

  arma::Mat<unsigned char> read(const std::string& bytes) const {
    write_bytes(file, bytes);
    return read_grey_image(file);
  }
  void refuses(const std::string& bytes, const std::string& why) const {
    write_bytes(file, bytes);
    check_refused([&] { read_grey_image(file); }, file, why);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(png_of_every_kind) {
  const auto same = [](const arma::Mat<unsigned char>& image, std::initializer_list<int> row) {
    BOOST_REQUIRE(image.n_rows == 1u);
    BOOST_REQUIRE(image.n_cols == row.size());
    arma::uword j = 0;
    for (const int v : row) BOOST_TEST(std::abs(int(image(0, j++)) - v) <= 1, "column " << j << " is not " << v);
  };
  for (const bool interlaced : {false, true}) {
    const auto make = [&](int colour, int depth, std::vector<unsigned char> row, unsigned width, int alpha = -1) {
      return read(png_of(width, 1, colour, depth, interlaced, {row}, alpha));
    };
    same(make(PNG_COLOR_TYPE_GRAY, 8, {0, 100, 255}, 3), {0, 100, 255});
    same(make(PNG_COLOR_TYPE_GRAY, 1, {0b01000000}, 3), {0, 255, 0});
    same(make(PNG_COLOR_TYPE_GRAY, 4, {0x0f, 0x80}, 3), {0, 255, 136});
    same(make(PNG_COLOR_TYPE_RGB, 8, {255, 255, 255, 0, 0, 0, 90, 90, 90}, 3), {255, 0, 90});
    same(make(PNG_COLOR_TYPE_PALETTE, 1, {0b01000000}, 3), {0, 255, 0});
    // Transparent is white, whatever colour it has.
    same(make(PNG_COLOR_TYPE_GRAY_ALPHA, 8, {0, 0, 0, 255, 200, 0}, 3), {255, 0, 255});
    same(make(PNG_COLOR_TYPE_RGBA, 8, {0, 0, 0, 255, 0, 0, 0, 0}, 2), {0, 255});
    same(make(PNG_COLOR_TYPE_PALETTE, 1, {0b01000000}, 3, 0), {255, 255, 255});
  }
  // 16-bit greys are linear unless the file says otherwise; the ends are the same in any case.
  const auto deep = read(png_of(2, 1, PNG_COLOR_TYPE_GRAY, 16, false, {{0, 0, 255, 255}}));
  same(deep, {0, 255});
}

/// Ink on nothing: dark ink is on white, light ink on black.
BOOST_AUTO_TEST_CASE(light_ink_on_transparent) {
  const auto ink = [&](unsigned char grey) {
    return read(png_of(4, 1, PNG_COLOR_TYPE_GRAY_ALPHA, 8, false, {{0, 0, 255, 0, grey, 255, 99, 0}}));
  };
  const auto light = ink(240), dark = ink(10);
  for (const arma::uword j : {0, 1, 3}) {
    BOOST_TEST(light(0, j) == 0);
    BOOST_TEST(dark(0, j) == 255);
  }
  BOOST_TEST(std::abs(light(0, 2) - 240) <= 1);
  BOOST_TEST(std::abs(dark(0, 2) - 10) <= 1);
}

BOOST_AUTO_TEST_CASE(rows_and_columns) {
  const auto image = read(png_of(3, 2, PNG_COLOR_TYPE_GRAY, 8, false, {{1, 2, 3}, {4, 5, 6}}));
  BOOST_REQUIRE((image.n_rows == 2 && image.n_cols == 3));
  BOOST_TEST((image(0, 2) == 3 && image(1, 0) == 4));
}

BOOST_AUTO_TEST_CASE(pgm_of_every_kind) {
  const std::string header = " # a comment\n3 # and\n# more\n2 ";
  const std::string last{1, 2, 3, 4, 5, 15};
  for (const std::string& bytes : {"P2" + header + "15\n1 2 3\n4 5 15\n", "P5" + header + "15\n" + last,
                                   "P5" + header + "3855\n" + std::string{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 15, 15}}) {
    const auto image = read(bytes);
    BOOST_REQUIRE((image.n_rows == 2 && image.n_cols == 3));
    BOOST_TEST((image(0, 0) == 17 && image(0, 2) == 51 && image(1, 0) == 68 && image(1, 2) == 255));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_picture) {
  refuses("", "is empty");
  refuses("hello", "neither a PNG nor a PGM");
  refuses("P6 1 1 255 abc", "neither a PNG nor a PGM");
  refuses("\x89PNG\r\n\x1a", "neither a PNG nor a PGM");
  check_refused([&] { read_grey_image(folder / "missing"); }, "missing", "cannot be read");
  check_refused([&] { read_grey_image(folder.path()); }, folder.path(), "not a regular file");
  refuses("P5", "truncated");
  refuses("P5 2 2 255", "truncated");
  refuses("P5 2 2 255\n123", "truncated");
  refuses("P2 2 2 255\n1 2 3", "truncated");
  refuses("P2 2 2 255\n1 2 3 x", "a number is expected");
  refuses("P2 1 1 10\n11", "more than its largest value");
  refuses("P2 1 1 0\n1", "largest value");
  refuses("P2 1 1 65536\n1", "largest value");
  refuses("P5 0 5 255\n", "no pixels");
  refuses("P5 -1 5 255\n", "a number is expected");
  refuses("P5 99999999999999999999 1 255\n", "a number is expected");
}

BOOST_AUTO_TEST_CASE(a_bomb_is_refused_by_its_header) {
  refuses("P5 100000 100000 255\n", "100000x100000 pixels");
  refuses("P5 8000 8000 255\n\1", "truncated");
  const auto promising = [](unsigned side) {
    std::string png = png_of(1, 1, PNG_COLOR_TYPE_GRAY, 8, false, {{0}});
    png.replace(16, 8, big_endian(side) + big_endian(side));
    const auto crc = crc32(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(png.data()) + 12, 17);
    return png.replace(29, 4, big_endian(static_cast<std::uint32_t>(crc)));
  };
  refuses(promising(60000), "60000x60000 pixels");
  refuses(promising(8000), "are too few for 64000000 pixels");
  refuses(promising(200), "a damaged PNG");
}

/// As well as deflate can pack them.
BOOST_AUTO_TEST_CASE(a_large_empty_picture_is_small) {
  const std::vector<unsigned char> row(500, 0);
  const std::string png = png_of(4000, 4000, PNG_COLOR_TYPE_GRAY, 1, false, std::vector(4000, row));
  BOOST_TEST(png.size() < 4000u);
  BOOST_TEST((read(png).n_elem == 16000000u));
}

BOOST_AUTO_TEST_CASE(a_damaged_png) {
  std::vector<std::vector<unsigned char>> rows(40, std::vector<unsigned char>(40));
  for (std::size_t k = 0; k < 1600; ++k) rows[k / 40][k % 40] = static_cast<unsigned char>(k * k);
  const std::string png = png_of(40, 40, PNG_COLOR_TYPE_GRAY, 8, false, rows);
  for (std::size_t n = 8; n + 12 < png.size(); n += 37) refuses(png.substr(0, n), "a damaged PNG");
}

BOOST_AUTO_TEST_SUITE_END()
