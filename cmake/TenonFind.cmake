# The packages under tenon's targets, found the same way by its own build and by tenonConfig.cmake.
# Distributions differ in what they bring: some packages have CMake configs, some pkg-config files, some neither.
# The least versions are those of Debian 12, the oldest that the tests run on; vcpkg.json and conanfile.py say the same.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt 9.1 REQUIRED)

# tl-expected: a config from vcpkg, Conan and newer Debian; one header in older ones.
find_package(tl-expected QUIET)
if(NOT TARGET tl::expected)
  find_path(TENON_TL_EXPECTED_INCLUDE tl/expected.hpp REQUIRED)
  add_library(tl::expected INTERFACE IMPORTED)
  target_include_directories(tl::expected INTERFACE ${TENON_TL_EXPECTED_INCLUDE})
endif()

if(NOT TARGET PkgConfig::PCRE2)
  pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.42)
endif()

# Intel's decimal library, built with arguments by value and rounding and flags passed (Debian's variant 000).
if(NOT TARGET tenon::bid)
  find_library(TENON_BID_LIBRARY NAMES bidgcc000 intelrdfpmath bid REQUIRED)
  find_path(TENON_BID_INCLUDE bid_functions.h REQUIRED)
  add_library(tenon::bid UNKNOWN IMPORTED)
  set_target_properties(tenon::bid PROPERTIES IMPORTED_LOCATION ${TENON_BID_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${TENON_BID_INCLUDE})
endif()

if(TENON_SQLITE)
  find_package(SQLite3 3.40 REQUIRED)
endif()

# libmongoc: a CMake config from 2.x, vcpkg and Conan, pkg-config files from the distributions' 1.x, and the config of a 1.x that has none.
if(TENON_MONGO AND NOT TARGET tenon::libmongoc)
  add_library(tenon::libmongoc INTERFACE IMPORTED)
  find_package(mongoc 2 CONFIG QUIET)
  if(mongoc_FOUND)
    target_link_libraries(tenon::libmongoc INTERFACE $<IF:$<TARGET_EXISTS:mongoc::shared>,mongoc::shared,mongoc::static>)
  else()
    pkg_check_modules(MONGOC IMPORTED_TARGET libmongoc-1.0>=1.23)
    if(MONGOC_FOUND)
      target_link_libraries(tenon::libmongoc INTERFACE PkgConfig::MONGOC)
    else()
      find_package(mongoc-1.0 1.23 CONFIG REQUIRED)
      target_link_libraries(tenon::libmongoc INTERFACE $<IF:$<TARGET_EXISTS:mongo::mongoc_shared>,mongo::mongoc_shared,mongo::mongoc_static>)
    endif()
  endif()
endif()
