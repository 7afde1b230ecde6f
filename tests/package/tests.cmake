# The ways to use xgrad in another project, each with the README's first example: installed and found, as a subdirectory,
# and fetched; static and shared. The installed xgrad is the one that is already built. The other ways build xgrad,
# once for all of them, in one folder, without SIMD and optimisation. `ctest -LE slow` leaves them out.
set(folder "${CMAKE_CURRENT_BINARY_DIR}/package")
set(check -DPROGRAM=${CMAKE_CURRENT_BINARY_DIR}/readme_1.cpp "-DEXPECTED=${readme_1_output}"
  -DXGRAD_SOURCE=${PROJECT_SOURCE_DIR})
string(CONCAT common "-G;${CMAKE_GENERATOR};-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER};"
  "-DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS};-DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}")
set(script "${CMAKE_CURRENT_LIST_DIR}/check.cmake")

# Packages that a user does not need: the tests forbid finding them. A shared library needs none at all.
foreach(package xtl xtensor xsimd nlohmann_json)
  list(APPEND unneeded "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()
foreach(package PkgConfig BLAS OpenMP Threads)
  list(APPEND unneeded_shared "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()

function(xgrad_package_tests kind build_folder library limit)  # kind: the prefix of the tests' names
  set(prefix "${folder}/${kind}")
  add_test(NAME ${kind}_install
    COMMAND sh -c "rm -rf \"$0\" && \"$1\" --install \"$2\" --prefix \"$0\""
      "${prefix}" "${CMAKE_COMMAND}" "${build_folder}")
  set_tests_properties(${kind}_install PROPERTIES FIXTURES_SETUP ${kind})
  add_test(NAME ${kind}_contents COMMAND "${CMAKE_COMMAND}" -DPREFIX=${prefix}
    -DLIBRARY=${prefix}/${CMAKE_INSTALL_LIBDIR}/${library} -DLIMIT=${limit} -DCOMPILER=${CMAKE_CXX_COMPILER}
    -DSTRIP=${CMAKE_STRIP} -DREADELF=${CMAKE_READELF} -P "${CMAKE_CURRENT_LIST_DIR}/installed.cmake")
  add_test(NAME ${kind}_find_package COMMAND "${CMAKE_COMMAND}" -DWAY=find_package ${check} -DPREFIX=${prefix}
    -DBINARY_DIR=${folder}/${kind}-consumer "-DARGUMENTS=${common};${ARGN}" -P "${script}")
  set_tests_properties(${kind}_contents ${kind}_find_package PROPERTIES FIXTURES_REQUIRED ${kind})
endfunction()

# Only an optimised library has a size limit.
set(limit 0)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CMAKE_CXX_FLAGS)
  set(limit 6800000)
endif()
if(BUILD_SHARED_LIBS)
  xgrad_package_tests(package "${PROJECT_BINARY_DIR}" "$<TARGET_FILE_NAME:xgrad>" ${limit} ${unneeded} ${unneeded_shared})
else()
  xgrad_package_tests(package "${PROJECT_BINARY_DIR}" "$<TARGET_FILE_NAME:xgrad>" ${limit} ${unneeded})
endif()

if(sanitized)
  return()
endif()
set(quick "${common};-DCMAKE_BUILD_TYPE=Debug;-DXGRAD_XSIMD=OFF;-DXGRAD_INSTALL=ON")
set(previous "")
foreach(way add_subdirectory FetchContent shared)
  set(shared OFF)
  set(WAY ${way})
  if(way STREQUAL "shared")
    set(shared ON)
    set(WAY FetchContent)
  endif()
  add_test(NAME package_${way} COMMAND "${CMAKE_COMMAND}" -DWAY=${WAY} ${check} -DBINARY_DIR=${folder}/built
    "-DARGUMENTS=${quick};-DBUILD_SHARED_LIBS=${shared}" -P "${script}")
  set_tests_properties(package_${way} PROPERTIES LABELS slow RESOURCE_LOCK xgrad_package_build DEPENDS "${previous}"
    PROCESSORS 2 TIMEOUT 1500)
  set(previous package_${way})
endforeach()
set(shared_library "${CMAKE_SHARED_LIBRARY_PREFIX}xgrad${CMAKE_SHARED_LIBRARY_SUFFIX}")
xgrad_package_tests(package_shared "${folder}/built/_deps/xgrad-build" ${shared_library} 0 ${unneeded} ${unneeded_shared})
set_tests_properties(package_shared PROPERTIES FIXTURES_SETUP package_shared_built)
set_tests_properties(package_shared_install PROPERTIES LABELS slow FIXTURES_REQUIRED package_shared_built)
set_tests_properties(package_shared_contents package_shared_find_package PROPERTIES LABELS slow)
