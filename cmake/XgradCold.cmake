# Code that runs rarely, and code that does little but call kernels; not the ops and modules that a small model spends its
# time in. It is compiled for size (-Os), and a folder at a time: one source, made by CMake, includes those of the folder.
# Otherwise each object would have copies of the inline functions that its sources share, which the linker drops
# from a program, but which stay in the archive. XGRAD_UNITY=OFF compiles each source on its own: for work on one of them.
option(XGRAD_UNITY "Compile the sources of a folder together: rarely run code of the library, and the examples" ON)

file(GLOB xgrad_cold CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}"
  core/debug/*.cpp core/io/*.cpp core/ops/*.cpp nn/*.cpp optim/*.cpp data/*.cpp training/*.cpp)
list(REMOVE_ITEM xgrad_cold
  core/ops/activation.cpp core/ops/arithmetic.cpp core/ops/in_place.cpp core/ops/matmul.cpp core/ops/pointwise.cpp
  core/ops/reduce.cpp core/ops/softmax.cpp core/ops/variable_methods.cpp core/ops/views.cpp
  nn/attention.cpp nn/linear.cpp nn/scaled_dot_product_attention.cpp)
list(APPEND xgrad_cold
  core/base/fork_mutex.cpp
  core/tensor/print.cpp core/tensor/random_factories.cpp
  core/kernels/cumsum.cpp core/kernels/norm.cpp core/kernels/rearrange.cpp core/kernels/variance.cpp
  core/autograd/checkpoint.cpp core/autograd/hooks.cpp core/autograd/observer.cpp)

# Functions of a few instructions are still inlined: out of line, each would add a name and relocations.
function(xgrad_add_cold target)
  set(folders "")
  foreach(source IN LISTS xgrad_cold)
    cmake_path(GET source PARENT_PATH folder)
    list(APPEND folders ${folder})
    list(APPEND sources_${folder} ${source})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder IN LISTS folders)
    string(REPLACE "/" "_" name "xgrad_cold_${folder}")
    xgrad_add_objects(${target} ${name} ${sources_${folder}})
    set_target_properties(${name} PROPERTIES UNITY_BUILD ${XGRAD_UNITY} UNITY_BUILD_BATCH_SIZE 0)
    xgrad_use_dependencies(${name})
    # The instruction sets of the rows: rows() is one inline function, so every object must choose among the same ones.
    target_compile_definitions(${name} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
    target_compile_options(${name} PRIVATE
      "$<${xgrad_gcc_release}:-Os;--param=max-inline-insns-size=4;-fno-reorder-blocks-and-partition;-fno-ident>")
  endforeach()
endfunction()
