#pragma once

#include <span>

#include "picture.hpp"

namespace armagrad::apps {

bool is_gif(std::span<const unsigned char> bytes);
/// The first image of a GIF.
ColourPicture read_gif(const std::filesystem::path& file, std::span<const unsigned char> bytes, arma::uword longest);

}  // namespace armagrad::apps
