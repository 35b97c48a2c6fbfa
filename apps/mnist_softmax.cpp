// mnist_softmax: softmax regression on MNIST, its gradients derived by the tape.

#include <algorithm>
#include <iostream>
#include <map>

#include "commands.hpp"
#include "options.hpp"

using namespace armagrad::apps;

namespace {

constexpr auto help =
    "mnist_softmax: softmax regression on MNIST with gradients derived automatically\n\n"
    "  train      fit the model and report its accuracy\n"
    "  evaluate   accuracy of a saved model\n"
    "  check      the gradient: tape against analytic, differences and complex step\n"
    "  lab        the lab's mistakes, and what catches them\n\n"
    "mnist_softmax COMMAND --help tells more.\n";

int run(const Arguments& arguments) {
  static const std::map<std::string, int (*)(const Arguments&)> commands{{"train", train_command},
                                                                         {"evaluate", evaluate_command},
                                                                         {"check", check_command},
                                                                         {"lab", lab_command}};
  if (arguments.empty())
    throw UsageError("which command? train, evaluate, check or lab (see mnist_softmax --help)");
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::cout << help;
    return 0;
  }
  const auto command = commands.find(arguments[0]);
  if (command == commands.end())
    throw UsageError("no command '" + arguments[0] +
                     "': train, evaluate, check or lab (see mnist_softmax --help)");
  return command->second({arguments.begin() + 1, arguments.end()});
}

/// One line, whatever an argument or a file name had in it.
int fail(int status, std::string what) {
  std::replace_if(
      what.begin(), what.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  std::cerr << "mnist_softmax: " << what << '\n';
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = run({argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout) throw std::runtime_error("standard output: cannot be written");
    return status;
  } catch (const UsageError& error) {
    return fail(2, error.what());
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}
