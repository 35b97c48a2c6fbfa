# Untried: written from Conan 2's documentation. In a copy of the repository:  conan create packaging/conan
import re
from pathlib import Path

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Armagrad(ConanFile):
    name = "armagrad"
    description = "Automatic differentiation for Armadillo"
    license = "BSD-3-Clause"
    package_type = "library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    requires = "armadillo/12.6.4"

    def set_version(self):
        lists = Path(self.recipe_folder, "../../CMakeLists.txt").read_text()
        self.version = re.search(r"VERSION ([\d.]+) LANGUAGES", lists)[1]

    def export_sources(self):
        root = Path(self.recipe_folder).resolve().parents[1]
        exported = ("CMakeLists.txt", "LICENSE", "README.md", "autograd/*", "layers/*", "cmake/*", "packaging/*", "docs/names.md")
        for pattern in exported:
            copy(self, pattern, root, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for option in ("NATIVE", "APPS", "TESTS", "SLEEF", "CHOLMOD", "NLOPT"):
            toolchain.cache_variables[f"ARMAGRAD_{option}"] = False
        toolchain.cache_variables["CMAKE_FIND_PACKAGE_PREFER_CONFIG"] = False  # CMake's own FindArmadillo
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, Path(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.components["armagrad"].libs = ["armagrad"]
        self.cpp_info.components["armagrad"].requires = ["armadillo::armadillo"]
        self.cpp_info.components["armagrad"].system_libs = ["pthread"]
        self.cpp_info.components["nn"].libs = ["armagrad_nn"]
        self.cpp_info.components["nn"].requires = ["armagrad"]
