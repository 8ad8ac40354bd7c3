# What the library stands on. Debian's packages differ in what they bring: some have CMake configs, some pkg-config files, some neither.
find_package(PkgConfig REQUIRED)
find_package(fmt 9 REQUIRED)

# tl-expected: a config from vcpkg and Conan, Debian's libexpected-dev is one header.
find_package(tl-expected QUIET)
if(NOT TARGET tl::expected)
  find_path(TENON_TL_EXPECTED_INCLUDE tl/expected.hpp REQUIRED)
  add_library(tl::expected INTERFACE IMPORTED)
  target_include_directories(tl::expected INTERFACE ${TENON_TL_EXPECTED_INCLUDE})
endif()

# Boost.PFR with names of fields: Boost 1.84 and later. TENON_BOOST_INCLUDE may name a folder that holds boost/pfr.hpp;
# scripts/deps puts one into build/deps on distributions whose Boost is older.
if(NOT TENON_BOOST_INCLUDE)
  find_path(TENON_BOOST_INCLUDE boost/pfr/core_name.hpp
            HINTS ${CMAKE_SOURCE_DIR}/build/deps/boost/usr/include)
endif()
if(TENON_BOOST_INCLUDE)
  message(STATUS "Boost.PFR: ${TENON_BOOST_INCLUDE}")
else()
  include(FetchContent)
  FetchContent_Declare(pfr GIT_REPOSITORY https://github.com/boostorg/pfr.git GIT_TAG 2.3.2)
  FetchContent_MakeAvailable(pfr)
  set(TENON_BOOST_INCLUDE ${pfr_SOURCE_DIR}/include)
endif()
add_library(tenon_pfr INTERFACE)
set_target_properties(tenon_pfr PROPERTIES EXPORT_NAME pfr)
target_include_directories(tenon_pfr SYSTEM INTERFACE $<BUILD_INTERFACE:${TENON_BOOST_INCLUDE}>)

pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
find_library(TENON_BIDGCC NAMES bidgcc000 intelrdfpmath bid REQUIRED)
if(TENON_SQLITE)
  find_package(SQLite3 3.37 REQUIRED)
endif()
find_package(Threads REQUIRED)
