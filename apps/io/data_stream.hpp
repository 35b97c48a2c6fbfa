#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace armagrad::apps {

/// The most bytes that one array of a data file may have.
inline constexpr std::uint64_t most_data_bytes = std::uint64_t{1} << 31;

/// Bytes that are read from front to back.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  /// Reads `count` bytes and returns how many there were, fewer only at the end; throws on damage.
  virtual std::size_t read(unsigned char* bytes, std::size_t count) = 0;
};

/// The bytes of a regular file, decoded if the file is gzip (which its first bytes tell, not its name).
class DecodedFile : public ByteSource {
 public:
  explicit DecodedFile(std::filesystem::path path);
  ~DecodedFile() override;

  std::size_t read(unsigned char* bytes, std::size_t count) override;

  /// Whether the end that was reached is the middle of the gzip data.
  bool ended_early() const { return ended_early_; }

 private:
  struct Inflater;

  std::size_t read_raw(unsigned char* bytes, std::size_t count);
  std::size_t inflate_some(unsigned char* bytes, std::size_t count);

  std::filesystem::path path_;
  std::ifstream file_;
  std::unique_ptr<Inflater> inflater_;
  bool ended_early_ = false;
};

/// Reads up to `count` bytes, in memory that grows with what the source really holds.
std::vector<unsigned char> read_up_to(ByteSource& source, std::uint64_t count);

}  // namespace armagrad::apps
