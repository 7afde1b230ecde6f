# Each lesson: its program compiles, prints what its page shows, and the page names places that the library has. The pages for teachers
# have every lesson, exercise and answer.
if(Python3_FOUND)
  add_custom_target(lessons)
  file(GLOB lessons CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lessons/[0-9][0-9]-*/main.cpp")
  foreach(program IN LISTS lessons)
    cmake_path(GET program PARENT_PATH folder)
    cmake_path(GET folder FILENAME name)
    string(SUBSTRING "${name}" 0 2 number)
    add_executable(lesson_${number} ${program})
    target_link_libraries(lesson_${number} PRIVATE xgrad::xgrad xgrad_warnings)
    add_dependencies(lessons lesson_${number})
    if(sanitized AND number MATCHES "1[234]")
      continue()  # these train, which takes minutes under the sanitizers
    endif()
    add_test(NAME lesson_${number} COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/lessons/check.py"
      $<TARGET_FILE:lesson_${number}> "${folder}")
  endforeach()
  add_test(NAME course COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/lessons/check_course.py")
  add_test(NAME lesson_figures COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/scripts/lesson_figures.py" --check)
endif()
