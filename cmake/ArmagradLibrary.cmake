# armagrad_objects(NAME OPTIMISATION SOURCE...): objects of a library, of which only what is marked ARMAGRAD_EXPORT is
# visible. Several of them, compiled with different flags, may make one library.
function(armagrad_objects name optimisation)
  add_library(${name} OBJECT ${ARGN})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_include_directories(${name} PRIVATE include ${ARMAGRAD_GENERATED})
  # A product and a sum become one FMA wherever the instruction set has it, in our own code with every compiler. Nobody reads
  # errno, and a call that may set it stays in a kernel that does not need its result.
  target_compile_options(${name} PRIVATE -ffp-contract=fast -fno-math-errno $<$<NOT:$<CONFIG:Debug,MinSizeRel>>:${optimisation}> -fno-lto $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>
    $<$<AND:$<BOOL:${ARMAGRAD_NATIVE}>,$<NOT:$<BOOL:${PROJECT_IS_TOP_LEVEL}>>>:-march=native>)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    INTERPROCEDURAL_OPTIMIZATION OFF UNITY_BUILD ${ARMAGRAD_UNITY})
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)  # which would hide the tables of rules as well: friends of a template
    set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
endfunction()

# What a library shows to the linker: its own names, and nothing of Armadillo or the standard library, whose inline
# functions a user's unit may have compiled otherwise.
set(armagrad_exports _ZN8armagrad* _ZNK8armagrad* _ZT?N8armagrad*)

# armagrad_library(NAME EXPORT_NAME OBJECTS...): the library of these objects, armagrad::EXPORT_NAME. A static one is
# a single object in which all that is not exported is local, so that the linker cannot merge it with a user's code.
function(armagrad_library name export_name)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<FILTER:$<TARGET_OBJECTS:\\1>,EXCLUDE,[.]gch$>" OUTPUT_VARIABLE objects)
  if(BUILD_SHARED_LIBS)
    list(JOIN armagrad_exports "; " exports)
    file(CONFIGURE OUTPUT ${name}.map CONTENT "{ global: @exports@; local: *; };\n" @ONLY)
    add_library(${name} SHARED ${objects})
    target_link_options(${name} PRIVATE -Wl,--version-script=${CMAKE_CURRENT_BINARY_DIR}/${name}.map -Wl,--no-undefined)
    set_target_properties(${name} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${ARMAGRAD_ABI}
      LINK_DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${name}.map)
  elseif(ARMAGRAD_LOCALIZE)
    list(TRANSFORM armagrad_exports PREPEND --keep-global-symbol= OUTPUT_VARIABLE keep)
    add_custom_command(OUTPUT ${name}.o
      COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o ${name}_all.o ${objects}
      COMMAND ${CMAKE_OBJCOPY} --wildcard --localize-hidden ${keep} ${name}_all.o ${name}.o
      COMMAND ${CMAKE_COMMAND} -E rm ${name}_all.o
      DEPENDS ${objects} COMMENT "Making symbols of ${name} local" COMMAND_EXPAND_LISTS VERBATIM)
    add_library(${name} STATIC ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  else()
    add_library(${name} STATIC ${objects})
  endif()
  add_library(armagrad::${export_name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${export_name})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${ARMAGRAD_GENERATED}>)
endfunction()

# GNU binutils can make symbols local; without them only the check of settings (detail/link_check.hpp) is left.
execute_process(COMMAND ${CMAKE_LINKER} --help OUTPUT_VARIABLE linker_options ERROR_QUIET)
if(CMAKE_OBJCOPY AND linker_options MATCHES "force-group-allocation")
  set(ARMAGRAD_LOCALIZE ON)
endif()
