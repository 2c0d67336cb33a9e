# yd_module(name FLOOR floor [PUBLIC_DEPS …] [PRIVATE_DEPS …] [SYSTEM_PUBLIC …] [SYSTEM_PRIVATE …] [HEAVY src/x.cpp …])
#
# One static library of the room in the current folder: `include/` is public (every header there compiles alone, see
# target all_verify_interface_header_sets), `src/` is private. Dependencies are modules and are refused when LAYERS.txt does not allow
# them; SYSTEM_* are outside libraries. `src/queries.sql` and `migrations/*.sql` are embedded. Tests by file suffix in
# `test/`: `_test.cpp` -> <name>_test, `_dbtest.cpp` -> <name>_dbtest, `_bench.cpp` -> <name>_bench; other .cpp files
# there are shared by them. HEAVY files build one at a time.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS OFF)

function(yd_allowed_deps name out)
  file(STRINGS ${CMAKE_SOURCE_DIR}/LAYERS.txt lines REGEX "^${name}[ ]+[a-z]+[ ]*:")
  if(NOT lines)
    message(FATAL_ERROR "module ${name} has no line in LAYERS.txt")
  endif()
  string(REGEX REPLACE "^[^:]*:[ ]*" "" deps "${lines}")
  separate_arguments(deps)
  set(${out} ${deps} PARENT_SCOPE)
endfunction()

function(yd_module name)
  cmake_parse_arguments(M "" "FLOOR" "PUBLIC_DEPS;PRIVATE_DEPS;SYSTEM_PUBLIC;SYSTEM_PRIVATE;HEAVY;TEST_DEPS" ${ARGN})
  yd_allowed_deps(${name} allowed)
  foreach(dep IN LISTS M_PUBLIC_DEPS M_PRIVATE_DEPS)
    if(NOT dep IN_LIST allowed)
      message(FATAL_ERROR "LAYERS.txt does not allow ${name} -> ${dep}")
    endif()
  endforeach()

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS include/*.hpp)
  foreach(file IN LISTS M_HEAVY)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_library(yd_${name} STATIC ${sources})
  target_sources(yd_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_include_directories(yd_${name} PRIVATE src)
  set_target_properties(yd_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  list(TRANSFORM M_PUBLIC_DEPS PREPEND yd_)
  list(TRANSFORM M_PRIVATE_DEPS PREPEND yd_)
  target_link_libraries(yd_${name} PUBLIC ${M_PUBLIC_DEPS} ${M_SYSTEM_PUBLIC} PRIVATE ${M_PRIVATE_DEPS}
    ${M_SYSTEM_PRIVATE})
  yd_embed_sql(${name})
  if(M_HEAVY)
    # Job pools are per target, so heavy files live in an object library of their own.
    list(TRANSFORM M_HEAVY PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    add_library(yd_${name}_heavy OBJECT ${M_HEAVY})
    target_include_directories(yd_${name}_heavy PRIVATE include src)
    target_link_libraries(yd_${name}_heavy PRIVATE ${M_PUBLIC_DEPS} ${M_SYSTEM_PUBLIC} ${M_PRIVATE_DEPS}
      ${M_SYSTEM_PRIVATE})
    set_target_properties(yd_${name}_heavy PROPERTIES JOB_POOL_COMPILE heavy)
    target_sources(yd_${name} PRIVATE $<TARGET_OBJECTS:yd_${name}_heavy>)
  endif()
  if(YINGDA_TESTS)
    yd_module_tests(${name})
  endif()
endfunction()

# queries.sql -> yingda::<module>::queries constants in <module>_queries.gen.hpp;
# migrations/NNNN_*.sql (and *.postgres.sql variants) -> yingda::<module>::kMigrations in <module>_migrations.gen.hpp.
function(yd_embed_sql name)
  file(GLOB migrations CONFIGURE_DEPENDS migrations/*.sql)
  set(queries ${CMAKE_CURRENT_SOURCE_DIR}/src/queries.sql)
  if(NOT EXISTS ${queries})
    set(queries "")
  endif()
  if(NOT migrations AND NOT queries)
    return()
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/gen)
  set(outputs ${out}/${name}_queries.gen.hpp ${out}/${name}_migrations.gen.hpp)
  add_custom_command(OUTPUT ${outputs}
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/embed_sql.py --module ${name} --out ${out}
      --queries "${queries}" ${migrations}
    DEPENDS ${queries} ${migrations} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py
    COMMENT "sql of ${name}" VERBATIM)
  target_sources(yd_${name} PRIVATE ${outputs})
  target_include_directories(yd_${name} PRIVATE ${out})
endfunction()

function(yd_module_tests name)
  foreach(kind IN ITEMS test dbtest bench)
    file(GLOB tests CONFIGURE_DEPENDS test/*_${kind}.cpp)
    if(tests)
      file(GLOB shared CONFIGURE_DEPENDS test/*.cpp)
      list(FILTER shared EXCLUDE REGEX "_(test|dbtest|bench|fuzz)\\.cpp$")
      add_executable(${name}_${kind} ${tests} ${shared})
      target_include_directories(${name}_${kind} PRIVATE src test ${CMAKE_CURRENT_BINARY_DIR}/gen)
      target_link_libraries(${name}_${kind} PRIVATE yd_${name} ${M_SYSTEM_PRIVATE} ${M_PRIVATE_DEPS} ${M_TEST_DEPS}
        GTest::gmock GTest::gtest_main)
      if(kind STREQUAL "bench")
        find_package(benchmark REQUIRED)
        target_link_libraries(${name}_${kind} PRIVATE benchmark::benchmark_main)
      endif()
    endif()
  endforeach()
  file(GLOB fuzzers CONFIGURE_DEPENDS test/*_fuzz.cpp)
  foreach(file IN LISTS fuzzers)
    get_filename_component(target ${file} NAME_WE)
    add_executable(${target} ${file})
    target_include_directories(${target} PRIVATE src)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${target} PRIVATE yd_${name} ${M_SYSTEM_PRIVATE} ${M_PRIVATE_DEPS})
    set_property(GLOBAL APPEND PROPERTY YD_FUZZERS ${target})
  endforeach()
endfunction()
