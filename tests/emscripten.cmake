# Emscripten takes twice as long to compile optimised tests. Of an inline function that the library also has, its optimised
# copy is used: that of the file which the linker sees first. Node starts faster if it checks a function at its first call.
function(xgrad_web_tests target)
  target_compile_options(${target} PRIVATE -O0)
  target_link_options(${target} PRIVATE -O0 "LINKER:--whole-archive,$<TARGET_FILE:xgrad>,--no-whole-archive")
  xgrad_node_program(${target})
  set_property(TARGET ${target} APPEND PROPERTY CROSSCOMPILING_EMULATOR --wasm-lazy-validation)
endfunction()

# The tests in WebAssembly: all but those of what the platform lacks. Each of these stands here under its reason, as
# "file", or as "file: name of a test case".
set(left_out "")

# The page's build has one thread: std::thread cannot start another one.
list(APPEND left_out
  "anomaly_guards: anomaly: a guard works while it lives, in its thread, and the innermost one looks"
  "anomaly_guards: anomaly: guards may end in any order and in any thread"
  "default_dtype: set_default_dtype applies to all threads, a DefaultDtypeGuard to one"
  "fused: fused: the switch counts in all threads"
  "hooks: hooks: threads that share a leaf call its hook once per gradient"
  "mixed_precision: mixed precision: the guard is for its thread and its block"
  "module_tools: an error outside of modules names none"
  "observer: observer: it sees nothing of another thread"
  "pool_threads"
  "random_generator: each fill of a shared generator gets consecutive draws"
  "recorded_step: recorded step: it may be called by one thread after another"
  "recorded_step: recorded step: two threads train at the same time, each with its own"
  "recorded_step_errors: recorded step: two threads in one step are an error"
  "replay: replay: threads that share leaves lose no gradient"
  "replay: replay: graphs of different threads do not disturb each other"
  "replay: replay: gradients may be dropped and set while another thread adds to them"
  "rounded_copies: rounded copies: a Tensor and its copy die in two threads"
  "rounded_copies: rounded copies: threads make and drop those of one Tensor"
  "threads: many threads may run loops at once")

# There are no processes, no signals and no terminals.
list(APPEND left_out
  "fork"
  "safetensors_replace: a program that ends while it saves leaves the older file and no other file"
  "training_interrupt"
  "training_progress: on a terminal one line is redrawn in its width, also after it was resized"
  "training_progress: NO_COLOR takes the colours and a dumb terminal all control characters")

# Files have no lock, no umask and no limit to their size.
list(APPEND left_out
  "safetensors_replace: a full disk leaves the older file unchanged and no other file"
  "safetensors_replace: saving keeps symbolic links and permissions"
  "training_folder: a folder in which a run is at work is refused until it ends, also to resume"
  "training_folder: a full disk loses no line and no checkpoint: they are written when there is room")

# The C library's functions of long double are those of double, so the definition is no more exact than what it checks.
list(APPEND left_out
  "reference/activation: activations: rows of every length, from the left tail to the right<double>")

# It needs more than the 1 GB that the page has at most.
list(APPEND left_out
  "hooks: hooks: a chain of a million nodes that only hooks hold is destroyed without recursion")

# Takes what is left out from test_sources. `without_cases_<file>` becomes the option of doctest for a file's other cases.
foreach(entry IN LISTS left_out)
  string(REGEX MATCH "^[a-z_/]+" file "${entry}")
  if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}.cpp")
    message(FATAL_ERROR "tests/emscripten.cmake leaves out ${file}.cpp, which does not exist")
  endif()
  if(entry STREQUAL file)
    list(REMOVE_ITEM test_sources ${file}.cpp)
    continue()
  endif()
  string(REGEX REPLACE "^${file}: (.*)$" "\\1" name "${entry}")
  string(REGEX REPLACE "<[a-z]+>$" "" written "${name}")  # of a TEST_CASE_TEMPLATE
  file(READ ${file}.cpp text)
  string(FIND "${text}" "(\"${written}\"" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "tests/emscripten.cmake leaves out \"${name}\", which ${file}.cpp does not have")
  endif()
  string(REPLACE "," "?" name "${name}")  # a comma would end the name, and ? is any character
  string(REPLACE "/" "_" topic "${file}")
  if(without_cases_${topic})
    string(APPEND without_cases_${topic} ",${name}")
  else()
    set(without_cases_${topic} "--test-case-exclude=${name}")
  endif()
endforeach()
