// NumPy's arrays. The first byte: 0 a .npy file, 1 a .npz archive as it is, 2 an archive whose only member this is.

#include "apps/io/npz.hpp"
#include "formats.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

namespace {

/// A zip archive that stores one file as it is.
std::string stored(const std::string& name, const std::string& contents) {
  const auto crc = std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(contents.data()), unsigned(contents.size())));
  const auto size = std::uint32_t(contents.size());
  const std::string described = std::string("\x14\0\0\0\0\0\0\0\0\0", 10) + bytes_of(crc) + bytes_of(size) +
                                bytes_of(size) + bytes_of(std::uint16_t(name.size())) + std::string(2, '\0');
  const std::string local = "PK\3\4" + described + name + contents;
  const std::string central = std::string("PK\1\2\x14\0", 6) + described + std::string(14, '\0') + name;
  return local + central + std::string("PK\5\6\0\0\0\0\1\0\1\0", 12) + bytes_of(std::uint32_t(central.size())) +
         bytes_of(std::uint32_t(local.size())) + std::string(2, '\0');
}

void use(const DataArray& array) {
  require_consistent(array);
  accepted<std::runtime_error>([&] { images_of(array, white_of(array)); });
  accepted<std::runtime_error>([&] { labels_of(array); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Choice input = choice(data, size);
  accepted<std::runtime_error>([&] {
    const std::string bytes(input.rest);
    if (input.first % 3 == 0) return use(read_npy(file_of(bytes)));
    const NpzFile archive(file_of(input.first % 3 == 1 ? bytes : stored("x.npy", bytes)));
    for (const std::string& key : archive.keys()) accepted<std::runtime_error>([&] { use(archive.array(key)); });
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  const std::string images = npy("|u1", "(3, 2, 4)", counting(24)), labels = npy("<i2", "(2,)", counting(4)),
                    floats = npy(">f4", "(1, 2, 2, 1)", std::string(16, '\0')),
                    one_hot = npy("<f8", "(1, 2)", std::string(8, '\0') + bytes_of(1.0));
  return {'\0' + images,
          '\0' + labels,
          '\0' + floats,
          '\0' + one_hot,
          '\0' + gzip(images),
          '\1' + stored("x.npy", images),
          '\1' + stored("../y.npy", labels),
          '\2' + images,
          '\2' + labels,
          '\2' + floats};
}
