// mnist_softmax: softmax regression on MNIST, its gradients derived by the tape.

#include <iostream>
#include <map>

#include "apps/options.hpp"
#include "commands.hpp"

using namespace armagrad::apps;

namespace {

constexpr auto help =
    "mnist_softmax: softmax regression on MNIST with gradients derived automatically\n\n"
    "  train      fit the model and report its accuracy\n"
    "  evaluate   accuracy of a saved model\n"
    "  check      the gradient: tape against analytic, differences and complex step\n"
    "  lab        the lab's mistakes, and what catches them\n"
    "  explain    the gradient a step at a time, as a page for the browser\n\n"
    "mnist_softmax COMMAND --help tells more.\n";

int run(const Arguments& arguments) {
  static const std::map<std::string, int (*)(const Arguments&)> commands{{"train", train_command},
                                                                         {"evaluate", evaluate_command},
                                                                         {"check", check_command},
                                                                         {"lab", lab_command},
                                                                         {"explain", explain_command}};
  if (arguments.empty())
    throw UsageError("which command? train, evaluate, check, lab or explain (see mnist_softmax --help)");
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::cout << help;
    return 0;
  }
  const auto command = commands.find(arguments[0]);
  if (command == commands.end())
    throw UsageError("no command '" + arguments[0] +
                     "': train, evaluate, check, lab or explain (see mnist_softmax --help)");
  return command->second({arguments.begin() + 1, arguments.end()});
}

}  // namespace

int main(int argc, char** argv) { return run_program("mnist_softmax", run, argc, argv); }
