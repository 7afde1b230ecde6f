# Compiled for size (-Os): code that runs rarely, and code that does little but call kernels. Not the ops and modules that
# a small model spends its time in. Functions of a few instructions are still inlined: out of line, each would add a name
# and relocations to every object. The options of a source come after those of its target, so -Os wins.
file(GLOB cold CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}"
  core/debug/*.cpp core/io/*.cpp core/ops/*.cpp nn/*.cpp optim/*.cpp data/*.cpp training/*.cpp)
list(REMOVE_ITEM cold
  core/ops/activation.cpp core/ops/arithmetic.cpp core/ops/in_place.cpp core/ops/matmul.cpp core/ops/pointwise.cpp
  core/ops/reduce.cpp core/ops/softmax.cpp core/ops/variable_methods.cpp core/ops/views.cpp
  nn/attention.cpp nn/linear.cpp nn/scaled_dot_product_attention.cpp)
list(APPEND cold
  core/base/fork_mutex.cpp
  core/tensor/print.cpp core/tensor/random_factories.cpp
  core/kernels/cumsum.cpp core/kernels/norm.cpp core/kernels/rearrange.cpp core/kernels/variance.cpp
  core/autograd/checkpoint.cpp core/autograd/hooks.cpp core/autograd/observer.cpp)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set_property(SOURCE ${cold} APPEND PROPERTY COMPILE_OPTIONS "$<$<CONFIG:Release>:-Os;--param=max-inline-insns-size=4>")
endif()
