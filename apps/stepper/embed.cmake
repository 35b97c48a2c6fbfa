# Puts what page.html names between @ signs into it and writes it as a C++ string:
#   cmake -D FOLDER=page -D OUTPUT=page_template.cpp -P embed.cmake
file(READ ${FOLDER}/page.html page)
string(REGEX MATCHALL "@[a-z]+\\.(js|css)@" parts "${page}")
foreach(part ${parts})
  string(REPLACE "@" "" name ${part})
  file(READ ${FOLDER}/${name} text)
  string(REPLACE "${part}" "${text}" page "${page}")
endforeach()
file(WRITE ${OUTPUT} "namespace armagrad::apps {\nextern const char* const page_template;\nconst char* const page_template = R\"page(${page})page\";\n}  // namespace armagrad::apps\n")
