// What cannot be written is told; what stood there before stays, and nothing is half-written.
#define BOOST_TEST_MODULE mnist_softmax_failing_outputs
#include "refusals.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

const std::string long_training = "train --data set --epochs 100000000 ";  // for hours

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Refusals)

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
}

BOOST_AUTO_TEST_CASE(outputs_without_permission) {
  program.how.seconds = 10;
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(folder / "old.model", fs::perms::owner_read);
  for (const std::string option : {"--model ", "--json "}) {
    for (const std::string file : {"locked/file", "old.model"}) refused(long_training + option + file, 1, {file});
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
      refused("train --data set --quiet --epochs 1 " + option + ' ' + file, 1, {file == "link" ? "missing" : file});
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
    refused(std::string("train --data set --quiet --epochs 100 --json ") + file, 1, {file, "cannot be written"});
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
  for (const char* options : {"--lr 1e300", "--lr 1e300 --precision float", "--lr 1e6 --lr-decay 1e6 --batch-size 10",
                              "--optimizer gd --lr 1e200 --l2 1"}) {
    for (const char* files : {"--model old.model --json old.json", "--model new.model --json new.json", "--json -"}) {
      refused(std::string("train --quiet --data set --epochs 100 ") + options + ' ' + files, 1,
              {"no longer finite", "learning rate"});
    }
  }
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
    for (const char* line : {"train --data set", "train --data set --json -", "train --data set --json - --quiet",
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
