# The judge of exercises/, on the solutions of each exercise, with the library that the package tests install: only in the
# build that students have, which is the plain release.
if(Python3_FOUND AND XGRAD_INSTALL AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CMAKE_CXX_FLAGS AND NOT BUILD_SHARED_LIBS)
  function(xgrad_judge_test name script processors)
    add_test(NAME judge_${name} COMMAND "${Python3_EXECUTABLE}" -X utf8 "${PROJECT_SOURCE_DIR}/exercises/${script}" ${ARGN})
    set_tests_properties(judge_${name} PROPERTIES FIXTURES_REQUIRED package RESOURCE_LOCK judge PROCESSORS ${processors}
      TIMEOUT 600 ENVIRONMENT "XGRAD_PREFIX=${CMAKE_CURRENT_BINARY_DIR}/package/package")
  endfunction()

  file(GLOB exercises CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/exercises" "${PROJECT_SOURCE_DIR}/exercises/*/task.md")
  foreach(exercise IN LISTS exercises)
    cmake_path(GET exercise PARENT_PATH name)
    xgrad_judge_test(${name} test_judge.py 2 ${name})
  endforeach()
  xgrad_judge_test(hints test_compiler_errors.py 1)
  xgrad_judge_test(hostile test_hostile.py 2)
endif()
