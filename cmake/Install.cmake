# find_package(tenon CONFIG REQUIRED): targets, headers, and a config that looks up only what was built.
include(CMakePackageConfigHelpers)
set(tenon_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tenon)

get_property(tenon_libraries GLOBAL PROPERTY TENON_LIBRARIES)
install(TARGETS ${tenon_libraries} tenon_pfr EXPORT tenonTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/tenon DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
if(TENON_BUNDLE_PFR)
  install(DIRECTORY ${pfr_include}/boost/pfr DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tenon-boost/boost)
  install(FILES ${pfr_include}/boost/pfr.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tenon-boost/boost)
endif()
install(EXPORT tenonTargets NAMESPACE tenon:: DESTINATION ${tenon_cmake_dir})
configure_package_config_file(cmake/tenonConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/tenonConfig.cmake
                              INSTALL_DESTINATION ${tenon_cmake_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/tenonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tenonConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tenonConfigVersion.cmake
              cmake/TenonFind.cmake DESTINATION ${tenon_cmake_dir})
