#include "gif.hpp"

#include <gif_lib.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "data_error.hpp"
#include "image.hpp"
#include "shrinker.hpp"

namespace armagrad::apps {

namespace {

using Bytes = std::span<const unsigned char>;

struct Close {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};

int take(GifFileType* gif, GifByteType* to, int n) {
  Bytes& left = *static_cast<Bytes*>(gif->UserData);
  const std::size_t taken = std::min(left.size(), std::size_t(n));
  std::copy_n(left.begin(), taken, to);
  left = left.subspan(taken);
  return int(taken);
}

}  // namespace

bool is_gif(Bytes bytes) { return bytes.size() >= 6 && std::string(bytes.begin(), bytes.begin() + 4) == "GIF8"; }

ColourPicture read_gif(const std::filesystem::path& file, Bytes bytes, arma::uword longest) {
  int error = 0;
  const std::unique_ptr<GifFileType, Close> gif(DGifOpen(&bytes, take, &error));
  const auto require = [&](bool success) {
    if (success) return;
    const char* why = GifErrorString(gif ? gif->Error : error);
    fail(file, std::string("a damaged GIF: ") + (why ? why : "it is cut"));
  };
  require(gif != nullptr);
  int transparent = NO_TRANSPARENT_COLOR;
  for (GifRecordType record = UNDEFINED_RECORD_TYPE; record != IMAGE_DESC_RECORD_TYPE;) {
    require(DGifGetRecordType(gif.get(), &record) == GIF_OK);
    if (record == TERMINATE_RECORD_TYPE) fail(file, "a GIF without an image");
    if (record != EXTENSION_RECORD_TYPE) continue;
    int code = 0;
    GifByteType* block = nullptr;
    require(DGifGetExtension(gif.get(), &code, &block) == GIF_OK);
    while (block) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        transparent = control.TransparentColor;
      require(DGifGetExtensionNext(gif.get(), &block) == GIF_OK);
    }
  }
  require(DGifGetImageDesc(gif.get()) == GIF_OK);
  const GifImageDesc& image = gif->Image;
  require_size(file, std::uint64_t(image.Height), std::uint64_t(image.Width));
  const ColorMapObject* colours = image.ColorMap ? image.ColorMap : gif->SColorMap;
  if (!colours) fail(file, "a damaged GIF: it has no colours");
  const std::size_t width = std::size_t(image.Width), height = std::size_t(image.Height);
  std::vector<GifPixelType> indices(width * height);
  // An interlaced image has every eighth row, then those in the middle between them, and so on.
  static constexpr std::size_t starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
  for (std::size_t pass = 0; pass < (image.Interlace ? 4u : 1u); ++pass) {
    const std::size_t step = image.Interlace ? steps[pass] : 1;
    for (std::size_t i = image.Interlace ? starts[pass] : 0; i < height; i += step)
      require(DGifGetLine(gif.get(), &indices[i * width], image.Width) == GIF_OK);
  }
  Shrinker shrinker(width, height, longest);
  std::vector<unsigned char> row(4 * width);
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const int index = indices[i * width + j];
      if (index >= colours->ColorCount) fail(file, "a damaged GIF: a colour that it does not have");
      const GifColorType& c = colours->Colors[index];
      const unsigned char opacity = index == transparent ? 0 : 255, pixel[] = {c.Red, c.Green, c.Blue, opacity};
      std::copy_n(pixel, 4, &row[4 * j]);
    }
    shrinker.add(row.data(), 4);
  }
  return std::move(shrinker).picture();
}

}  // namespace armagrad::apps
