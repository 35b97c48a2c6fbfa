// Data sets that are none, or damaged.
#define BOOST_TEST_MODULE mnist_softmax_wrong_data
#include "refusals.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : Refusals {
  fs::path part(const std::string& name) const { return folder / ("set/" + name); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(data_that_is_none) {
  fs::create_directory(folder / "empty");
  write_bytes(folder / "text", "some text");
  write_bytes(folder / "nothing", "");
  Members members = npz_members();
  members.erase("y_test.npy");
  write_zip(folder / "part.npz", members);
  write_bytes(folder / "short.npz", read_bytes(folder / "part.npz").substr(0, 300));
  for (const Refusal& r : std::vector<Refusal>{{"empty", {"empty", "train-images-idx3-ubyte"}},
                                               {"missing", {"missing", "no such file or folder"}},
                                               {"MNIST", {"MNIST"}},
                                               {"text", {"text"}},
                                               {"nothing", {"nothing"}},
                                               {"set/train-images-idx3-ubyte", {"train-images-idx3-ubyte"}},
                                               {"old.model", {"old.model"}},
                                               {"part.npz", {"part.npz", "y_test"}},
                                               {"short.npz", {"short.npz"}},
                                               {"/dev/null", {"/dev/null"}},
                                               {"/dev/zero", {"/dev/zero"}},
                                               {"set/train-images-idx3-ubyte/", {"train-images-idx3-ubyte"}},
                                               {"https://example.org/mnist", {"https://example.org/mnist"}}}) {
    refused("train --model old.model --json old.json --data " + r.line, 1, r.named);
    refused("train --quiet --json - --data " + r.line, 1, r.named);
    refused("check --data " + r.line, 1, r.named);
  }
  refused("train --epochs 1 --data " + std::string(5000, 'x'), 1, {"xxx"});
}

BOOST_AUTO_TEST_CASE(damaged_data) {
  const std::string images = "train-images-idx3-ubyte", labels = "t10k-labels-idx1-ubyte";
  const std::string whole = read_bytes(part(images)), whole_labels = read_bytes(part(labels));
  struct Damage {
    std::string file, bytes, what;
  };
  std::string wrong_label = whole_labels;
  wrong_label.back() = 10;
  for (const Damage& d :
       {Damage{images, "", "truncated"}, Damage{images, whole.substr(0, 10), "truncated"},
        Damage{images, whole.substr(0, whole.size() - 1), "truncated"}, Damage{images, whole + '\0', "too long"},
        Damage{images, whole_labels, "dimensions"}, Damage{images, gzip(whole).substr(0, 1000), "truncated"},
        Damage{images, idx({120, 36, 1}, std::string(120 * 36, 'x')), "36x1"},
        Damage{images, idx({119, 6, 6}, std::string(119 * 36, 'x')), "119 images but 120 labels"},
        Damage{images, idx({120, 6, 6}, std::string(120 * 36, 'x'), 13), "0x0d"},
        Damage{images, idx({~0U, ~0U, ~0U}, ""), "more than"},
        Damage{images, "just text, and not of any format", "not an IDX file"},
        Damage{labels, idx({41}, std::string(41, '\1')), "40 images but 41 labels"},
        Damage{labels, wrong_label, "label 10"}, Damage{labels, whole, "dimensions"},
        Damage{labels, idx({0}, ""), "zero"}}) {
    write_bytes(part(images), whole);
    write_bytes(part(labels), whole_labels);
    write_bytes(part(d.file), d.bytes);
    const Words named{d.what == "36x1" ? "set" : d.what.starts_with("119") ? "train-labels" : d.file, d.what};
    BOOST_TEST_CONTEXT(d.file << ": " << d.what) {
      refused("train --data set --model old.model", 1, named);
      refused("train --data set --json - --quiet", 1, named);
      refused("check --data set", 1, named);
    }
  }
  write_bytes(part(images), whole);
  fs::remove(part(labels));
  refused("train --data set", 1, {"set", labels});
  fs::create_directory(part(labels));
  refused("train --data set", 1, {labels, "not a regular file"});
}

BOOST_AUTO_TEST_CASE(no_mnist) {
  refused("train --data mnist --offline", 1, {"MNIST not found", "MNIST_DIR", "--offline"});
  refused("train --data mnist --quiet", 1, {"cannot be downloaded", "try again with a network"});
  program.how.mnist_dir = "missing";
  for (const char* line : {"train", "train --data mnist", "check", "train --data mnist --offline --json old.json"}) {
    refused(line, 1, {"MNIST_DIR", "missing"});
  }
  program.how.mnist_dir = "set";
  refused("train --data mnist", 1, {"MNIST_DIR", "set", "not MNIST"});
  program.how.mnist_dir = "old.model";
  refused("train", 1, {"MNIST_DIR", "old.model"});
}

BOOST_AUTO_TEST_SUITE_END()
