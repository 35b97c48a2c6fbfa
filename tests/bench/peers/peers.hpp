#pragma once
// What the programs of scripts/bench --peers share: a list of ways to compute a model's value and gradient, printed as
// JSON: `PROGRAM gradients` prints values and gradients, `PROGRAM times` microseconds, of one turn.

#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <utility>

#include "models.hpp"

namespace peers {

/// The value at p; the gradient is written to g.
using Gradient = std::function<double(const Vec& p, Vec& g)>;

struct Contestants {
  struct One {
    std::string model, row, way;  // way: plain, anew or replayed
    Vec at;
    std::function<Gradient()> make;
  };
  std::vector<One> all;
  template <class Model>
  void add(const Model& model, const char* row, const char* way, std::function<Gradient()> make) {
    all.push_back({model.name, row, way, model.at, std::move(make)});
  }

  /// The processor's time for one call, of as many as take 10 ms; other processes of the machine do not count.
  static double microseconds(const Gradient& f, const Vec& at, Vec& g) {
    f(at, g);
    for (long calls = 1;; calls *= 2) {
      const std::clock_t start = std::clock();
      for (long i = 0; i < calls; ++i) f(at, g);
      const double us = double(std::clock() - start) * 1e6 / CLOCKS_PER_SEC;
      if (us > 10000) return us / double(calls);
    }
  }

  int main(int argc, char** argv) const {
    const bool gradients = argc == 2 && !std::strcmp(argv[1], "gradients");
    if (!gradients && !(argc == 2 && !std::strcmp(argv[1], "times"))) {
      std::fprintf(stderr, "usage: %s gradients|times\n", argv[0]);
      return 2;
    }
    const char* separator = "[";
    for (const One& one : all) {
      const Gradient f = one.make();
      Vec p = one.at, g(p.size());
      std::printf("%s{\"model\": \"%s\", \"row\": \"%s\", \"way\": \"%s\", ", separator, one.model.c_str(),
                  one.row.c_str(), one.way.c_str());
      if (gradients) {  // elsewhere than where it was recorded
        for (std::size_t i = 0; i < p.size(); ++i) p[i] += i % 2 ? -.05 : .03;
        std::printf("\"value\": %.17g, \"gradient\": ", f(p, g));
        for (std::size_t i = 0; i < g.size(); ++i) std::printf("%s%.17g", i ? ", " : "[", g[i]);
        std::printf("]}");
      } else {
        std::printf("\"us\": %.6g}", microseconds(f, p, g));
      }
      std::fflush(stdout);
      separator = ",\n";
    }
    std::puts("]");
    return 0;
  }
};

}  // namespace peers
