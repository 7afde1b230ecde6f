# Objects of the library that are compiled with flags of their own.

set(xgrad_gcc_release "$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>")

# The sources behind the two names become the object library `name`, and its objects a part of `target`.
function(xgrad_add_objects target name)
  add_library(${name} OBJECT ${ARGN})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(${name} PRIVATE xgrad_warnings)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${name}>)
endfunction()
