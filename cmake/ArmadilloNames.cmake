# Writes the header OUTPUT, which makes the functions of docs/names.md that Armadillo has under the same names visible in
# namespace arma. Included by the build, and a script for who has none:
#   cmake -DOUTPUT=FILE [-DARMADILLO_INCLUDE_DIRS=DIR] -P cmake/ArmadilloNames.cmake
cmake_minimum_required(VERSION 3.25)
block()
if(NOT ARMADILLO_INCLUDE_DIRS)
  find_path(ARMADILLO_INCLUDE_DIRS armadillo PATHS /usr/include /usr/local/include REQUIRED)
endif()
list(GET ARMADILLO_INCLUDE_DIRS 0 headers)
file(GLOB headers ${headers}/armadillo_bits/fn_*.hpp)
if(NOT headers)
  message(FATAL_ERROR "no armadillo_bits/fn_*.hpp in ${ARMADILLO_INCLUDE_DIRS}: give -DARMADILLO_INCLUDE_DIRS=DIR, the folder of <armadillo>")
endif()
set(functions "")  # each as "\nname(": Armadillo's headers write a function's name at the beginning of a line
foreach(header ${headers})
  file(READ ${header} text)
  string(REGEX MATCHALL "\n(inline )?([a-z]+ )?[a-z0-9_]+[ \n]*\\(" found "${text}")
  list(APPEND functions ${found})
endforeach()
list(TRANSFORM functions REPLACE "^\n(.* )?([a-z0-9_]+)[ \n]*\\($" "\\2")

set(page ${CMAKE_CURRENT_LIST_DIR}/../docs/names.md)
file(STRINGS ${page} public REGEX "^\\| `armagrad/ops/")
string(REGEX MATCHALL "`[a-z0-9_]+`" public "${public}")
list(REMOVE_DUPLICATES public)
list(SORT public)
set(names "")
foreach(name ${public})
  string(REPLACE "`" "" name ${name})
  if(name IN_LIST functions)
    string(APPEND names "using armagrad::${name};\n")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#pragma once
// Made by cmake/ArmadilloNames.cmake. The functions that Armadillo has under the same names, for code that says
// arma::exp(x): where an argument is a Var they are called, and nowhere else do they take part.

#include <armagrad/ops/all.hpp>

namespace arma {
@names@}  // namespace arma
]])
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
endif()
endblock()
