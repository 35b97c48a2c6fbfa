// What mnist_softmax refuses or fails at: one line that names the culprit, exit status 2 for a wrong command
// line and 1 for the rest, nothing half-written.
#define BOOST_TEST_MODULE mnist_softmax_refusals
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/files/model_file.hpp"
#include "tests/apps/program.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

const std::string long_training = "train --data set --epochs 100000000 ";  // for hours

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) {
    write_bytes(folder / "old.model", "an older model");
    write_bytes(folder / "old.json", "an older report");
  }

  /// A model file with these weights and this metadata.
  void write_model(const std::string& name, const ModelArray& weights, const nlohmann::json& info) {
    save_model(folder / name, {info, {{"0.weight", weights}}});
  }

  fs::path part(const std::string& name) const { return folder / ("set/" + name); }
};

struct Refusal {
  std::string line;
  Words named;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(wrong_commands) {
  refused("", 2, {"command", "train, sweep, evaluate, check, lab, explain"});
  for (const std::string word : {"fit", "Train", "--train", "-x", "--version", "--json", "trains", "-"}) {
    refused(Words{word}, 2, {"'" + word + "'", "train, sweep, evaluate, check, lab, explain"});
  }
  refused(Words{""}, 2, {"which command?"});
}

BOOST_AUTO_TEST_CASE(wrong_values) {
  const std::map<std::string, Words> wrong{
      {"--train-size", {"0", "-1", "1.5", "1e2", "+5", "x", "nan", "0x10", "18446744073709551616"}},
      {"--optimizer", {"GD", "newton", "s", "gd,sgd"}},
      {"--epochs", {"-1", "1.5", "1e3", "nan", "inf", "ten", "100000001", "99999999999999999999", "5x"}},
      {"--batch-size", {"-1", "0.5", "nan", "all", "18446744073709551616"}},
      {"--lr",
       {"nan", "-nan", "inf", "-1", "1e999", "-1e-9", "0.1f", "1,5", "0x1p3", "--5", "1e", "+1", "."}},
      {"--lr-decay", {"nan", "inf", "-0.5", "1e999", "x"}},
      {"--l2", {"nan", "NaN", "-1", "infinity", "1e400", "x"}},
      {"--init", {"zero", "ones", "Normal", "0"}},
      {"--seed", {"-1", "1.5", "x", "18446744073709551616"}},
      {"--precision", {"half", "Float", "64"}},
      {"--tolerance", {"nan", "-1", "inf", "x"}}};
  for (const auto& [option, values] : wrong) {
    for (const std::string& value : values) {
      refused({"train", "--data", "set", option + "=" + value}, 2, {option, value});
      refused({"train", "--data", "set", "--model", "old.model", "--json", "old.json", option, value}, 2,
              {option});
    }
    for (const char* value : {"", " ", " 1", "1 ", "\t", "\xff"}) {
      refused({"train", "--data", "set", option, value}, 2, {option});
    }
    refused({"train", "--data", "set", option}, 2, {option});
    refused({"train", "--data", "set", option + "="}, 2, {option});
  }
}

BOOST_AUTO_TEST_CASE(wrong_values_of_the_check) {
  const std::map<std::string, Words> wrong{{"--train-size", {"0", "-1", "1.5", "x"}},
                                           {"--l2", {"nan", "-1", "inf", "1e999"}},
                                           {"--seed", {"-1", "1.5"}},
                                           {"--entries", {"0", "-1", "1e2", "nan"}},
                                           {"--break", {"softmax", "Transpose", "all", "l2"}}};
  for (const auto& [option, values] : wrong) {
    for (const std::string& value : values)
      refused({"check", "--data", "set", option, value}, 2, {option, value});
    refused({"check", "--data", "set", option, ""}, 2, {option});
    refused({"check", "--data", "set", option}, 2, {option});
  }
}

BOOST_AUTO_TEST_CASE(wrong_command_lines) {
  for (const Refusal& r :
       std::vector<Refusal>{{"train --data set --lr 1 --lr 1", {"--lr"}},
                            {"train --data set --data set", {"--data"}},
                            {"train --data set --quiet --quiet", {"--quiet"}},
                            {"train --data set --quiet=yes", {"--quiet"}},
                            {"train --data set --download=1", {"--download"}},
                            {"train --data set --epoch 1", {"--epoch"}},
                            {"train --data set --EPOCHS 1", {"--EPOCHS"}},
                            {"train --data set --entries 1", {"--entries"}},
                            {"train --data set -e 1", {"-e"}},
                            {"train --data set --no-quiet", {"--no-quiet"}},
                            {"train --data", {"--data"}},
                            {"train --data set --model", {"--model"}},
                            {"train --data set --json", {"--json"}},
                            {"evaluate", {"--model"}},
                            {"evaluate --data set", {"--model"}},
                            {"evaluate --model", {"--model"}},
                            {"evaluate --model old.model --model old.model", {"--model"}},
                            {"check --data set --lr 1", {"--lr"}},
                            {"check --break transpose --break transpose", {"--break"}},
                            {"train --optimizer gd --batch-size 5 --data set", {"--batch-size"}}}) {
    refused(r.line, 2, r.named);
  }
  refused({"train", "--data", "set", "--model", ""}, 2, {"--model"});
  refused({"train", "--data", "set", "--json", ""}, 2, {"--json"});
  refused({"evaluate", "--data", "set", "--model", ""}, 2, {"--model"});
}

BOOST_AUTO_TEST_CASE(an_empty_data_set_name_is_not_the_default) {
  program.how.mnist_dir = "set";
  refused({"train", "--epochs", "0", "--quiet", "--data", ""}, 2, {"--data"});
  refused({"check", "--train-size", "10", "--data", ""}, 2, {"--data"});
}

BOOST_AUTO_TEST_CASE(arguments_of_no_option) {
  for (const Words& more :
       {Words{"more"}, Words{"set", "more"}, Words{"--", "more"}, Words{"--quiet", "more"}}) {
    Words line{"train", "--data", "set"};
    line.insert(line.end(), more.begin(), more.end());
    refused(line, 2, {more[0] == "set" ? "set" : "more"});
  }
  refused(Words{"evaluate", "old.model"}, 2, {"old.model"});
  refused(Words{"check", "transpose"}, 2, {"transpose"});
}

BOOST_AUTO_TEST_CASE(zero_images_in_any_spelling) {
  for (const char* zero : {"0", "00", "000"})
    refused({"train", "--data", "set", "--train-size", zero}, 2, {"--train-size"});
}

BOOST_AUTO_TEST_CASE(line_breaks_in_arguments) {
  const std::string odd = "a\nb";
  refused({odd}, 2, {"a"});
  refused({"train", "--" + odd}, 2, {"--a"});
  refused({"train", "--data", "set", "--lr", "1\n"}, 2, {"--lr"});
  refused({"train", "--data", "set", "--init", odd}, 2, {"--init"});
  refused({"train", "--data", "set", "--model", odd + "/model"}, 1, {"--model"});
  refused({"train", "--data", "set", "--json", odd + "/json"}, 1, {"--json"});
  refused({"train", "--data", odd}, 1, {"a?b"});
  refused({"evaluate", "--data", "set", "--model", odd}, 1, {"a?b"});
}

BOOST_AUTO_TEST_CASE(more_images_than_there_are) {
  const std::string options = " --model old.model --json old.json ";
  for (const char* quiet : {"--quiet", ""}) {
    for (const Refusal& r :
         std::vector<Refusal>{{"--train-size 121", {"--train-size", "121", "120"}},
                              {"--train-size 18446744073709551615", {"--train-size", "120"}},
                              {"--batch-size 121", {"--batch-size", "121", "120"}},
                              {"--train-size 10 --batch-size 11", {"--batch-size", "11", "10"}},
                              {"--batch-size 18446744073709551615 --precision float", {"--batch-size"}}}) {
      refused("train --data set " + r.line + options + quiet, 2, r.named);
      if (*quiet == 0) refused("train --data set --json - " + r.line, 2, r.named);
    }
  }
  refused("check --data set --train-size 121", 2, {"--train-size", "121", "120"});
}

BOOST_AUTO_TEST_CASE(data_that_is_none) {
  fs::create_directory(folder / "empty");
  write_bytes(folder / "text", "some text");
  write_bytes(folder / "nothing", "");
  Members members = npz_members();
  members.erase("y_test.npy");
  write_zip(folder / "part.npz", members);
  write_bytes(folder / "short.npz", read_bytes(folder / "part.npz").substr(0, 300));
  for (const Refusal& r :
       std::vector<Refusal>{{"empty", {"empty", "train-images-idx3-ubyte"}},
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
        Damage{images, whole.substr(0, whole.size() - 1), "truncated"},
        Damage{images, whole + '\0', "too long"}, Damage{images, whole_labels, "dimensions"},
        Damage{images, gzip(whole).substr(0, 1000), "truncated"},
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
  refused("train --data mnist", 1, {"MNIST not found", "MNIST_DIR", "--download"});
  refused("train --data mnist --download", 1, {"cannot be downloaded"});
  program.how.mnist_dir = "missing";
  for (const char* line :
       {"train", "train --data mnist", "check", "train --data mnist --download --json old.json"}) {
    refused(line, 1, {"MNIST_DIR", "missing"});
  }
  program.how.mnist_dir = "set";
  refused("train --data mnist", 1, {"MNIST_DIR", "set", "not MNIST"});
  program.how.mnist_dir = "old.model";
  refused("train", 1, {"MNIST_DIR", "old.model"});
}

BOOST_AUTO_TEST_CASE(outputs_that_cannot_be_are_refused_before_the_training) {
  fs::create_symlink("set", folder / "link");
  for (const std::string option : {"--model", "--json"}) {
    for (const std::string file :
         {"set", "set/", "link", ".", "..", "/", "missing/file", "missing/", "old.model/file", "old.json/"}) {
      refused(long_training + option + ' ' + file, 1, {option});
    }
    refused("train --epochs 1 --data missing " + option + " set", 1, {option});
  }
  refused(long_training + "--model old.model --json missing/x", 1, {"--json", "missing"});
  refused(long_training + "--json old.json --model set", 1, {"--model", "set"});
  if (geteuid() == 0) {
    BOOST_TEST_MESSAGE("skipped: root may write to any folder");
    return;
  }
  program.how.seconds = 10;
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(folder / "old.model", fs::perms::owner_read);
  for (const std::string option : {"--model ", "--json "}) {
    for (const std::string file : {"locked/file", "old.model"})
      refused(long_training + option + file, 1, {file});
  }
}

BOOST_AUTO_TEST_CASE(pictures_that_cannot_be) {
  trained("--model good.model");
  const std::string line = "evaluate --data set --model good.model --weights";
  refused(line, 2, {"--weights"});
  refused({"evaluate", "--data", "set", "--model", "good.model", "--weights", ""}, 2, {"--weights"});
  refused(line + " new.png " + line.substr(line.find("--weights")) + " new.png", 2, {"--weights"});
  for (const std::string file : {"set", "set/", ".", "missing/file", "missing/", "old.model/file"}) {
    refused(line + ' ' + file, 1, {file});
  }
  const Outcome full = program.run(line + " /dev/full");
  BOOST_TEST(full.status == 1);
  BOOST_TEST(full.err == "mnist_softmax: /dev/full: cannot be written: No space left on device\n");
  program.how.largest_file = 400;
  const auto before = program.files();
  BOOST_TEST(program.run(line + " old.json").status == 1);
  BOOST_TEST((program.files() == before));
}

BOOST_AUTO_TEST_CASE(a_picture_does_not_replace_its_model) {
  trained("--model good.model");
  for (const char* file : {"good.model", "./good.model"}) {
    refused(std::string("evaluate --data set --model good.model --weights ") + file, 2, {"--weights"});
  }
}

BOOST_AUTO_TEST_CASE(outputs_that_fail_in_the_end) {
  fs::create_symlink("missing/file", folder / "link");
  for (const std::string option : {"--model", "--json"}) {
    for (const std::string file : {"/dev/full", "/proc/armagrad", "link"}) {
      refused("train --data set --quiet --epochs 1 " + option + ' ' + file, 1,
              {file == "link" ? "missing" : file});
    }
  }
  const std::string good = model_of("");
  const Outcome run = program.run("train --data set --quiet --model new.model --json /dev/full");
  BOOST_TEST(run.status == 1);
  BOOST_TEST(contains(run.err, "/dev/full"), run.err);
  if (fs::exists(folder / "new.model")) BOOST_TEST((read_bytes(folder / "new.model") == good));
}

BOOST_AUTO_TEST_CASE(one_file_for_two_outputs) {
  fs::create_symlink("old.model", folder / "link");
  refused("train --data set --quiet --model new --json new", 2, {"--model", "--json"});
  refused("train --data set --quiet --model old.model --json old.model", 2, {"--model", "--json"});
  refused("train --data set --quiet --model old.model --json ./old.model", 2, {"--model", "--json"});
  refused("train --data set --quiet --model old.model --json link", 2, {"--model", "--json"});
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_leaves_the_older_files) {
  program.how.largest_file = 1000;
  for (const char* file : {"old.model", "new.model"}) {
    refused(std::string("train --data set --quiet --model ") + file, 1, {file, "cannot be written"});
  }
  for (const char* file : {"old.json", "new.json"}) {
    refused(std::string("train --data set --quiet --epochs 100 --json ") + file, 1,
            {file, "cannot be written"});
  }
}

BOOST_AUTO_TEST_CASE(a_kill_amid_the_writing_leaves_the_older_files) {
  program.how.largest_file = 1000;
  program.how.ignore_file_limit = false;
  for (const char* options : {"--model old.model", "--json old.json --epochs 100"}) {
    BOOST_TEST(program.run(std::string("train --data set --quiet ") + options).status == -SIGXFSZ);
    BOOST_TEST(read_bytes(folder / "old.model") == "an older model");
    BOOST_TEST(read_bytes(folder / "old.json") == "an older report");
  }
  BOOST_TEST(!fs::exists(folder / "new.model"));
}

BOOST_AUTO_TEST_CASE(a_kill_amid_the_training_leaves_no_trace) {
  const auto before = program.files();
  for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
    program.how.signal = signal;
    program.how.when = "W 36x10";
    for (const char* outputs : {"--model old.model --json -", "--model new.model --json -"}) {
      const Outcome run = program.run(long_training + outputs);
      BOOST_TEST(run.status == -signal);
      BOOST_TEST(run.out == "");
      BOOST_TEST((program.files() == before));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_diverging_training_saves_nothing) {
  for (const char* options :
       {"--lr 1e300", "--lr 1e300 --precision float", "--lr 1e6 --lr-decay 1e6 --batch-size 10",
        "--optimizer gd --lr 1e200 --l2 1"}) {
    for (const char* files :
         {"--model old.model --json old.json", "--model new.model --json new.json", "--json -"}) {
      refused(std::string("train --quiet --data set --epochs 100 ") + options + ' ' + files, 1,
              {"no longer finite", "learning rate"});
    }
  }
}

BOOST_AUTO_TEST_CASE(a_penalty_too_large_for_float_is_not_blamed_on_the_learning_rate) {
  refused("train --quiet --data set --precision float --l2 1e300", 2, {"--l2"});
}

BOOST_AUTO_TEST_CASE(files_that_are_no_models) {
  trained("--model good.model --epochs 1");
  const std::string good = read_bytes(folder / "good.model");
  write_bytes(folder / "short.model", good.substr(0, good.size() - 1));
  write_bytes(folder / "long.model", good + "x");
  write_bytes(folder / "empty.model", "");
  std::string damaged = good;
  damaged[damaged.size() / 2] ^= 1;
  write_bytes(folder / "damaged.model", damaged);
  for (const Refusal& r : std::vector<Refusal>{{"missing.model", {"missing.model", "No such file"}},
                                               {"missing/x.model", {"missing/x.model"}},
                                               {"set", {"set", "not a regular file"}},
                                               {"set/", {"set", "not a regular file"}},
                                               {"/dev/null", {"/dev/null"}},
                                               {"/dev/zero", {"/dev/zero"}},
                                               {"-", {"-: "}},
                                               {"old.json", {"old.json", "not an armagrad model file"}},
                                               {"set/train-images-idx3-ubyte", {"train-images-idx3-ubyte"}},
                                               {"short.model", {"short.model", "truncated"}},
                                               {"long.model", {"long.model"}},
                                               {"empty.model", {"empty.model"}},
                                               {"damaged.model", {"damaged.model", "checksum"}}}) {
    refused("evaluate --data set --model " + r.line, 1, r.named);
  }
  refused("evaluate --data missing --model good.model", 1, {"missing"});
  refused("evaluate --data missing --model missing.model", 1, {"missing"});
}

BOOST_AUTO_TEST_CASE(models_of_other_kinds) {
  const arma::mat W(36, 10, arma::fill::zeros);
  const nlohmann::json softmax{{"kind", "softmax"}};
  write_model("weights.model", W, {{"kind", "network"}});
  write_model("unnamed.model", W, nlohmann::json::object());
  save_model(folder / "bare.model", {softmax, {}});
  save_model(folder / "other.model", {softmax, {{"1.weight", W}}});
  write_model("null.model", W, nullptr);
  write_model("array.model", W, {1, 2});
  write_model("text.model", W, "softmax");
  write_model("number.model", W, {{"kind", 3}});
  for (const char* file : {"weights", "unnamed", "bare", "other", "null", "array", "text", "number"}) {
    refused(std::string("evaluate --data set --model ") + file + ".model", 1,
            {std::string(file) + ".model", "softmax"});
  }
}

BOOST_AUTO_TEST_CASE(a_model_with_an_odd_data_set_name) {
  write_model("odd.model", arma::mat(36, 10, arma::fill::zeros), {{"kind", "softmax"}, {"dataset", 3}});
  refused("evaluate --data set --model odd.model", 1, {"odd.model"});
}

BOOST_AUTO_TEST_CASE(models_for_other_data) {
  write_tiny_set(folder / "small", 2, 5);
  write_tiny_set(folder / "other", 7, 6);
  trained("--model set.model --epochs 1");
  for (const char* data : {"small", "other"}) {
    refused(std::string("evaluate --model set.model --data ") + data, 1, {"set.model", "36x10"});
  }
  const nlohmann::json softmax{{"kind", "softmax"}};
  for (const ModelArray& W :
       {ModelArray(arma::mat(36, 3)), ModelArray(arma::fmat(36, 11)), ModelArray(arma::mat(10, 36)),
        ModelArray(arma::mat(0, 0)), ModelArray(arma::mat(37, 10))}) {
    write_model("odd.model", W, softmax);
    refused("evaluate --model odd.model --data set", 1, {"odd.model", "36x10"});
  }
}

BOOST_AUTO_TEST_CASE(a_model_for_as_many_pixels_in_another_shape) {
  write_tiny_set(folder / "flat", 4, 9);
  trained("--model set.model --epochs 1");
  refused("evaluate --model set.model --data flat", 1, {"set.model"});
}

BOOST_AUTO_TEST_CASE(a_folder_name_that_is_not_utf8) {
  const std::string odd = "set\xff";
  fs::copy(folder / "set", folder / odd);
  for (const std::string option : {"--json", "--model"}) {
    const Words line{"train", "--quiet", "--epochs", "1", "--data", odd, option, "new"};
    if (program.run(line).status == 0) {  // as good as a refusal that says why
      BOOST_TEST(fs::remove(folder / "new"));
    } else {
      refused(line, 1, {"new"});
    }
  }
}

BOOST_AUTO_TEST_CASE(standard_output_that_cannot_be_written) {
  trained("--model good.model");
  const std::string good = read_bytes(folder / "good.model");
  for (const char* out : {"/dev/full", "closed"}) {
    program.how.out = out;
    for (const char* line :
         {"train --data set", "train --data set --json -", "train --data set --json - --quiet",
          "train --data set --model old.model", "evaluate --data set --model good.model",
          "check --data set --train-size 120", "--help", "train --help", "evaluate -h"}) {
      const Outcome run = program.run(line);
      BOOST_TEST_CONTEXT(line << " > " << out) {
        BOOST_TEST(run.status == 1);
        const std::string said = "mnist_softmax: standard output: cannot be written";
        BOOST_TEST(contains(run.err, said), run.err);
        const bool may_report = contains(line, "train --data") && !contains(line, "--quiet");
        BOOST_TEST((may_report || run.err.starts_with(said)), run.err);
      }
    }
    const std::string model = read_bytes(folder / "old.model");
    BOOST_TEST((model == good || model == "an older model"));
    BOOST_TEST(program.run("train --data set --quiet --model new.model").status == 0);
    BOOST_TEST((read_bytes(folder / "new.model") == good));
  }
  BOOST_TEST(folder.entries() == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
