# Builds for 64-bit ARM Linux on another machine:
#   cmake -S . -B build --toolchain aarch64.cmake -DSYSROOT=DIRECTORY
# SYSROOT: usr/include and usr/lib/aarch64-linux-gnu of the board's libraries.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# CMake tests the compiler in separate projects, which must know this, too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SYSROOT)

set(LIBRARIES ${SYSROOT}/usr/lib/aarch64-linux-gnu)
set(FURTHER_LIBRARIES ${LIBRARIES}:${SYSROOT}/lib/aarch64-linux-gnu)
set(CMAKE_CXX_FLAGS_INIT "-mcpu=cortex-a53 -isystem ${SYSROOT}/usr/include")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${LIBRARIES} -Wl,-rpath-link,${FURTHER_LIBRARIES}")
