# What the library stands on, for its own build. TenonFind.cmake is installed too: the package looks the same things up.
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
include(TenonFind)

# Boost.PFR with the names of fields: Boost 1.84 and later. scripts/deps puts its headers into build/deps where the
# distribution's Boost is older; they are installed with ours then.
set(TENON_BUNDLE_PFR OFF)
find_path(TENON_BOOST_INCLUDE boost/pfr/core_name.hpp)
if(NOT TENON_BOOST_INCLUDE)
  set(TENON_BUNDLE_PFR ON)
  find_path(TENON_BUNDLED_BOOST_INCLUDE boost/pfr/core_name.hpp
            HINTS ${PROJECT_SOURCE_DIR}/build/deps/boost/usr/include NO_DEFAULT_PATH)
  set(pfr_include ${TENON_BUNDLED_BOOST_INCLUDE})
  if(NOT pfr_include)
    include(FetchContent)
    FetchContent_Declare(pfr GIT_REPOSITORY https://github.com/boostorg/pfr.git GIT_TAG boost-1.88.0 SOURCE_SUBDIR none)
    FetchContent_MakeAvailable(pfr)
    set(pfr_include ${pfr_SOURCE_DIR}/include)
  endif()
else()
  set(pfr_include ${TENON_BOOST_INCLUDE})
endif()
message(STATUS "Boost.PFR: ${pfr_include}")

add_library(tenon_pfr INTERFACE)
set_target_properties(tenon_pfr PROPERTIES EXPORT_NAME pfr)
target_include_directories(tenon_pfr SYSTEM INTERFACE $<BUILD_INTERFACE:${pfr_include}>)
if(TENON_BUNDLE_PFR)
  target_include_directories(tenon_pfr SYSTEM INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tenon-boost>)
endif()
