#pragma once

#include <span>

#include "picture.hpp"

namespace armagrad::apps {

bool is_jpeg(std::span<const unsigned char> bytes);
ColourPicture read_jpeg(const std::filesystem::path& file, std::span<const unsigned char> bytes, arma::uword longest);

}  // namespace armagrad::apps
