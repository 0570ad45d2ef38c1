# SPDX-License-Identifier: MIT
# find_package(libslab) defines the imported target libslab::slab.  Everything
# is found from this file's own folder, so that the tree may be moved.

get_filename_component(_slab_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
find_library(libslab_LIBRARY NAMES slab libslab
    PATHS "${_slab_libdir}" NO_DEFAULT_PATH)
find_path(libslab_INCLUDE_DIR NAMES slab/version.h
    PATHS "${_slab_libdir}/../include" "${_slab_libdir}/../../include"
    NO_DEFAULT_PATH)
mark_as_advanced(libslab_LIBRARY libslab_INCLUDE_DIR)
unset(_slab_libdir)

if(NOT libslab_LIBRARY OR NOT libslab_INCLUDE_DIR)
  set(libslab_FOUND FALSE)
  set(libslab_NOT_FOUND_MESSAGE
      "no library, or no slab.h, near ${CMAKE_CURRENT_LIST_DIR}")
elseif(NOT TARGET libslab::slab)
  add_library(libslab::slab UNKNOWN IMPORTED)
  set_target_properties(libslab::slab PROPERTIES
      IMPORTED_LOCATION "${libslab_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${libslab_INCLUDE_DIR}")
endif()
