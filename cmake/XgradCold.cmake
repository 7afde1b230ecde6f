# What runs seldom, or does little but call kernels, is compiled for size; not the ops that a small model spends its time
# in. Functions of a few instructions are inlined all the same: apart, with a name and relocations in each object, they
# are larger. A source's own options come after its target's, so that -Os wins.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  file(GLOB cold CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}" core/debug/*.cpp core/io/*.cpp core/ops/*.cpp nn/*.cpp optim/*.cpp)
  list(FILTER cold EXCLUDE REGEX "(ops/(activation|arithmetic|matmul|in_place|pointwise|reduce|softmax|variable_methods|views)|nn/(attention|linear))\\.cpp$")
  foreach(file base/fork_mutex tensor/random_factories tensor/print kernels/cumsum kernels/norm kernels/rearrange
          kernels/variance autograd/checkpoint autograd/hooks autograd/node_scope autograd/observer)
    list(APPEND cold core/${file}.cpp)
  endforeach()
  set_property(SOURCE ${cold} APPEND PROPERTY COMPILE_OPTIONS "$<$<CONFIG:Release>:-Os;--param=max-inline-insns-size=4>")
endif()
