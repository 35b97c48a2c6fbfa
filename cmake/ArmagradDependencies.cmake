# The packages that libarmagrad needs, as imported targets; read by the build and by an installed armagradConfig.cmake.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Armadillo)
if(NOT TARGET armagrad::Armadillo)  # CMake's module makes no target
  add_library(armagrad::Armadillo INTERFACE IMPORTED GLOBAL)
  set_target_properties(armagrad::Armadillo PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${ARMADILLO_INCLUDE_DIRS}"
    INTERFACE_LINK_LIBRARIES "${ARMADILLO_LIBRARIES}")
endif()

# armagrad_pkg(NAME MODULE): PkgConfig::ARMAGRAD_NAME, where pkg-config knows the module.
find_package(PkgConfig QUIET)
macro(armagrad_pkg name module)
  if(PkgConfig_FOUND)
    pkg_check_modules(ARMAGRAD_${name} QUIET IMPORTED_TARGET GLOBAL ${module})
  endif()
endmacro()
