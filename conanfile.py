from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.gnu import PkgConfigDeps


class Tenon(ConanFile):
    name = "tenon"
    version = "0.1.0"
    license = "Apache-2.0"
    description = "Embeddable C++20 repository library: structs map to BSON; one Repository<T> on MongoDB and an embedded SQLite store"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "fPIC": [True, False], "with_sqlite": [True, False], "with_mongo": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_sqlite": True, "with_mongo": True}
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "src/*", "LICENSE"

    def requirements(self):
        # Public headers use Boost.PFR, fmt and tl-expected; the rest stays inside.
        self.requires("boost/[>=1.84 <2]", transitive_headers=True)
        self.requires("fmt/[>=9.1 <12]", transitive_headers=True)
        self.requires("tl-expected/[>=1.0 <2]", transitive_headers=True)
        self.requires("pcre2/[>=10.42 <11]")
        self.requires("intel-dfp/[>=2.0]")
        if self.options.with_sqlite:
            self.requires("sqlite3/[>=3.40 <4]")
        if self.options.with_mongo:
            self.requires("mongo-c-driver/[>=1.23 <3]")

    def build_requirements(self):
        self.test_requires("doctest/[>=2.4.9 <3]")
        if not self.options.with_mongo:
            self.test_requires("mongo-c-driver/[>=1.23 <3]")  # libbson, the peer of the codec's benchmark

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["TENON_DEV"] = False
        toolchain.cache_variables["TENON_SQLITE"] = bool(self.options.with_sqlite)
        toolchain.cache_variables["TENON_MONGO"] = bool(self.options.with_mongo)
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The library's own config is the one to use: it names the same targets everywhere.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs.append("lib/cmake/tenon")
