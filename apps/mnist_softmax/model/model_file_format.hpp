#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace armagrad::apps::model_format {

static_assert(std::endian::native == std::endian::little, "model files are read and written as in memory");

inline constexpr std::string_view name = "armagrad ";
inline constexpr std::uint64_t version = 2;
inline constexpr std::size_t checksum_size = 32;
inline constexpr std::uint64_t longest_metadata = std::uint64_t{1} << 24;
inline constexpr int deepest_metadata = 100;

}  // namespace armagrad::apps::model_format
