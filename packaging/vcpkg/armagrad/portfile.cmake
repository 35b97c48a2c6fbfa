# Untried: written from vcpkg's documentation. In a copy of the repository:
#   vcpkg install armagrad --overlay-ports=packaging/vcpkg
# The port builds the copy that it is in.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DARMAGRAD_NATIVE=OFF -DARMAGRAD_APPS=OFF -DARMAGRAD_TESTS=OFF -DARMAGRAD_SLEEF=OFF -DARMAGRAD_CHOLMOD=OFF
    -DARMAGRAD_NLOPT=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/armagrad)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
