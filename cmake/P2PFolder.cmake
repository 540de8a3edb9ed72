# p2p_folder(<name> HEADERS ... [SOURCES ...] [TESTS ...])
#
# Declares src/<name> as the library p2p_<name>. What it links to is what src/floorplan.json says it
# uses; there is no second list to keep. Its headers are checked to compile alone (target
# all_verify_interface_header_sets), its tests become one program, p2p_<name>_test.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/floorplan.json)
file(READ ${PROJECT_SOURCE_DIR}/src/floorplan.json P2P_FLOORPLAN)

# The folders whose code runs on several threads, or hands things from one to another. Their tests carry the label
# `threads`, and the target p2p_threads builds them: what is run under ThreadSanitizer. Whoever adds such a test
# elsewhere labels it and adds it to the target.
set(P2P_THREADS base net telemetry state auth registry framework hosting cluster node)
add_custom_target(p2p_threads)

function(p2p_folder name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;TESTS")
  if(arg_SOURCES)
    add_library(p2p_${name} STATIC ${arg_SOURCES})
    set(reach PUBLIC)
  else()
    add_library(p2p_${name} INTERFACE)
    set(reach INTERFACE)
  endif()
  target_sources(p2p_${name} ${reach} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${arg_HEADERS})
  target_link_libraries(p2p_${name} ${reach} p2p_options)

  string(JSON last LENGTH "${P2P_FLOORPLAN}" folders ${name} uses)
  if(last GREATER 0)
    math(EXPR last "${last} - 1")
    foreach(i RANGE ${last})
      string(JSON used GET "${P2P_FLOORPLAN}" folders ${name} uses ${i})
      target_link_libraries(p2p_${name} ${reach} p2p_${used})
    endforeach()
  endif()

  if(arg_TESTS AND BUILD_TESTING)
    add_executable(p2p_${name}_test ${arg_TESTS})
    target_link_libraries(p2p_${name}_test PRIVATE
      p2p_${name} $<TARGET_NAME_IF_EXISTS:p2p_testing> GTest::gmock_main)
    add_test(NAME ${name} COMMAND p2p_${name}_test)
    set(labels unit)
    if(name IN_LIST P2P_THREADS)
      list(APPEND labels threads)
      add_dependencies(p2p_threads p2p_${name}_test)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${labels}" COST 100 TIMEOUT 600)   # COST: see Checks.cmake
  endif()
endfunction()
