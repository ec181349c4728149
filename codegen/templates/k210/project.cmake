# Included by the standalone SDK's CMake, which compiles the files beside this one by itself.
set(FIRMWARE ${SDK_ROOT}/src/${PROJ})
file(GLOB FIRMWARE_SOURCES
  ${FIRMWARE}/backends/*.cpp ${FIRMWARE}/board/*.c ${FIRMWARE}/core/*.cpp ${FIRMWARE}/network/*.c
)
target_sources(${PROJECT_NAME} PRIVATE ${FIRMWARE_SOURCES})
target_include_directories(${PROJECT_NAME} PRIVATE ${FIRMWARE})
target_compile_options(${PROJECT_NAME} PRIVATE
  # Steps must compute the same bits on every CPU; the SDK would let them differ.
  -fno-fast-math -ffp-contract=off
  $<$<COMPILE_LANGUAGE:C>:-fno-single-precision-constant>
  $<$<COMPILE_LANGUAGE:CXX>:-fno-single-precision-constant>
  $<$<COMPILE_LANGUAGE:ASM>:-Wa,-I,${FIRMWARE}>
)
target_link_libraries(${PROJECT_NAME} stdc++)
