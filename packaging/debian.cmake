# cpack makes one .deb: the programs, the library and what is needed to compile against it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME armagrad)
set(CPACK_PACKAGE_CONTACT "Armagrad developers <armagrad@localhost>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # of the programs and a shared library; for compiling, the rest
string(REGEX MATCH "^[0-9]+\\.[0-9]+" armadillo "${ARMADILLO_VERSION_STRING}")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libarmadillo-dev (>= 1:${armadillo}), libarmadillo-dev (<< 1:${armadillo}.99)")
if(TARGET PkgConfig::ARMAGRAD_SLEEF AND NOT BUILD_SHARED_LIBS)  # a static library leaves SLEEF to its user
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", libsleef-dev, pkg-config")
endif()
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libnlopt-cxx-dev")
include(CPack)
