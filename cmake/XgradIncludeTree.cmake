# Flat source folders, and still `#include <xgrad/nn/attention.hpp>` everywhere: links in the build tree make it so.
set(XGRAD_INCLUDE_TREE "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${XGRAD_INCLUDE_TREE}/xgrad")
foreach(entry core nn optim xgrad.hpp)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${entry}" "${XGRAD_INCLUDE_TREE}/xgrad/${entry}" SYMBOLIC COPY_ON_ERROR)
endforeach()
