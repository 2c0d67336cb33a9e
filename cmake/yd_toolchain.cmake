# Compiler flags, warnings as errors, sanitizers, linker, compiler cache.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

set(YINGDA_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined | thread")
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wno-missing-field-initializers -Werror -fno-omit-frame-pointer)
add_link_options(-fuse-ld=lld)
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
if(YINGDA_SANITIZE)
  add_compile_options(-fsanitize=${YINGDA_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${YINGDA_SANITIZE})
endif()

# Heavy files (Beast) build one at a time: two of them at once exhaust small machines.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)
