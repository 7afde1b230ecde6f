# Finds the libraries that xgrad uses. Threads, nlohmann_json and xtl (for files) are required. BLAS, OpenMP and xsimd are
# optional, and used if found.

set(XGRAD_HAVE_BLAS OFF)
if(XGRAD_BLAS)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(OPENBLAS QUIET IMPORTED_TARGET openblas)
  endif()
  if(TARGET PkgConfig::OPENBLAS)
    set(XGRAD_BLAS_LIBRARY PkgConfig::OPENBLAS)
  else()
    find_package(BLAS QUIET)
    if(BLAS_FOUND)
      set(XGRAD_BLAS_LIBRARY BLAS::BLAS)
    endif()
  endif()
  if(XGRAD_BLAS_LIBRARY)
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_LIBRARIES ${XGRAD_BLAS_LIBRARY})
    check_cxx_source_compiles("#include <cblas.h>
      int main() { return cblas_sdot(0, nullptr, 1, nullptr, 1) != 0.0f; }" XGRAD_CBLAS_WORKS)
    check_cxx_source_compiles("#include <cblas.h>
      int main() { openblas_set_num_threads(1); return openblas_get_parallel() + openblas_get_corename()[0]; }"
      XGRAD_HAVE_OPENBLAS)
    unset(CMAKE_REQUIRED_LIBRARIES)
    set(XGRAD_HAVE_BLAS ${XGRAD_CBLAS_WORKS})
  endif()
endif()

find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(xtl REQUIRED)

# Needed only to keep OpenBLAS's OpenMP build in the thread that calls it.
set(XGRAD_HAVE_OPENMP OFF)
if(XGRAD_OPENMP)
  find_package(OpenMP QUIET COMPONENTS CXX)
  set(XGRAD_HAVE_OPENMP ${OpenMP_CXX_FOUND})
endif()

set(XGRAD_HAVE_XSIMD OFF)
if(XGRAD_XSIMD)
  find_package(xsimd QUIET)
  set(XGRAD_HAVE_XSIMD ${xsimd_FOUND})
endif()

foreach(part BLAS OPENMP XSIMD)
  if(XGRAD_HAVE_${part})
    set(XGRAD_HAVE_${part} ON)
  else()
    set(XGRAD_HAVE_${part} OFF)
  endif()
endforeach()
message(STATUS "xgrad: BLAS ${XGRAD_HAVE_BLAS}, OpenMP ${XGRAD_HAVE_OPENMP}, xsimd ${XGRAD_HAVE_XSIMD}")

function(xgrad_use_xsimd target)
  if(XGRAD_HAVE_XSIMD)
    target_include_directories(${target} SYSTEM PRIVATE
      $<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>)
    target_compile_definitions(${target} PRIVATE XGRAD_HAVE_XSIMD)
  endif()
endfunction()

function(xgrad_use_dependencies target)
  xgrad_use_xsimd(${target})
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(XGRAD_HAVE_BLAS)
    target_link_libraries(${target} PRIVATE ${XGRAD_BLAS_LIBRARY})
    target_compile_definitions(${target} PRIVATE XGRAD_HAVE_BLAS $<$<BOOL:${XGRAD_HAVE_OPENBLAS}>:XGRAD_HAVE_OPENBLAS>)
  endif()
  if(XGRAD_HAVE_OPENMP)
    target_link_libraries(${target} PRIVATE OpenMP::OpenMP_CXX)
  endif()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> $<BUILD_INTERFACE:xtl>)
endfunction()

# Finds a package that `part` (tests or examples) needs; without it, configuring fails and names the switch.
macro(xgrad_require package part)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    string(TOUPPER ${part} switch)
    message(FATAL_ERROR "xgrad: the ${part} need ${package}, which is not found. scripts/setup.sh installs it; "
      "-DXGRAD_BUILD_${switch}=OFF does without.")
  endif()
endmacro()
