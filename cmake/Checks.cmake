# The tests that are no program of ours: the floor plan, the format, the shell scripts, the documents; and, in the
# release tree, the sanitizer trees and the demo. Included last by the top-level CMakeLists.txt.
#
# ctest starts what has the highest COST first, in a serial run too: quickest first is 1000 for the checks here, 100
# for the unit tests (P2PFolder.cmake), 0 for what starts nodes, -100 for the trees. Without a COST ctest would put
# first what took longest last time.
option(P2P_CHECKS "register the tests of text: floor plan, format, shell, documents" ON)
option(P2P_TIDY "register clang-tidy on the changed files" OFF)
option(P2P_TREES "register the fuzz and tsan trees beside this one, and the demo, as tests" OFF)

function(p2p_check name)   # p2p_check(<name> COMMAND...)
  if(NOT TEST ${name})
    add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endif()
  set_tests_properties(${name} PROPERTIES COST 1000 TIMEOUT 300 LABELS check SKIP_RETURN_CODE 77)
endfunction()

if(P2P_CHECKS)
  p2p_check(floorplan tools/check_floorplan.py --doc ARCHITECTURE.md)
  p2p_check(docs tools/check_docs.py)
  p2p_check(shellcheck tools/check_shell.sh)
  p2p_check(format tools/format.sh --check)
endif()
if(P2P_TIDY)
  p2p_check(tidy tools/check_tidy.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(tidy PROPERTIES COST -50 TIMEOUT 1800)
endif()
add_subdirectory(${PROJECT_SOURCE_DIR}/tests/fuzz)
if(P2P_TREES)
  add_test(NAME demo COMMAND tools/demo.sh WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(demo PROPERTIES TIMEOUT 180 ENVIRONMENT "P2P_ADMIN=${PROJECT_BINARY_DIR}/p2p_admin")
  add_subdirectory(${PROJECT_SOURCE_DIR}/tests/sanitizers)
endif()
