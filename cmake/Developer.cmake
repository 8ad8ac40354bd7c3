# What only a developer of this library needs. A consumer never includes this file.
add_library(tenon_dev INTERFACE)
target_compile_options(tenon_dev INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# GCC 12 and 13 see copies that overlap and members that nobody set in the standard library's own strings and variants, once they are
# inlined (GCC bugs 105651, 105593). Debug builds keep both warnings.
target_compile_options(tenon_dev INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-restrict;-Wno-maybe-uninitialized>)
if(TENON_SANITIZE)
  add_compile_options(-fsanitize=${TENON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TENON_SANITIZE})
endif()
find_program(TENON_CCACHE ccache)
if(TENON_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TENON_CCACHE})
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# tenon_add_test(name LIBS ... SOURCES ...): a doctest program. scripts/test runs all of <build>/doctest and sums their counts.
find_package(doctest 2.4.9 REQUIRED)
function(tenon_add_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/main.cpp)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/doctest)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} doctest::doctest tenon_dev)
  # Tests are many small checks: what they cost is their compilation. The library keeps its own level.
  target_compile_definitions(${name} PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
  target_compile_options(${name} PRIVATE -O0)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS doctest)
endfunction()

# tenon_add_mongo_test(name LIBS ... SOURCES ...): a doctest program that needs a real server, named by TENON_MONGODB_URI. scripts/test starts
# one and runs all of <build>/doctest_mongo; without a server such a program fails.
function(tenon_add_mongo_test name)
  tenon_add_test(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/doctest_mongo)
  target_compile_definitions(${name} PRIVATE TENON_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()
