# The judge of exercises/, on the solutions of each exercise, with the library that the package tests install.
if(Python3_FOUND AND XGRAD_INSTALL AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CMAKE_CXX_FLAGS AND NOT BUILD_SHARED_LIBS)
  file(GLOB exercises CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/exercises" "${PROJECT_SOURCE_DIR}/exercises/*/task.md")
  foreach(exercise IN LISTS exercises)
    cmake_path(GET exercise PARENT_PATH name)
    add_test(NAME judge_${name} COMMAND "${Python3_EXECUTABLE}" -X utf8 "${PROJECT_SOURCE_DIR}/exercises/test_judge.py" ${name})
    set_tests_properties(judge_${name} PROPERTIES FIXTURES_REQUIRED package RESOURCE_LOCK judge PROCESSORS 2 TIMEOUT 600
      ENVIRONMENT "XGRAD_PREFIX=${CMAKE_CURRENT_BINARY_DIR}/package/package")
  endforeach()
  add_test(NAME judge_hints COMMAND "${Python3_EXECUTABLE}" -X utf8 "${PROJECT_SOURCE_DIR}/exercises/test_compiler_errors.py")
  set_tests_properties(judge_hints PROPERTIES FIXTURES_REQUIRED package RESOURCE_LOCK judge TIMEOUT 600
    ENVIRONMENT "XGRAD_PREFIX=${CMAKE_CURRENT_BINARY_DIR}/package/package")
  add_test(NAME judge_hostile COMMAND "${Python3_EXECUTABLE}" -X utf8 "${PROJECT_SOURCE_DIR}/exercises/test_hostile.py")
  set_tests_properties(judge_hostile PROPERTIES FIXTURES_REQUIRED package RESOURCE_LOCK judge PROCESSORS 2 TIMEOUT 600
    ENVIRONMENT "XGRAD_PREFIX=${CMAKE_CURRENT_BINARY_DIR}/package/package")
endif()
