# The packages that libarmagrad needs, as imported targets; read by the build and by an installed armagradConfig.cmake.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Armadillo)
if(NOT TARGET armagrad::Armadillo)  # CMake's module makes no target
  add_library(armagrad::Armadillo INTERFACE IMPORTED GLOBAL)
  set_target_properties(armagrad::Armadillo PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${ARMADILLO_INCLUDE_DIRS}"
    INTERFACE_LINK_LIBRARIES "${ARMADILLO_LIBRARIES}")
endif()

# armagrad_pkg(NAME MODULE): PkgConfig::ARMAGRAD_NAME, where pkg-config knows the module. Without a module, as where an
# installed library was built without it, nothing.
find_package(PkgConfig QUIET)
macro(armagrad_pkg name)
  if(PkgConfig_FOUND AND NOT "${ARGN}" STREQUAL "")
    pkg_check_modules(ARMAGRAD_${name} QUIET IMPORTED_TARGET GLOBAL ${ARGN})
  endif()
endmacro()

# armagrad_cholmod(): PkgConfig::ARMAGRAD_CHOLMOD, also of a SuiteSparse before 7, which pkg-config does not know.
macro(armagrad_cholmod)
  armagrad_pkg(CHOLMOD CHOLMOD)
  find_path(ARMAGRAD_CHOLMOD_INCLUDE cholmod_core.h PATH_SUFFIXES suitesparse)
  find_library(ARMAGRAD_CHOLMOD_LIBRARY cholmod)
  mark_as_advanced(ARMAGRAD_CHOLMOD_INCLUDE ARMAGRAD_CHOLMOD_LIBRARY)
  if(NOT TARGET PkgConfig::ARMAGRAD_CHOLMOD AND ARMAGRAD_CHOLMOD_INCLUDE AND ARMAGRAD_CHOLMOD_LIBRARY)
    add_library(PkgConfig::ARMAGRAD_CHOLMOD INTERFACE IMPORTED GLOBAL)
    set_target_properties(PkgConfig::ARMAGRAD_CHOLMOD PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES ${ARMAGRAD_CHOLMOD_INCLUDE} INTERFACE_LINK_LIBRARIES ${ARMAGRAD_CHOLMOD_LIBRARY})
    file(STRINGS ${ARMAGRAD_CHOLMOD_INCLUDE}/cholmod_core.h ARMAGRAD_CHOLMOD_VERSION REGEX "define CHOLMOD_.*_VERSION +[0-9]")
    string(REGEX REPLACE "[^0-9;]" "" ARMAGRAD_CHOLMOD_VERSION "${ARMAGRAD_CHOLMOD_VERSION}")
    list(JOIN ARMAGRAD_CHOLMOD_VERSION . ARMAGRAD_CHOLMOD_VERSION)
  endif()
endmacro()
