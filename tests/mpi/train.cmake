# Three ranks train; a run that lost its last checkpoint goes on with as many ranks, and ends in the same bits. Another number
# of ranks can go on, too. Usage: cmake -DMPIRUN="mpirun;-n" -DTRAIN=FILE -DFOLDER=DIR -P train.cmake
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")

function(train ranks)
  execute_process(COMMAND ${MPIRUN} ${ranks} "${TRAIN}" ${ARGN} --quiet RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result)
    message(FATAL_ERROR "${ranks} ranks, ${ARGN}: ${result}\n${output}")
  endif()
endfunction()

# 50 rows are no multiple of three; each rank drops other activations.
train(3 --steps 20 --batch 50 --d-model 16 --heads 2 --dropout 0.1 --checkpoint-every 10 --eval-every 0 --out "${FOLDER}/run")
file(SHA256 "${FOLDER}/run/model.safetensors" expected)
foreach(ranks 3 2)
  file(REMOVE "${FOLDER}/run/model.safetensors" "${FOLDER}/run/checkpoint-000020.safetensors")
  train(${ranks} --resume --out "${FOLDER}/run")
  file(SHA256 "${FOLDER}/run/model.safetensors" found)
  if(ranks EQUAL 3 AND NOT found STREQUAL expected)
    message(FATAL_ERROR "the resumed run has another model")
  endif()
endforeach()
