// Speaks GradBench's protocol: a JSON message a line on standard input, a response a line on standard output.

#include <chrono>
#include <cstring>
#include <iostream>

#include "tool.hpp"

// One thread, as GradBench asks, where Armadillo's BLAS is OpenBLAS.
extern "C" [[gnu::weak]] void openblas_set_num_threads(int);

namespace gradbench {
namespace {

const std::map<std::string, Module> modules{
    {"ba", ba()},     {"det", det()},       {"gmm", gmm()},           {"hello", hello()},
    {"ht", ht()},     {"kmeans", kmeans()}, {"llsq", llsq()},         {"lse", lse()},
    {"lstm", lstm()}, {"ode", ode()},       {"particle", particle()}, {"saddle", saddle()}};

json timed(const char* name, const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
  return {{"name", name}, {"nanoseconds", taken.count()}};
}

const Module& module_named(const std::string& name) {
  const auto found = modules.find(name);
  if (found == modules.end()) throw std::invalid_argument("no module " + name);
  return found->second;
}

json evaluate(const json& message) {
  const std::string name = message.at("module"), function = message.at("function");
  const json& input = message.at("input");
  const Module& module = module_named(name);
  const auto found = module.find(function);
  if (found == module.end()) throw std::invalid_argument("module " + name + " has no function " + function);
  Prepared prepared;
  json timings{timed("prepare", [&] { prepared = found->second(input); })};
  const auto runs = input.is_object() ? input.value("min_runs", 1) : 1;
  const auto seconds = input.is_object() ? input.value("min_seconds", 0.0) : 0.0;
  for (double all = 0; timings.size() <= std::size_t(std::max(runs, 1)) || all < 1e9 * seconds;) {
    timings.push_back(timed("evaluate", prepared.evaluate));
    all += timings.back()["nanoseconds"].get<double>();
  }
  return {{"output", prepared.output()}, {"timings", timings}};
}

/// What there is to say to a message beside its id.
json response_to(const json& message) {
  const std::string kind = message.at("kind");
  if (kind == "start") return {{"tool", "armagrad"}};
  if (kind == "define") return module_named(message.at("module")), json{{"success", true}};
  if (kind != "evaluate") return json::object();
  json response = evaluate(message);
  response["success"] = true;
  return response;
}

/// An error is one line, on standard error too; a message that has no id, or is none, is answered with id null.
json respond(const std::string& line) {
  json response{{"id", nullptr}};
  try {
    const json message = json::parse(line);
    response["id"] = message.at("id");
    response.update(response_to(message));
  } catch (const std::exception& e) {
    const std::string error(e.what(), std::strcspn(e.what(), "\n"));
    std::cerr << "gradbench: message " << response["id"] << ": " << error << '\n';
    response.update({{"success", false}, {"error", error}});
  }
  return response;
}

}  // namespace
}  // namespace gradbench

int main(int argc, char** argv) {
  const bool multithreaded = argc == 2 && std::string(argv[1]) == "--multithreaded";
  if (argc > 1 && !multithreaded) {
    std::cerr << "usage: " << argv[0] << " [--multithreaded], with GradBench's messages on standard input\n";
    return 2;
  }
  if (!multithreaded && openblas_set_num_threads) openblas_set_num_threads(1);
  std::ostream nowhere(nullptr);
  arma::set_cerr_stream(nowhere);  // its errors are exceptions too
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << gradbench::respond(line).dump(-1, ' ', false, gradbench::json::error_handler_t::replace) << std::endl;
  }
}
