# The optional component xgrad::mpi: data-parallel training. The rest of xgrad never needs it.
set(XGRAD_HAVE_MPI OFF)
if(XGRAD_MPI AND NOT EMSCRIPTEN)
  set(MPI_CXX_SKIP_MPICXX ON)  # MPI's former C++ interface
  find_package(MPI QUIET COMPONENTS CXX)
  set(XGRAD_HAVE_MPI ${MPI_CXX_FOUND})
endif()
if(NOT XGRAD_HAVE_MPI)
  if(XGRAD_MPI AND NOT PROJECT_IS_TOP_LEVEL)
    message(FATAL_ERROR "xgrad: XGRAD_MPI is ON, but no MPI is found (Debian's is libopenmpi-dev)")
  elseif(XGRAD_MPI)
    message(STATUS "xgrad: without xgrad::mpi, as no MPI is found (Debian's is libopenmpi-dev)")
  endif()
  return()
endif()
add_library(xgrad_mpi mpi/communicator.cpp mpi/data_parallel.cpp)
add_library(xgrad::mpi ALIAS xgrad_mpi)
set_target_properties(xgrad_mpi PROPERTIES EXPORT_NAME mpi POSITION_INDEPENDENT_CODE ON
  VERSION "${PROJECT_VERSION}" SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
target_link_libraries(xgrad_mpi PUBLIC xgrad::xgrad PRIVATE MPI::MPI_CXX "$<BUILD_INTERFACE:xgrad_warnings>")

if(XGRAD_INSTALL)
  include(GNUInstallDirs)
  install(FILES mpi/communicator.hpp mpi/data_parallel.hpp DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad/mpi" COMPONENT development)
  install(TARGETS xgrad_mpi EXPORT xgrad_mpi
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development)
  install(EXPORT xgrad_mpi NAMESPACE xgrad:: FILE xgradMpiTargets.cmake
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/xgrad" COMPONENT development)
endif()
