// No output replaces a file that the same run reads, nor, without --force, another kind of file that is worth keeping.
#define BOOST_TEST_MODULE mnist_softmax_replaced_files
#include "apps/mnist_softmax/model/file_kind.hpp"
#include "refusals.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : Refusals {
  Fixture() {
    write_idx_folder(folder / "small");
    write_zip(folder / "small.npz", npz_members());
    trained("--epochs 1 --model good.model --checkpoint kept");
    write_bytes(folder / "settings", "quiet = true\n");
  }

  /// The file under its own name, another spelling, a symbolic and a hard link.
  std::vector<std::string> names_of(const std::string& file) {
    fs::remove(folder / "symbolic");
    fs::remove(folder / "hard");
    fs::create_symlink(fs::absolute(folder / file), folder / "symbolic");
    fs::create_hard_link(folder / file, folder / "hard");
    return {file, "./" + file, (folder / file).string(), "symbolic", "hard"};
  }
  void never(const std::string& line, const std::string& option, const std::string& input) {
    for (const std::string& name : names_of(input)) {
      refused(line + ' ' + option + ' ' + name, 2, {option, name});
      refused(line + " --force " + option + ' ' + name, 2, {option, name});
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(an_output_is_no_input) {
  for (const std::string& option : {"--model", "--json", "--checkpoint"}) {
    for (const std::string part :
         {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
      never(
          "train --quiet --epochs 1 --overwrite --data set" + std::string(option[2] == 'c' ? "" : " --checkpoint new"),
          option, "set/" + part);
    never("train --quiet --epochs 1 --checkpoint other --overwrite --data small.npz",
          option == "--checkpoint" ? "--model" : option, "small.npz");
    never("sweep --quiet --epochs 1 --l2 0,1 --checkpoint other --overwrite --data small.npz",
          option == "--checkpoint" ? "--json" : option, "small.npz");
  }
  never("show --data small.npz", "--json", "small.npz");
  never("show --model good.model", "--json", "good.model");
  never("evaluate --data set --model good.model", "--weights", "set/train-labels-idx1-ubyte");
  never("evaluate --data set --model good.model", "--weights", "good.model");
  never("evaluate --data set --model good.model", "--json", "good.model");
  never("explain --data set --train-size 20 --model good.model", "--html", "good.model");
  never("explain --data set --train-size 20", "--html", "set/train-images-idx3-ubyte");
  never("check --data set --train-size 20", "--json", "set/train-images-idx3-ubyte");
  never("lab --data set --train-size 20 --epochs 1 --step 1", "--json", "set/train-images-idx3-ubyte");
  never("predict --data set --index 0 --model good.model", "--json", "set/t10k-images-idx3-ubyte");
  never("predict --data set --index 0 --model good.model", "--json", "good.model");
  never("train --data set --config settings", "--model", "settings");
}

BOOST_AUTO_TEST_CASE(a_report_does_not_replace_its_model) {
  fs::create_directory(folder / "report");
  fs::rename(folder / "good.model", folder / "report/report.html");
  refused("report --data set --model report/report.html --out report --force", 2, {"--out", "report.html"});
}

BOOST_AUTO_TEST_CASE(other_kinds_need_force) {
  write_bytes(folder / "kaggle.csv", "label,pixel0,pixel1,p,p,p,p,p,p,p,p,p,p,p,p,p,p,p,p\n1,0,0\n");
  write_bytes(folder / "digit.pgm", "P2 1 1 9 5\n");
  fs::copy(folder / "set/train-images-idx3-ubyte", folder / "images");
  const std::string train = "train --data set --quiet --epochs 1 ";
  for (const auto& [file, kind] : std::map<std::string, std::string>{{"small.npz", "a data set"},
                                                                     {"images", "a data set"},
                                                                     {"kaggle.csv", "a data set"},
                                                                     {"digit.pgm", "a picture"},
                                                                     {"kept", "a checkpoint of a training"}}) {
    refused(train + "--model " + file, 2, {"--model", file, kind, "--force"});
    refused(train + "--json " + file, 2, {"--json", file, kind, "--force"});
  }
  refused(train + "--json good.model", 2, {"--json", "a model", "--force"});
  refused(train + "--checkpoint good.model --overwrite", 2, {"--checkpoint", "a model", "--force"});
  refused("sweep --data set --quiet --l2 0,1 --checkpoint kept --overwrite", 2, {"a checkpoint of a training"});
  succeeds(train + "--model good.model");  // its own kind
  succeeds(train + "--model small.npz --force");
  BOOST_TEST((kind_of((folder / "small.npz").string()) == FileKind::model));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_resumed_or_begun_anew_on_demand) {
  const std::string line = "train --data set --epochs 1 --checkpoint ";
  refused(line + "kept --quiet", 2, {"kept exists", "--resume", "--overwrite"});
  refused(line + "kept --resume --overwrite", 2, {"--resume", "--overwrite"});
  refused("train --data set --overwrite", 2, {"--overwrite", "--checkpoint"});
  const std::string said = succeeds(line + "new --resume", true);
  BOOST_TEST(contains(said, "there is no checkpoint new to resume from: starting anew"), said);
  const std::string silent = succeeds(line + "new --resume", true);
  BOOST_TEST(!contains(silent, "starting anew"), silent);
  succeeds(line + "kept --quiet --overwrite --seed 2");
  refused(line + "kept --quiet --resume", 1, {"seed 2, not 1"});
}

/// Images and labels that differ in one byte, in their number or their size.
BOOST_AUTO_TEST_CASE(a_checkpoint_knows_its_images) {
  const std::string images = read_bytes(folder / "set/train-images-idx3-ubyte"),
                    labels = read_bytes(folder / "set/train-labels-idx1-ubyte");
  const auto changed = [](std::string bytes, std::size_t k) {
    bytes[k] = char(bytes[k] == 1 ? 2 : 1);
    return bytes;
  };
  const std::string line = "train --data twin --quiet --epochs 1 --checkpoint kept --resume";
  fs::copy(folder / "set", folder / "twin");
  succeeds(line);  // the same images in another folder
  for (const auto& [file, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"train-images-idx3-ubyte", changed(images, 16)},
           {"train-images-idx3-ubyte", changed(images, images.size() - 1)},
           {"train-labels-idx1-ubyte", changed(labels, 8)},
           {"train-labels-idx1-ubyte", changed(labels, labels.size() - 1)}}) {
    fs::remove_all(folder / "twin");
    fs::copy(folder / "set", folder / "twin");
    write_bytes(folder / ("twin/" + file), bytes);
    refused(line, 1, {"kept", "other images or labels", "--overwrite"});
  }
  write_tiny_set(folder / "twin", 4, 9);
  refused(line, 1, {"kept", "other images or labels"});

  succeeds("sweep --data set --quiet --l2 0,1 --epochs 1 --checkpoint swept");
  refused("sweep --data twin --quiet --l2 0,1 --epochs 1 --checkpoint swept --resume", 1, {"swept", "other images"});
}

BOOST_AUTO_TEST_SUITE_END()
