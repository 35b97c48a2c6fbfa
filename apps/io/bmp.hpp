#pragma once

#include <span>

#include "picture.hpp"

namespace armagrad::apps {

bool is_bmp(std::span<const unsigned char> bytes);
/// Windows bitmaps without compression: of 1, 4 and 8 bits with a palette, of 24 and 32 bits.
ColourPicture read_bmp(const std::filesystem::path& file, std::span<const unsigned char> bytes, arma::uword longest);

}  // namespace armagrad::apps
