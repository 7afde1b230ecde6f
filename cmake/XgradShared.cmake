# Properties of a shared library (-DBUILD_SHARED_LIBS=ON). No DEFINE_SYMBOL: its objects are compiled like those of a
# static one.
set_target_properties(xgrad PROPERTIES
  DEFINE_SYMBOL "" VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")  # before 1.0 a minor version may change anything

get_target_property(type xgrad TYPE)
if(type STREQUAL "SHARED_LIBRARY")
  include(CheckLinkerFlag)
  set(map "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/xgrad.map")
  check_linker_flag(CXX "${map}" XGRAD_LINKER_HAS_VERSION_SCRIPTS)
  if(XGRAD_LINKER_HAS_VERSION_SCRIPTS)
    target_link_options(xgrad PRIVATE "${map}")
    set_property(TARGET xgrad APPEND PROPERTY LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/xgrad.map")
  endif()
  check_linker_flag(CXX -Wl,-Bsymbolic-functions XGRAD_LINKER_HAS_SYMBOLIC)  # calls within the library stay direct
  if(XGRAD_LINKER_HAS_SYMBOLIC)
    target_link_options(xgrad PRIVATE -Wl,-Bsymbolic-functions)
  endif()
endif()
