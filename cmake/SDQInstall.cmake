# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What `cmake --install` installs, and how others find it again: every shared library and plugin under lib/, every tool,
# all headers and TableGen files, and a CMake package. The prefix may be moved: nothing in it says where it was.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# sdq_targets_in(<variable> <folder> <type>…): targets of these types made in a folder or below.
function(sdq_targets_in variable folder)
  set(found "")
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type IN_LIST ARGN)
      list(APPEND found ${target})
    endif()
  endforeach()
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    sdq_targets_in(below ${subfolder} ${ARGN})
    list(APPEND found ${below})
  endforeach()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

sdq_targets_in(libraries ${PROJECT_SOURCE_DIR}/lib SHARED_LIBRARY MODULE_LIBRARY)
sdq_targets_in(tools ${PROJECT_SOURCE_DIR}/tools EXECUTABLE)
# libMLIR.so is not where the loader looks: the folder it was found in is the one path that is not relative.
set_target_properties(${libraries} PROPERTIES INSTALL_RPATH "$ORIGIN;${LLVM_LIBRARY_DIR}")
file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(${tools} PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib};${LLVM_LIBRARY_DIR}")
install(TARGETS ${libraries} ${tools} EXPORT SDQTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
install(DIRECTORY ${PROJECT_BINARY_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.inc" PATTERN "CMakeFiles" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/SDQ)
install(EXPORT SDQTargets NAMESPACE SDQ:: DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/SDQConfig.cmake.in ${PROJECT_BINARY_DIR}/SDQConfig.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0, a minor version may change what a compiler that embeds SDQ sees.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/SDQConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/SDQConfig.cmake ${PROJECT_BINARY_DIR}/SDQConfigVersion.cmake DESTINATION ${package})
