# Puts what a page names between @ signs (a .js or .css file of one of the folders) into it and writes it as a
# C++ string:
#   cmake -D PAGE=page.html -D FOLDERS=folder:other -D NAME=page_template -D OUTPUT=page_template.cpp -P embed.cmake
file(READ ${PAGE} page)
string(REPLACE ":" ";" folders "${FOLDERS}")
string(REGEX MATCHALL "@[a-z]+\\.(js|css)@" parts "${page}")
foreach(part ${parts})
  string(REPLACE "@" "" name ${part})
  unset(file CACHE)
  find_file(file ${name} PATHS ${folders} NO_DEFAULT_PATH REQUIRED)
  file(READ ${file} text)
  string(REPLACE "${part}" "${text}" page "${page}")
endforeach()
file(WRITE ${OUTPUT} "namespace armagrad::apps {\nextern const char* const ${NAME};\nconst char* const ${NAME} = R\"page(${page})page\";\n}  // namespace armagrad::apps\n")
