# Builds the project beside this file like a user would, and runs it:
#   cmake -DWAY=find_package -DPROGRAM=first.cpp -DEXPECTED=REGEX -DBINARY_DIR=DIR [-DXGRAD_SOURCE=DIR] [-DPREFIX=DIR]
#         [-DARGUMENTS="-DNAME=VALUE;..."] -P check.cmake
function(run result)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}\nended with ${status}")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

if(WAY STREQUAL "find_package")
  list(APPEND ARGUMENTS "-DCMAKE_PREFIX_PATH=${PREFIX}")
  file(REMOVE_RECURSE "${BINARY_DIR}")
endif()
run(output "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${BINARY_DIR}" -DWAY=${WAY} "-DPROGRAM=${PROGRAM}"
  "-DXGRAD_SOURCE=${XGRAD_SOURCE}" ${ARGUMENTS})
run(output "${CMAKE_COMMAND}" --build "${BINARY_DIR}" --target consumer)
run(output "${BINARY_DIR}/consumer")
if(NOT output MATCHES "${EXPECTED}")
  message(FATAL_ERROR "unexpected output:\n${output}")
endif()
