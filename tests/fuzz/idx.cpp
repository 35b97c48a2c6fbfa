// IDX files of images and labels. The first byte: 1 labels, 2 packed by gzip.

#include "apps/io/idx.hpp"
#include "formats.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [how, bytes] = choice(data, size);
  const auto file = file_of(how & 2 ? gzip(bytes) : std::string(bytes));
  accepted<std::runtime_error>([&, is_labels = how & 1] {
    const DataArray array = is_labels ? read_idx_labels(file) : read_idx_images(file);
    require_consistent(array);
    if (is_labels)
      labels_of(array);
    else
      images_of(array, white_of(array));
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  const std::string images = idx({3, 2, 4}, counting(24)), labels = idx({3}, std::string("\x07\x00\x09", 3));
  return {'\0' + images,
          '\0' + gzip(images),
          '\0' + gzip(images.substr(0, 20)) + gzip(images.substr(20)),
          '\2' + images,
          '\1' + labels,
          '\1' + gzip(labels),
          '\3' + labels,
          '\0' + idx({1, 2, 2}, counting(16), 0x0d),
          '\0' + idx({1, 2, 2, 1}, counting(32), 0x0e),
          '\1' + idx({2, 8}, counting(64), 0x0c)};
}
