# docs/reference.md names every function and class of ops, factories, nn, optim, data and training that xgrad.hpp brings, and nothing that
# no header has: cmake -DSOURCE=DIR -P reference.cmake
cmake_minimum_required(VERSION 3.25)
file(READ "${SOURCE}/docs/reference.md" page)
string(REGEX REPLACE "[][;]" " " page "${page}")  # which mean something in a list
string(FIND "${page}" "## From PyTorch" from_pytorch)
string(SUBSTRING "${page}" 0 ${from_pytorch} lists)
string(SUBSTRING "${page}" ${from_pytorch} -1 table)
set(missing "")

# Declarations begin a line; the rules in `namespace composed` and the structs of options are not listed.
file(READ "${SOURCE}/xgrad.hpp" all)
string(REGEX MATCHALL "(core/ops/[a-z_]+|core/tensor/factories|nn/[a-z_]+|optim/[a-z_]+|data/[a-z_]+|training/[a-z_]+)\\.hpp" headers "${all}")
set(unlisted NestedNumbers ElementwiseOp)  # no user writes these
foreach(header IN LISTS headers)
  file(READ "${SOURCE}/${header}" text)
  string(REGEX REPLACE "namespace composed {.*}  // namespace composed" "" text "${text}")
  string(REGEX REPLACE "\nnamespace composed {\n[^\n]*\n}" "" text "${text}")
  set(type "([A-Z][A-Za-z]*|void|double|std::[a-z_0-9]+(<[^\n;()]+>)?)")
  string(REGEX MATCHALL "\n(${type} [a-z_0-9]+\\(|(class|struct|enum class) [A-Z][A-Za-z]+[ :A-Za-z]*{)" declared "${text}")
  foreach(declaration IN LISTS declared)
    string(REGEX REPLACE "^\n(enum class|class|struct) |{$|\\($| : .*" "" name "${declaration}")
    string(REGEX REPLACE ".* ([a-z_0-9]+)$" "\\1" name "${name}")
    string(STRIP "${name}" name)
    if(NOT name MATCHES "Options$" AND NOT name IN_LIST unlisted AND NOT lists MATCHES "`${name}[`(:]")
      list(APPEND missing "${name} (${header})")
    endif()
  endforeach()
endforeach()

# Every word in quotes is a word of some header; of the table only what stands under xgrad.
file(GLOB headers "${SOURCE}/*.hpp" "${SOURCE}/core/*.hpp" "${SOURCE}/core/*/*.hpp" "${SOURCE}/nn/*.hpp" "${SOURCE}/optim/*.hpp"
  "${SOURCE}/data/*.hpp" "${SOURCE}/training/*.hpp")
set(words "")
foreach(header IN LISTS headers)
  file(READ "${header}" text)
  string(REGEX MATCHALL "[A-Za-z_][A-Za-z_0-9]*" found "${text}")
  list(APPEND words ${found})
endforeach()
list(REMOVE_DUPLICATES words)
string(REGEX REPLACE "\n\\| [^|\n]*\\|" "\n|" table "${table}")
string(REGEX MATCHALL "`[^`\n]+`" quoted "${lists}${table}")
string(REGEX MATCHALL "[A-Za-z_][A-Za-z_0-9]*" used "${quoted}")
list(REMOVE_DUPLICATES used)
set(unknown "${used}")
list(REMOVE_ITEM unknown ${words})

if(missing OR unknown)
  list(JOIN missing "\n  " missing)
  list(JOIN unknown "\n  " unknown)
  message(FATAL_ERROR "docs/reference.md\n does not name:\n  ${missing}\n names what no header has:\n  ${unknown}")
endif()
list(LENGTH used count)
message("${count} words, all of them known")
