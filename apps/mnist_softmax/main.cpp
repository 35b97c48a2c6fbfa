// mnist_softmax: softmax regression on MNIST, its gradients derived by the tape.

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/options.hpp"
#include "apps/mnist_softmax/commands/commands.hpp"
#include "apps/mnist_softmax/training/machine.hpp"
#include "apps/text/suggestion.hpp"
#include "apps/text/words.hpp"

using namespace armagrad::apps;

namespace {

struct Command {
  std::string name;
  int (*run)(const Arguments&);
  const char* about;
};

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"train", train_command, "fit the model and report its accuracy"},
      {"sweep", sweep_command, "find l2, batch size and learning rate by validation, and train with them"},
      {"evaluate", evaluate_command, "accuracy of a saved model"},
      {"check", check_command, "the gradient: tape against analytic, differences and complex step"},
      {"lab", lab_command, "the lab, cell by cell: what to expect of each step, and whether it was met"},
      {"explain", explain_command, "the gradient a step at a time"},
      {"show", show_command, "images, or a model's weights, in the terminal"},
      {"predict", predict_command, "a drawn digit: what it is, and why"},
      {"report", report_command, "a page with all that there is to see of a model"}};
  return all;
}

const Command& command_named(const std::string& name) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [&name](const Command& command) { return command.name == name; });
  if (found != commands().end()) return *found;
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  throw UsageError((name.empty() ? "which command? " : "no command '" + name + "': ") + listed(names) +
                   did_you_mean(name, names) + " (see mnist_softmax --help)");
}

void print_help() {
  std::cout << "mnist_softmax: softmax regression on MNIST with gradients derived automatically\n\n";
  for (const Command& command : commands())
    std::cout << "  " << std::left << std::setw(11) << command.name << command.about << '\n';
  std::cout << "\nmnist_softmax COMMAND --help tells more.\n"
               "mnist_softmax --version names the versions of its parts.\n"
               "Exit status: 0 done, 1 failed or a check did not pass, 2 wrong command line.\n";
}

/// "mnist_softmax 0.1.0", then a line for each of its parts.
void print_versions() {
  const nlohmann::ordered_json all = versions();
  std::cout << "mnist_softmax " << all["Armagrad"].get<std::string>() << '\n';
  for (const auto& [part, version] : all.items()) {
    if (part != "Armagrad")
      std::cout << part << ": " << (version.is_string() ? version.get<std::string>() : version.dump()) << '\n';
  }
}

int run(const Arguments& arguments) {
  const std::string word = arguments.empty() ? "" : arguments[0];
  Arguments rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (word == "--version" && rest.empty()) {
    print_versions();
    return 0;
  }
  if (word != "--help" && word != "-h" && word != "help") return command_named(word).run(rest);
  if (word == "help" && !rest.empty()) return command_named(rest[0]).run({"--help"});
  print_help();
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return run_program("mnist_softmax", run, argc, argv); }
