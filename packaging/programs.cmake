# The programs, which find a shared library beside them, and their manual pages, made from --help.
file(RELATIVE_PATH lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(mnist_softmax derive PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
install(TARGETS mnist_softmax derive)

find_program(HELP2MAN help2man)
if(NOT HELP2MAN)
  return()
endif()
set(pages)
# manual_page(PROGRAM WHAT [COMMAND]): WHAT, a command of the shell, writes the page's one line.
function(manual_page program what)
  string(JOIN "-" page ${program} ${ARGN})
  string(JOIN " " command $<TARGET_FILE:${program}> ${ARGN})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${page}.1)
  add_custom_command(OUTPUT ${output} DEPENDS ${program}
    COMMAND sh -c "${HELP2MAN} --no-info --section=1 --name=\"$(${what})\" --manual=Armagrad --source=armagrad \
--version-string=${PROJECT_VERSION} --output=${output} '${command}'"
    VERBATIM)
  set(pages ${pages} ${output} PARENT_SCOPE)
endfunction()
manual_page(derive "echo the formula of a gradient, from a loss as it is typed")
manual_page(mnist_softmax "echo trains and explains softmax regression and small nets on MNIST")
foreach(command train evaluate predict show sweep check explain report lab)
  manual_page(mnist_softmax "$<TARGET_FILE:mnist_softmax> --help | sed -n 's/^ *${command}  *//p'" ${command})
endforeach()
add_custom_target(armagrad_manual_pages ALL DEPENDS ${pages})
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
