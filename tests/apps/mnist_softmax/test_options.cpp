// What all commands have in common, tried with each of those that the program lists.
#define BOOST_TEST_MODULE mnist_softmax_options
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <regex>

#include "tests/support/program.hpp"

using namespace armagrad::apps::testing;

namespace {

/// The shortest work that each command can be given; all of them succeed, and say something.
const std::map<std::string, std::string> short_work{
    {"train", "--data set --epochs 2"},
    {"sweep", "--data set --l2 0,.1 --epochs 2"},
    {"evaluate", "--data set --model some.model"},
    {"check", "--data set --train-size 20"},
    {"lab", "--data set --train-size 60 --epochs 40"},
    {"explain", "--data set --train-size 20 --html page.html"},
    {"show", "--data set --index 0,1"},
    {"predict", "--data set --index 0 --model some.model"},
    {"report", "--data set --model some.model --out report --check-size 20"}};

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> all;
  for (std::sregex_iterator i(text.begin(), text.end(), expression), end; i != end; ++i) all.push_back((*i)[1]);
  return all;
}

struct Fixture : TinySets {
  Words commands;

  Fixture() : TinySets(MNIST_SOFTMAX) {
    succeeds("train --data set --quiet --epochs 2 --model some.model");
    commands = matches(succeeds("--help"), "\n  ([a-z]+) ");
    BOOST_REQUIRE(commands.size() >= 5u);
  }

  /// A command line of short work with `more` behind it.
  static std::string line(const std::string& command, const std::string& more = "") {
    BOOST_REQUIRE_MESSAGE(short_work.count(command), "no short work is known for " << command);
    return command + " " + short_work.at(command) + " " + more;
  }

  static Report report(const std::string& text) {
    const Report parsed = Report::parse(text, nullptr, false);
    BOOST_TEST(parsed.is_object(), "not one JSON object: " << text);
    return parsed;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(help_of_each) {
  BOOST_TEST(contains(succeeds("--help"), "Exit status: 0 done, 1 failed or a check did not pass, 2"));
  for (const std::string& command : commands) {
    BOOST_TEST_CONTEXT(command) {
      const std::string help = succeeds(command + " --help");
      BOOST_TEST((succeeds(command + " -h") == help && succeeds("help " + command) == help));
      BOOST_TEST(help.starts_with("mnist_softmax " + command + ": "));
      for (const char* option : {"--help", "--config", "--json", "--quiet"}) BOOST_TEST(contains(help, option), option);
      // The example is of options that there are.
      const auto examples = matches(help, "\nExample: mnist_softmax " + command + " ([^\n]+)\n");
      BOOST_REQUIRE(examples.size() == 1u);
      for (const std::string& option : matches(" " + examples[0], " (--[a-z0-9-]+)"))
        BOOST_TEST(contains(help, "  " + option + " "), option);
    }
  }
}

BOOST_AUTO_TEST_CASE(words_and_report) {
  for (const std::string& command : commands) {
    BOOST_TEST_CONTEXT(command) {
      const Outcome both = program.run(line(command, "--json -"));
      BOOST_TEST(both.status == 0);
      BOOST_TEST(!both.err.empty());
      const Report expected = report(both.out);

      const std::string words = succeeds(line(command, "--json some.json"), true);
      BOOST_TEST((!words.empty() && contains(both.err, words.substr(0, words.find('\n')))), words);
      Report written = report(read_bytes(folder / "some.json"));
      if (written.contains("seconds")) written["seconds"] = expected["seconds"];
      BOOST_TEST(written == expected);

      BOOST_TEST(succeeds(line(command, "--quiet")) == "");
      BOOST_TEST(succeeds(line(command, "--quiet --json some.json")) == "");
      BOOST_TEST(succeeds(line(command, "--quiet --json /dev/null")) == "");
      refused(line(command, "--json missing/file"), 1, {"--json", "missing"});
      refused(line(command, "--json set"), 1, {"--json", "set"});
    }
  }
}

BOOST_AUTO_TEST_CASE(wrong_command_lines) {
  for (const std::string& command : commands) {
    for (const char* more : {"--nonsense", "--nonsense 1", "--quie", "--quiet=yes", "--json", "--config"})
      refused(line(command, more), 2, {words(more)[0].substr(0, 6)});
  }
}

BOOST_AUTO_TEST_CASE(options_in_a_file) {
  for (const std::string& command : commands) {
    write_bytes(folder / "some.ini", "# so that nobody is disturbed\nquiet = true\n\njson=from_file.json\n");
    const std::string all = line(command, "--config some.ini");
    BOOST_TEST(succeeds(all) == "");
    report(read_bytes(folder / "from_file.json"));
    fs::remove(folder / "from_file.json");
    report(succeeds(all + " --json -"));  // the command line wins
    BOOST_TEST(!fs::exists(folder / "from_file.json"));

    for (const auto& [text, named] : std::map<std::string, std::string>{{"quiet=yes\nnonsense = 1\n", "nonsense"},
                                                                        {"[section]\nquiet=yes\n", "section.quiet"},
                                                                        {"quie=yes\n", "quie"},
                                                                        {"quiet\n", "quiet"},
                                                                        {"quiet=perhaps\n", "perhaps"},
                                                                        {"quiet=yes\nquiet=yes\n", "quiet"},
                                                                        {"json=\n", "json"},
                                                                        {"config = other.ini\n", "config"},
                                                                        {"help = 1\n", "help"}}) {
      write_bytes(folder / "bad.ini", text);
      refused(line(command, "--config bad.ini"), 2, {"bad.ini", named});
    }
    refused(line(command, "--config missing.ini"), 1, {"missing.ini", "No such file"});
    refused(line(command, "--config set"), 1, {"set", "directory"});
    refused(line(command, "--config bad.ini --config bad.ini"), 2, {"--config"});
    refused({command, "--config", ""}, 2, {"--config"});
    write_bytes(folder / "some.ini", "quiet=1\n");
    refused(line(command, "--config some.ini --json some.ini"), 2, {"--json", "--config", "some.ini"});
  }
  write_bytes(folder / "train.ini", "data = set\nepochs = 3\nl2 = 0.25\nquiet = on\njson = -\n");
  const Report from_file = report(succeeds("train --config train.ini --epochs 1"));
  BOOST_TEST(from_file["epochs_run"] == 1);
  BOOST_TEST(from_file["l2"] == 0.25);
}

BOOST_AUTO_TEST_CASE(terminals) {
  const auto coloured = [](const std::string& text) { return contains(text, "\x1b["); };
  for (const std::string& command : commands) {
    BOOST_TEST_CONTEXT(command) {
      const Outcome plain = program.run(line(command));
      BOOST_TEST(!coloured(plain.out + plain.err));
      program.how.terminal = true;
      program.how.no_color = "1";
      const Outcome run = program.run(line(command));
      BOOST_TEST(run.status == 0);
      const std::regex colour("\x1b\\[[0-9;]*m");
      BOOST_TEST(!std::regex_search(run.out, colour), run.out);
      BOOST_TEST(program.run(line(command, "--quiet")).out == "");
      program.how = {};
    }
  }
  program.how.terminal = true;
  BOOST_TEST(contains(program.run(line("train")).out, "\repoch ####"));  // one line, redrawn
  program.how = {};
  BOOST_TEST(contains(program.run(line("train")).err, "epoch 1/2  loss"));
}

BOOST_AUTO_TEST_SUITE_END()
