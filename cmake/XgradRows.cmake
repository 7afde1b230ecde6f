# core/rows/*.cpp are compiled once for each instruction set; core/rows/isa.cpp chooses when a program starts.
# With XGRAD_NATIVE, all code is compiled for this machine's processor, and there is nothing to choose.
include(CheckCXXCompilerFlag)

set(xgrad_isas baseline)
if(XGRAD_HAVE_XSIMD AND NOT XGRAD_NATIVE AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  check_cxx_compiler_flag("-mavx2 -mfma" XGRAD_COMPILER_HAS_AVX2)
  check_cxx_compiler_flag("-mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512cd" XGRAD_COMPILER_HAS_AVX512)
  if(XGRAD_COMPILER_HAS_AVX2)
    list(APPEND xgrad_isas avx2)
    set(xgrad_flags_avx2 -mavx2 -mfma)
    if(XGRAD_COMPILER_HAS_AVX512)
      list(APPEND xgrad_isas avx512)
      set(xgrad_flags_avx512 -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512cd)
    endif()
  endif()
endif()

function(xgrad_add_rows target)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/core/rows/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/isa\\.cpp$")  # compiled once: it chooses among the others
  foreach(isa IN LISTS xgrad_isas)
    add_library(xgrad_rows_${isa} OBJECT ${sources})
    set_target_properties(xgrad_rows_${isa} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_features(xgrad_rows_${isa} PRIVATE cxx_std_20)
    target_include_directories(xgrad_rows_${isa} PRIVATE "${PROJECT_SOURCE_DIR}/include")
    target_compile_definitions(xgrad_rows_${isa} PRIVATE XGRAD_ISA=${isa})
    # Always optimised: otherwise std's inline functions become shared symbols (scripts/check_isa_symbols.sh), and GCC's
    # AVX-512 intrinsics become macros, with which xsimd 8 does not compile.
    target_compile_options(xgrad_rows_${isa} PRIVATE ${xgrad_flags_${isa}}
      $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-O2>)
    if(CMAKE_CXX_FLAGS MATCHES "float-cast-overflow")  # xsimd's exp(double) converts all lanes, then drops those out of range
      target_compile_options(xgrad_rows_${isa} PRIVATE -fno-sanitize=float-cast-overflow)
    endif()
    target_compile_options(xgrad_rows_${isa} PRIVATE "$<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-fno-ident>")
    # Few processors lack AVX2. For those, -O3 would add 50 % to the code size, and alignment 2 %.
    if(isa STREQUAL "baseline" AND "avx2" IN_LIST xgrad_isas)
      target_compile_options(xgrad_rows_${isa} PRIVATE "$<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-O2;-fno-align-functions;-fno-align-loops;-fno-align-jumps>")
    endif()
    target_link_libraries(xgrad_rows_${isa} PRIVATE xgrad_warnings)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (isa STREQUAL "avx512" OR XGRAD_NATIVE))
      # false alarms of g++ 12 in its own avx512fintrin.h
      target_compile_options(xgrad_rows_${isa} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized)
    endif()
    xgrad_use_xsimd(xgrad_rows_${isa})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:xgrad_rows_${isa}>)
    if(NOT isa STREQUAL "baseline")  # the baseline always exists
      string(TOUPPER ${isa} ISA)
      target_compile_definitions(${target} PRIVATE XGRAD_HAVE_${ISA})
    endif()
  endforeach()
endfunction()
