# ARMAGRAD_KERNEL_SETS: wider instruction sets for which kernels are compiled as well. There are none where the library
# is built for this machine, or where the flags allow one of them already.
include(CheckCXXSourceCompiles)
get_directory_property(flags COMPILE_OPTIONS)
list(FILTER flags INCLUDE REGEX "^-m")
list(JOIN flags " " CMAKE_REQUIRED_FLAGS)
check_cxx_source_compiles("#if !defined(__x86_64__) || defined(__AVX2__)\n#error\n#endif\nint main() {}" ARMAGRAD_PLAIN_X86)
unset(CMAKE_REQUIRED_FLAGS)
if(ARMAGRAD_PLAIN_X86 AND NOT ARMAGRAD_NATIVE)
  set(ARMAGRAD_KERNEL_SETS avx2 avx512 CACHE STRING "Instruction sets to hold kernels for and choose from at run time")
else()
  set(ARMAGRAD_KERNEL_SETS "")
endif()
