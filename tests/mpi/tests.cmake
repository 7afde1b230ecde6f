# The tests of xgrad::mpi with 1 to 4 ranks. Under the sanitizers, MPI's own memory would be reported.
if(NOT XGRAD_HAVE_MPI OR sanitized)
  message(STATUS "xgrad: without the tests of xgrad::mpi")
  return()
endif()
add_executable(xgrad_mpi_tests mpi/main.cpp mpi/communicator.cpp mpi/data_parallel.cpp)
add_executable(xgrad_mpi_failing mpi/failing.cpp)
foreach(program xgrad_mpi_tests xgrad_mpi_failing)
  target_link_libraries(${program} PRIVATE xgrad::mpi xgrad_warnings doctest::doctest)
endforeach()
# Open MPI wants to be told to run as root, and with more ranks than processors; MPICH needs neither, and ignores
# variables that it does not know.
set(environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=1)
foreach(count 1 2 3 4)
  add_test(NAME mpi_${count} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${count} $<TARGET_FILE:xgrad_mpi_tests> --no-version)
  list(APPEND mpi_tests mpi_${count})
endforeach()
# The rank tells, and mpirun fails. A mpirun that cannot start fails too, but tells nothing of the rank.
add_test(NAME mpi_failing_rank COMMAND sh -c "! \"$@\" && echo the job failed" sh
  ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} 3 $<TARGET_FILE:xgrad_mpi_failing>)
set_property(TEST mpi_failing_rank PROPERTY PASS_REGULAR_EXPRESSION "rank 1 fails on purpose(.|\n)*the job failed")
list(APPEND mpi_tests mpi_failing_rank)
xgrad_readme_programs("${PROJECT_SOURCE_DIR}/docs/scaling.md" scaling "${CMAKE_CURRENT_BINARY_DIR}" programs)
add_executable(scaling_1 ${programs})
target_link_libraries(scaling_1 PRIVATE xgrad::mpi xgrad_warnings)
xgrad_add_output_test(mpi_scaling_1 "^step 0: .*step 80: [0-2][.][0-9]*\n" ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} 2 $<TARGET_FILE:scaling_1>)
list(APPEND mpi_tests mpi_scaling_1)
if(XGRAD_BUILD_EXAMPLES)
  add_test(NAME mpi_train COMMAND ${CMAKE_COMMAND} "-DMPIRUN=${MPIEXEC_EXECUTABLE};${MPIEXEC_NUMPROC_FLAG}"
    -DTRAIN=$<TARGET_FILE:train_transformer> "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/mpi_train" -P "${CMAKE_CURRENT_SOURCE_DIR}/mpi/train.cmake")
  list(APPEND mpi_tests mpi_train)
endif()
set_property(TEST ${mpi_tests} PROPERTY ENVIRONMENT ${environment})
set_property(TEST ${mpi_tests} PROPERTY TIMEOUT 120)
