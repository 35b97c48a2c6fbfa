#pragma once
// The subcommands of mnist_softmax. Each takes its arguments and returns the exit status; UsageError for a
// wrong command line, other exceptions for failures.

#include <string>
#include <vector>

namespace armagrad::apps {

using Arguments = std::vector<std::string>;

int train_command(const Arguments& arguments);
int sweep_command(const Arguments& arguments);
int evaluate_command(const Arguments& arguments);
int check_command(const Arguments& arguments);
int lab_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int show_command(const Arguments& arguments);
int predict_command(const Arguments& arguments);
int report_command(const Arguments& arguments);

}  // namespace armagrad::apps
