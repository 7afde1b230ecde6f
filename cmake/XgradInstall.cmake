# `cmake --install` installs the library, its public headers in include/xgrad, the licence, and the files that
# find_package(xgrad) reads.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Not installed: core/kernels, core/rows, and these headers, which only our own .cpp files include. No installed header
# includes one of another library.
set(xgrad_private_headers
  core/memory/shared_blocks core/memory/size_classes core/memory/system_memory
  core/parallel/parallel_for core/parallel/thread_pool
  core/tensor/copy core/tensor/dispatch core/tensor/random_fill core/tensor/raw core/tensor/walk
  core/autograd/engine
  core/ops/check_index core/ops/einsum_equation core/ops/formula_gradient core/ops/loss_parts core/ops/recording core/ops/reshaped core/ops/unary
  core/debug/finite_differences core/debug/gradcheck_cause core/debug/gradcheck_compare core/debug/gradcheck_report
  core/io/atomic_file core/io/half core/io/safetensors_entry core/io/safetensors_header core/io/safetensors_text
  core/io/safetensors_types
  nn/beam_search nn/decoder_blocks nn/decoding nn/heads nn/members nn/transformer_attention
  optim/group_options optim/parameters
  training/chart_axis training/line_chart training/line_file training/markup training/progress_line training/report_curves
  training/report_style)
list(JOIN xgrad_private_headers "|" xgrad_private_headers)
install(FILES "${PROJECT_SOURCE_DIR}/xgrad.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad" COMPONENT development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/core" "${PROJECT_SOURCE_DIR}/nn" "${PROJECT_SOURCE_DIR}/optim"
  "${PROJECT_SOURCE_DIR}/data" "${PROJECT_SOURCE_DIR}/training"
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

# A shared library is linked with the libraries that it uses; for a static one, the program links them.
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
# Before 1.0, each minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/xgradConfig.cmake" "${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake"
  DESTINATION "${folder}" COMPONENT development)
