# The peer alone, as scripts/peer_root.sh builds it in a root without xgrad.
cmake_minimum_required(VERSION 3.25)
project(peer LANGUAGES CXX)
set(XGRAD_BENCH_PEERS ON)
add_subdirectory(bench)
