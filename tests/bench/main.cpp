#include <benchmark/benchmark.h>

#include <cstdio>
#include <string_view>

extern "C" [[gnu::weak]] char* openblas_get_config();

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--blas") {
    std::puts(openblas_get_config ? openblas_get_config() : "not OpenBLAS");
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
