# core/rows/*.cpp are compiled once for each instruction set; core/rows/isa.cpp chooses when a program starts.
# With XGRAD_NATIVE, all code is compiled for this machine's processor, and there is nothing to choose.
include(CheckCXXCompilerFlag)

set(xgrad_isas baseline)
set(xgrad_flags_avx2 -mavx2 -mfma)
set(xgrad_flags_avx512 ${xgrad_flags_avx2} -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512cd)
set(xgrad_flags_avx512_bf16 ${xgrad_flags_avx512} -mavx512bf16)
set(xgrad_flags_amx_bf16 ${xgrad_flags_avx512_bf16} -mamx-tile -mamx-bf16)
if(XGRAD_HAVE_XSIMD AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  foreach(isa avx2 avx512 avx512_bf16 amx_bf16)
    string(TOUPPER ${isa} ISA)
    list(JOIN xgrad_flags_${isa} " " flags)
    check_cxx_compiler_flag("${flags}" XGRAD_COMPILER_HAS_${ISA})
    # -march=native takes the place of the first two.
    if(XGRAD_COMPILER_HAS_${ISA} AND (NOT XGRAD_NATIVE OR isa MATCHES "_bf16$"))
      list(APPEND xgrad_isas ${isa})
    endif()
  endforeach()
endif()

function(xgrad_add_rows target)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/core/rows/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/isa\\.cpp$")  # compiled once: it chooses among the others
  foreach(isa IN LISTS xgrad_isas)
    # These two have their own product of bfloat16 and their own rounding to bfloat16.
    set(name xgrad_rows_${isa})
    set(of_isa ${sources})
    if(isa MATCHES "_bf16$")
      list(FILTER of_isa INCLUDE REGEX "(/bfloat16|_${isa})\\.cpp$")
    else()
      list(FILTER of_isa EXCLUDE REGEX "_bf16\\.cpp$")
    endif()
    xgrad_add_objects(${target} ${name} ${of_isa})
    xgrad_use_xsimd(${name})
    target_compile_definitions(${name} PRIVATE XGRAD_ISA=${isa})
    # Nobody reads errno after a row; without it, a square root is one instruction for the whole batch.
    target_compile_options(${name} PRIVATE -fno-math-errno)
    if(isa MATCHES "_bf16$")  # they read two bfloat16 as one float32
      target_compile_options(${name} PRIVATE -fno-strict-aliasing)
    endif()
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
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (isa MATCHES "avx512|amx" OR XGRAD_NATIVE))
      # false alarms of g++ 12 in its own avx512fintrin.h
      target_compile_options(${name} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized)
    endif()
    if(NOT isa STREQUAL "baseline")  # the baseline always exists
      string(TOUPPER ${isa} ISA)
      target_compile_definitions(${target} PRIVATE XGRAD_HAVE_${ISA})
    endif()
  endforeach()
endfunction()
