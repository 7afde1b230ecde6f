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
    set(name xgrad_rows_${isa})
    xgrad_add_objects(${target} ${name} ${sources})
    xgrad_use_xsimd(${name})
    target_compile_definitions(${name} PRIVATE XGRAD_ISA=${isa})
    # Nobody reads errno after a row; without it, a square root is one instruction for the whole batch.
    target_compile_options(${name} PRIVATE -fno-math-errno)
    # Always optimised: otherwise std's inline functions become shared symbols (scripts/check_isa_symbols.sh), and GCC's
    # AVX-512 intrinsics become macros, with which xsimd 8 does not compile.
    target_compile_options(${name} PRIVATE ${xgrad_flags_${isa}}
      $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-O2> $<${xgrad_gcc_release}:-fno-ident>)
    if(CMAKE_CXX_FLAGS MATCHES "float-cast-overflow")  # xsimd's exp(double) converts all lanes, then drops those out of range
      target_compile_options(${name} PRIVATE -fno-sanitize=float-cast-overflow)
    endif()
    # Few processors lack AVX2. For those, -O3 would add 50 % to the code size, and alignment 2 %.
    if(isa STREQUAL "baseline" AND "avx2" IN_LIST xgrad_isas)
      target_compile_options(${name} PRIVATE
        "$<${xgrad_gcc_release}:-O2;-fno-align-functions;-fno-align-loops;-fno-align-jumps>")
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (isa STREQUAL "avx512" OR XGRAD_NATIVE))
      # false alarms of g++ 12 in its own avx512fintrin.h
      target_compile_options(${name} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized)
    endif()
    if(NOT isa STREQUAL "baseline")  # the baseline always exists
      string(TOUPPER ${isa} ISA)
      target_compile_definitions(${target} PRIVATE XGRAD_HAVE_${ISA})
    endif()
  endforeach()
endfunction()
