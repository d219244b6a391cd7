# The kinds of target. Every CMakeLists.txt below proto, libs, services and tests consists of
# these calls only, so that tests/build_parity.py can write the Bazel BUILD files from them.

# Files of one target, and of all libraries of a service, are compiled several at a time as one:
# nine tenths of the time go into headers, which they share. So names at namespace level differ
# between files that are neighbours, also in anonymous namespaces; where that is too much to ask,
# APART compiles each file of a target by itself.

# wici_units(OUT target BATCH FILE...)
# OUT: the sources that the target compiles in place of FILE..., BATCH of them to a unit. A FILE is
# absolute, or relative to the current folder. CMake's own unity builds name files by absolute
# paths, so that a compiler cache does not know a unit again in another clone; these do not.
function(wici_units out target batch)
  set(units "")
  set(text "")
  set(count 0)
  foreach(file ${ARGN})
    if(NOT file MATCHES "\\.cc$")
      continue()
    endif()
    cmake_path(ABSOLUTE_PATH file)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${PROJECT_BINARY_DIR}/generated"
               OUTPUT_VARIABLE name)
    if(name MATCHES "^\\.\\.")
      cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE name)
    endif()
    string(MAKE_C_IDENTIFIER "${name}" identifier)
    string(APPEND text "#undef WICI_FILE\n#define WICI_FILE ${identifier}\n#include \"${name}\"\n")
    math(EXPR count "${count} + 1")
    math(EXPR rest "${count} % ${batch}")
    if(rest EQUAL 0)
      wici_write_unit(units ${target} "${text}")
      set(text "")
    endif()
  endforeach()
  if(text)
    wici_write_unit(units ${target} "${text}")
  endif()
  # The files themselves stay sources, for editors, and so that what generates them runs.
  set_source_files_properties(${ARGN} PROPERTIES HEADER_FILE_ONLY ON)
  set(${out} ${units} ${ARGN} PARENT_SCOPE)
endfunction()

function(wici_write_unit list target text)
  list(LENGTH ${list} number)
  set(unit "${PROJECT_BINARY_DIR}/units/${target}/${number}.cc")
  file(CONFIGURE OUTPUT "${unit}" CONTENT "${text}" @ONLY)
  list(APPEND ${list} "${unit}")
  set(${list} ${${list}} PARENT_SCOPE)
endfunction()

# wici_cc_library(NAME x [HDRS a.h...] [SRCS a.cc...] [DEPS y...] [TESTONLY] [APART])
# Below services/ the sources of many libraries are compiled together; see wici_join_libraries.
function(wici_cc_library)
  cmake_parse_arguments(ARG "TESTONLY;APART" "NAME" "HDRS;SRCS;DEPS" ${ARGN})
  wici_joined_in(joined ${ARG_NAME})
  if(ARG_SRCS AND joined AND NOT ARG_APART AND NOT ARG_TESTONLY)
    list(TRANSFORM ARG_SRCS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    set_property(GLOBAL APPEND PROPERTY WICI_JOINED ${joined})
    set_property(GLOBAL APPEND PROPERTY ${joined}_LIBRARIES ${ARG_NAME})
    set_property(GLOBAL APPEND PROPERTY ${joined}_SRCS ${ARG_SRCS})
    set_property(GLOBAL APPEND PROPERTY ${joined}_DEPS ${ARG_DEPS})
    list(APPEND ARG_DEPS ${joined})
  elseif(ARG_SRCS)
    set(sources ${ARG_SRCS})
    if(NOT ARG_APART)
      wici_units(sources ${ARG_NAME} 16 ${ARG_SRCS})
    endif()
    add_library(${ARG_NAME} STATIC ${ARG_HDRS} ${sources})
    target_include_directories(${ARG_NAME} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${ARG_NAME} PUBLIC ${ARG_DEPS})
    wici_warnings(${ARG_NAME})
    return()
  endif()
  add_library(${ARG_NAME} INTERFACE)
  target_include_directories(${ARG_NAME} INTERFACE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${ARG_NAME} INTERFACE ${ARG_DEPS})
endfunction()

# A service has many small libraries, so that it is plain what each may use: Bazel builds them as
# they are, and tests/layering looks at what they include. For CMake to compile each by itself
# would double the time of a build, so it makes two libraries of all of them, rules (*_domain) and
# the rest, and x only links the one its files are in. x is APART where a program must be able to
# leave its files out.

# wici_joined_in(OUT x)
# OUT: the library that has the files of library x of the current folder; "" outside of services/.
function(wici_joined_in out name)
  set(joined "")
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/services/([a-z_]+)")
    set(joined "${CMAKE_MATCH_1}_joined")
    if(name MATCHES "_domain$")
      string(REPLACE _joined _domain_joined joined "${joined}")
    endif()
  endif()
  set(${out} "${joined}" PARENT_SCOPE)
endfunction()

# wici_join_libraries()
# Makes them, when all libraries are known.
function(wici_join_libraries)
  get_property(all GLOBAL PROPERTY WICI_JOINED)
  list(REMOVE_DUPLICATES all)
  foreach(joined ${all})
    get_property(libraries GLOBAL PROPERTY ${joined}_LIBRARIES)
    get_property(sources GLOBAL PROPERTY ${joined}_SRCS)
    get_property(deps GLOBAL PROPERTY ${joined}_DEPS)
    list(REMOVE_DUPLICATES deps)
    list(REMOVE_ITEM deps ${libraries})
    wici_units(sources ${joined} 8 ${sources})
    add_library(${joined} STATIC ${sources})
    target_include_directories(${joined} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${joined} PUBLIC ${deps})
    wici_warnings(${joined})
  endforeach()
endfunction()

# wici_cc_binary(NAME x SRCS main.cc [DEPS y...])
function(wici_cc_binary)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               "${PROJECT_BINARY_DIR}/bin")
  wici_warnings(${ARG_NAME})
endfunction()

# wici_cc_preload(NAME x SRCS x.cc...)
# bin/x.so, which tests preload into programs: so it is never sanitized.
function(wici_cc_preload)
  cmake_parse_arguments(ARG "" "NAME" "SRCS" ${ARGN})
  add_library(${ARG_NAME} MODULE ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${CMAKE_DL_LIBS})
  target_compile_options(${ARG_NAME} PRIVATE -fno-sanitize=all)
  target_link_options(${ARG_NAME} PRIVATE -fno-sanitize=all)
  set_target_properties(${ARG_NAME} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY
                                               "${PROJECT_BINARY_DIR}/bin")
  wici_warnings(${ARG_NAME})
endfunction()

# wici_cc_test(NAME x_test SRCS x_test.cc... [DEPS y...] [DATA file...] [APART] [TIMEOUT seconds])
# Runs in the source root. GoogleTest's main unless a source defines one. The tests of a service are
# one program for ctest (wici_join_tests), as its libraries are few; one that is APART is its own.
function(wici_cc_test)
  cmake_parse_arguments(ARG "APART" "NAME;TIMEOUT" "SRCS;DEPS;DATA" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  # With ThreadSanitizer only what is without gRPC can be built.
  if(NOT ARG_APART AND NOT WICI_SANITIZER STREQUAL "thread" AND
     CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/services/([a-z_]+)")
    set(joined "${CMAKE_MATCH_1}_tests")
    list(TRANSFORM ARG_SRCS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    set_property(GLOBAL APPEND PROPERTY WICI_JOINED_TESTS ${joined})
    set_property(GLOBAL APPEND PROPERTY ${joined}_SRCS ${ARG_SRCS})
    set_property(GLOBAL APPEND PROPERTY ${joined}_DEPS ${ARG_DEPS})
    return()
  endif()
  wici_test_program(${ARG_NAME} "${ARG_SRCS}" "${ARG_DEPS}")
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

function(wici_test_program name sources deps)
  wici_units(units ${name} 8 ${sources})
  add_executable(${name} ${units})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${deps} GTest::gmock GTest::gtest_main)
  wici_warnings(${name})
  # What is tested is optimised, the test itself need not be: half the time to compile.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
endfunction()

# wici_join_tests()
# Makes a program of the tests of each service, when all are known. ctest runs it in shards.
function(wici_join_tests)
  get_property(all GLOBAL PROPERTY WICI_JOINED_TESTS)
  list(REMOVE_DUPLICATES all)
  set(shards 4)
  foreach(joined ${all})
    get_property(sources GLOBAL PROPERTY ${joined}_SRCS)
    get_property(deps GLOBAL PROPERTY ${joined}_DEPS)
    list(REMOVE_DUPLICATES deps)
    wici_test_program(${joined} "${sources}" "${deps}")
    foreach(shard RANGE 1 ${shards})
      math(EXPR index "${shard} - 1")
      add_test(NAME ${joined}_${shard} COMMAND ${joined}
               WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
      set_tests_properties(${joined}_${shard} PROPERTIES
        TIMEOUT 300
        ENVIRONMENT "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${index}")
    endforeach()
  endforeach()
endfunction()

# wici_py_test(NAME x_test SRCS x_test.py [DATA file...] [TIMEOUT seconds])
# Runs in the source root with Debian's Python; WICI_BUILD_DIR is the build directory, where bin/
# has the services. Gates and end-to-end tests: run by ctest only, not by Bazel. One that ends with
# 77 lacks a tool that Debian does not have; ctest lists it as skipped.
function(wici_py_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SRCS;DATA" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${ARG_NAME} COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SRCS}"
           WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${ARG_NAME} PROPERTIES
    TIMEOUT ${ARG_TIMEOUT}
    SKIP_RETURN_CODE 77
    ENVIRONMENT "WICI_BUILD_DIR=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()

# wici_embed_migrations(NAME x_migrations NAMESPACE x SRCS [shared.sql...] 0001_name.sql...)
# A library with migrations.h, which declares wici::x::Migrations() (libs/sql/migrate.h). Shared
# files are paths relative to the source root and come before the migration they belong to.
function(wici_embed_migrations)
  cmake_parse_arguments(ARG "" "NAME;NAMESPACE" "SRCS" ${ARGN})
  file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  set(out "${PROJECT_BINARY_DIR}/generated/${folder}")
  file(MAKE_DIRECTORY "${out}")
  set(files "")
  foreach(file ${ARG_SRCS})
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
      list(APPEND files "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    else()
      list(APPEND files "${PROJECT_SOURCE_DIR}/${file}")
    endif()
  endforeach()
  set(script "${PROJECT_SOURCE_DIR}/libs/sql/embed_migrations.py")
  add_custom_command(
    OUTPUT "${out}/migrations.h" "${out}/migrations.cc"
    COMMAND /usr/bin/python3 "${script}" "${ARG_NAMESPACE}" "${folder}/migrations.h"
            "${out}/migrations.h" "${out}/migrations.cc" ${files}
    DEPENDS "${script}" ${files}
    COMMENT "Embedding the migrations of ${ARG_NAMESPACE}"
    VERBATIM)
  add_library(${ARG_NAME} STATIC "${out}/migrations.h" "${out}/migrations.cc")
  target_include_directories(${ARG_NAME} PUBLIC "${PROJECT_BINARY_DIR}/generated"
                                                "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${ARG_NAME} PUBLIC wici_sql)
  wici_warnings(${ARG_NAME})
endfunction()

# wici_proto_library(NAME x_proto SRCS wici/x/v1/a.proto... [DEPS y_proto...])
# C++ messages of the files, paths relative to proto/. Files that end in _service.proto also get
# gRPC stubs, in x_proto_grpc: only clients need them, since servers register by descriptor.
function(wici_proto_library)
  cmake_parse_arguments(ARG "" "NAME;ROOT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_ROOT)
    set(ARG_ROOT "${PROJECT_SOURCE_DIR}/proto")
  endif()
  set(out "${PROJECT_BINARY_DIR}/generated")
  file(MAKE_DIRECTORY "${out}")
  set(sources "")
  set(grpc_sources "")
  foreach(proto ${ARG_SRCS})
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    set(generated "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
    set(grpc_args "")
    if(proto MATCHES "_service\\.proto$")
      set(generated_grpc "${out}/${stem}.grpc.pb.cc" "${out}/${stem}.grpc.pb.h")
      set(grpc_args "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>"
                    "--grpc_out=${out}")
      list(APPEND grpc_sources "${out}/${stem}.grpc.pb.cc")
    else()
      set(generated_grpc "")
    endif()
    add_custom_command(
      OUTPUT ${generated} ${generated_grpc}
      COMMAND protobuf::protoc -I "${PROJECT_SOURCE_DIR}/proto" -I "${WICI_GOOGLEAPIS}"
              "--cpp_out=${out}" ${grpc_args} "${proto}"
      DEPENDS "${ARG_ROOT}/${proto}"
      COMMENT "Generating ${proto}"
      VERBATIM)
    list(APPEND sources "${out}/${stem}.pb.cc")
  endforeach()
  # Linked whole: servers look services up by name, so a linker would leave out the descriptors of
  # those without a handler.
  wici_units(units ${ARG_NAME} 8 ${sources})
  add_library(${ARG_NAME}_objects OBJECT ${units})
  target_include_directories(${ARG_NAME}_objects SYSTEM PUBLIC "${out}")
  target_link_libraries(${ARG_NAME}_objects PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  target_compile_options(${ARG_NAME}_objects PRIVATE -w)
  # Units define WICI_FILE before each file; unity.h makes it part of the names that all files of
  # protoc have for themselves.
  target_compile_options(${ARG_NAME}_objects PRIVATE
    "SHELL:-include ${PROJECT_SOURCE_DIR}/cmake/unity.h")
  add_library(${ARG_NAME} INTERFACE)
  target_include_directories(${ARG_NAME} SYSTEM INTERFACE "${out}")
  target_link_libraries(${ARG_NAME} INTERFACE $<TARGET_OBJECTS:${ARG_NAME}_objects>
                                              protobuf::libprotobuf ${ARG_DEPS})
  add_dependencies(${ARG_NAME} ${ARG_NAME}_objects)
  if(grpc_sources)
    # Built for those who link it only.
    # Stubs share all their costly headers: together they compile in a third of the time.
    wici_units(units ${ARG_NAME}_grpc 12 ${grpc_sources})
    add_library(${ARG_NAME}_grpc STATIC EXCLUDE_FROM_ALL ${units})
    target_link_libraries(${ARG_NAME}_grpc PUBLIC ${ARG_NAME} gRPC::grpc++)
    # A stub only passes its arguments on: -O2 would take nearly twice as long to compile.
    target_compile_options(${ARG_NAME}_grpc PRIVATE -w $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

function(wici_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE -Wthread-safety)
  endif()
endfunction()
