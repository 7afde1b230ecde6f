# The header-only libraries, for Emscripten. Their folder, mostly /usr/include, also has the C library's headers of this
# machine, which must not be found instead of Emscripten's. So links to the libraries' own folders stand in a folder apart.

set(xgrad_headers "${PROJECT_BINARY_DIR}/headers")
file(MAKE_DIRECTORY "${xgrad_headers}")

# The target `target` for the library whose headers are in the folder `name`.
function(xgrad_header_library target name)
  find_path(XGRAD_${name}_PARENT ${name} PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH)
  if(NOT XGRAD_${name}_PARENT)
    return()
  endif()
  file(CREATE_LINK "${XGRAD_${name}_PARENT}/${name}" "${xgrad_headers}/${name}" SYMBOLIC)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE "${xgrad_headers}")
endfunction()

xgrad_header_library(nlohmann_json::nlohmann_json nlohmann)
xgrad_header_library(xtl xtl)
# WebAssembly has no flags of floating-point exceptions, so its <cfenv> lacks their names, which xtl's half_float writes.
target_compile_definitions(xtl INTERFACE FE_INVALID=0 FE_DIVBYZERO=0 FE_OVERFLOW=0 FE_UNDERFLOW=0 FE_INEXACT=0)
xgrad_header_library(xtensor xtensor)
target_link_libraries(xtensor INTERFACE xtl)
xgrad_header_library(doctest::doctest doctest)

# `target` becomes a program for node, which ctest then uses. It reads and writes the machine's files. Its memory is limited
# as in the page.
find_program(XGRAD_NODE node)
function(xgrad_node_program target)
  target_link_options(${target} PRIVATE -sNODERAWFS -sEXIT_RUNTIME -sENVIRONMENT=node -sALLOW_MEMORY_GROWTH
    -sMAXIMUM_MEMORY=1GB -sTOTAL_STACK=8MB)
  # Without fetch, the loader of Emscripten 3.1 opens the module as a file, as it must in node.
  set_target_properties(${target} PROPERTIES CROSSCOMPILING_EMULATOR "${XGRAD_NODE};--no-experimental-fetch")
endfunction()
