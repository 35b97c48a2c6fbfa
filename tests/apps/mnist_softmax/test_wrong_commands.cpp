// What mnist_softmax refuses of a command line, with exit status 2.
#define BOOST_TEST_MODULE mnist_softmax_wrong_commands
#include "refusals.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

BOOST_FIXTURE_TEST_SUITE(suite, Refusals)

BOOST_AUTO_TEST_CASE(wrong_commands) {
  refused("", 2, {"command", "train, sweep, evaluate, check, lab, explain"});
  for (const std::string word : {"fit", "Train", "--train", "-x", "--versions", "--json", "trains", "-"}) {
    refused(Words{word}, 2, {"'" + word + "'", "train, sweep, evaluate, check, lab, explain"});
  }
  refused(Words{""}, 2, {"which command?"});
  refused("Train", 2, {"did you mean train?"});
  refused("evalaute", 2, {"did you mean evaluate?"});
}

BOOST_AUTO_TEST_CASE(wrong_values) {
  const std::map<std::string, Words> wrong{
      {"--train-size", {"0", "-1", "1.5", "1e2", "+5", "x", "nan", "0x10", "18446744073709551616"}},
      {"--optimizer", {"GD", "newton", "s", "gd,sgd"}},
      {"--epochs", {"-1", "1.5", "1e3", "nan", "inf", "ten", "100000001", "99999999999999999999", "5x"}},
      {"--batch-size", {"-1", "0.5", "nan", "all", "18446744073709551616"}},
      {"--lr", {"nan", "-nan", "inf", "-1", "1e999", "-1e-9", "0.1f", "1,5", "0x1p3", "--5", "1e", "+1", "."}},
      {"--lr-decay", {"nan", "inf", "-0.5", "1e999", "x"}},
      {"--l2", {"nan", "NaN", "-1", "infinity", "1e400", "x"}},
      {"--init", {"zero", "ones", "Normal", "0"}},
      {"--seed", {"-1", "1.5", "x", "18446744073709551616"}},
      {"--precision", {"half", "Float", "64"}},
      {"--tolerance", {"nan", "-1", "inf", "x"}}};
  for (const auto& [option, values] : wrong) {
    for (const std::string& value : values) {
      refused({"train", "--data", "set", option + "=" + value}, 2, {option, value});
      refused({"train", "--data", "set", "--model", "old.model", "--json", "old.json", option, value}, 2, {option});
    }
    for (const char* value : {"", " ", " 1", "1 ", "\t", "\xff"}) {
      refused({"train", "--data", "set", option, value}, 2, {option});
    }
    refused({"train", "--data", "set", option}, 2, {option});
    refused({"train", "--data", "set", option + "="}, 2, {option});
  }
}

BOOST_AUTO_TEST_CASE(what_was_meant) {
  for (const auto& [line, meant] : std::map<std::string, std::string>{{"--epoch 1", "--epochs"},
                                                                      {"--EPOCHS 1", "--epochs"},
                                                                      {"--leanring-rate 1 --lr-decya 1", ""},
                                                                      {"--optimiser gd", "--optimizer"},
                                                                      {"--optimizer GD", "gd"},
                                                                      {"--optimizer adm", "adam"},
                                                                      {"--net lenett", "lenet"},
                                                                      {"--qiuet", "--quiet"}}) {
    const Outcome run = program.run("train --data set " + line);
    BOOST_TEST(run.status == 2);
    BOOST_TEST(contains(run.err, "did you mean " + meant + "?") != meant.empty(), run.err);
  }
  write_bytes(folder / "settings", "epoch = 1\n");
  refused("train --data set --config settings", 2, {"settings", "did you mean --epochs?"});
  refused("train --data MNIST", 1, {"MNIST: no such file or folder", "did you mean mnist?"});
  refused("train --data Fashion", 1, {"did you mean fashion?"});
  refused("train --data ste", 1, {"did you mean set?"});
  fs::create_directory(folder / "data");
  fs::create_directory(folder / "data/digits");
  refused("train --data data/digist", 1, {"did you mean data/digits?"});
}

BOOST_AUTO_TEST_CASE(wrong_values_of_the_check) {
  const std::map<std::string, Words> wrong{{"--train-size", {"0", "-1", "1.5", "x"}},
                                           {"--l2", {"nan", "-1", "inf", "1e999"}},
                                           {"--seed", {"-1", "1.5"}},
                                           {"--entries", {"0", "-1", "1e2", "nan"}},
                                           {"--break", {"softmax", "Transpose", "all", "l2"}}};
  for (const auto& [option, values] : wrong) {
    for (const std::string& value : values) refused({"check", "--data", "set", option, value}, 2, {option, value});
    refused({"check", "--data", "set", option, ""}, 2, {option});
    refused({"check", "--data", "set", option}, 2, {option});
  }
}

BOOST_AUTO_TEST_CASE(wrong_command_lines) {
  for (const Refusal& r : std::vector<Refusal>{{"train --data set --lr 1 --lr 1", {"--lr"}},
                                               {"train --data set --data set", {"--data"}},
                                               {"train --data set --quiet --quiet", {"--quiet"}},
                                               {"train --data set --quiet=yes", {"--quiet"}},
                                               {"train --data set --offline=1", {"--offline"}},
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
  for (const Words& more : {Words{"more"}, Words{"set", "more"}, Words{"--", "more"}, Words{"--quiet", "more"}}) {
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

BOOST_AUTO_TEST_CASE(a_penalty_too_large_for_float_is_not_blamed_on_the_learning_rate) {
  refused("train --quiet --data set --precision float --l2 1e300", 2, {"--l2"});
}

BOOST_AUTO_TEST_SUITE_END()
