# What `cmake --install` puts in place: the library, its public headers in include/xgrad, the licence, and what
# find_package(xgrad) reads.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Kernels and what only our own .cpp files include stay at home, and with them every header of somebody else's.
set(xgrad_private_headers
  "core/(memory/(shared_blocks|size_classes|system_memory)|parallel/(parallel_for|thread_pool)|tensor/(copy|dispatch|random_fill|raw|walk)|autograd/(engine|node_scope)|ops/check_index|ops/unary|debug/(finite_differences|gradcheck_(cause|compare|report))|io/(atomic_file|half|safetensors_header|safetensors_types))|nn/members|optim/parameters")
install(FILES "${PROJECT_SOURCE_DIR}/xgrad.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad" COMPONENT development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/core" "${PROJECT_SOURCE_DIR}/nn" "${PROJECT_SOURCE_DIR}/optim"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad" COMPONENT development
  FILES_MATCHING PATTERN "*.hpp"
  PATTERN kernels EXCLUDE
  PATTERN rows EXCLUDE
  REGEX "/(${xgrad_private_headers})\\.hpp$" EXCLUDE)

install(TARGETS xgrad EXPORT xgrad
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT runtime)

set(folder "${CMAKE_INSTALL_LIBDIR}/cmake/xgrad")
install(EXPORT xgrad NAMESPACE xgrad:: FILE xgradTargets.cmake DESTINATION "${folder}" COMPONENT development)

# A shared library brings what it uses along; a static one leaves it to the program to link.
get_target_property(type xgrad TYPE)
set(XGRAD_IS_STATIC OFF)
if(type STREQUAL "STATIC_LIBRARY")
  set(XGRAD_IS_STATIC ON)
endif()
set(XGRAD_BLAS_THROUGH_PKG_CONFIG OFF)
if(XGRAD_BLAS_LIBRARY STREQUAL "PkgConfig::OPENBLAS")
  set(XGRAD_BLAS_THROUGH_PKG_CONFIG ON)
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/xgradConfig.cmake.in" "${PROJECT_BINARY_DIR}/xgradConfig.cmake"
  INSTALL_DESTINATION "${folder}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 each minor version may break what the one before promised.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/xgradConfig.cmake" "${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake"
  DESTINATION "${folder}" COMPONENT development)
