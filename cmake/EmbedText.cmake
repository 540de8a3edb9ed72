# p2p_embed_text(<target> <symbol> FILES...)
#
# Gives <target> the text of files as
#
#     namespace p2p { extern const char* const <symbol>[][2]; }     // {name, text}, ..., {nullptr, nullptr}
#
# so that a text lives in a file of its own kind and the program needs no file at run time. Names are relative to the
# first file's folder. A changed file configures anew.
function(p2p_embed_text target symbol)
  set(rows "")
  list(GET ARGN 0 first)
  cmake_path(GET first PARENT_PATH folder)
  foreach(path ${ARGN})
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${folder} OUTPUT_VARIABLE name)
    file(READ ${path} text)
    string(APPEND rows "    {\"${name}\", R\"p2p_text(${text})p2p_text\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  endforeach()
  string(CONCAT content "namespace p2p {\nextern const char* const ${symbol}[][2];\n"
                        "const char* const ${symbol}[][2] = {\n${rows}    {nullptr, nullptr},\n};\n}  // namespace p2p\n")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  file(CONFIGURE OUTPUT ${output} CONTENT "@content@" @ONLY)
  target_sources(${target} PRIVATE ${output})
endfunction()
