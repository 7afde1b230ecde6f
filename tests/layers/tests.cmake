# Each folder includes only the layers below it (scripts/check_layers.py); and the script finds an include that does not.
find_package(Python3 QUIET COMPONENTS Interpreter)
if(Python3_FOUND)
  set(check_layers "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/check_layers.py")
  add_test(NAME layers COMMAND ${check_layers})
  add_test(NAME layers_upward COMMAND ${check_layers} "${CMAKE_CURRENT_LIST_DIR}")
  set_tests_properties(layers_upward PROPERTIES PASS_REGULAR_EXPRESSION
    "^core/base/low.hpp includes core/ops/high.hpp, but core/base is below core/ops\ncore/stray.hpp is in no layer\n$")
endif()
