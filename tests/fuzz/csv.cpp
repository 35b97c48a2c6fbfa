// Images as rows of numbers.

#include "apps/io/csv.hpp"
#include "formats.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = file_of({reinterpret_cast<const char*>(data), size});
  accepted<std::runtime_error>([&] {
    const CsvImages csv = read_csv(file);
    require_consistent(csv.images);
    accepted<std::runtime_error>([&] { images_of(csv.images, white_of(csv.images)); });
    if (!csv.labels) return;
    require_consistent(*csv.labels);
    accepted<std::runtime_error>([&] { labels_of(*csv.labels); });
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  const std::string plain = "label,p1,p2,p3,p4\n3,0,255,1.5,2\n9,1,2,3,4\n";
  return {plain,
          gzip(plain),
          "\xef\xbb\xbfid;y;a;b;c;d\r\n1;2;0.5;.25;1e-3;1\r\n",
          "1\t2\t3\t4\n5\t6\t7\t8",
          "7,1,2,3,4\n8,1,2,3,4\n",
          "\"1\", 2, -3, nan\ninf,1,1,1"};
}
