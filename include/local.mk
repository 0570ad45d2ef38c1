# SPDX-License-Identifier: MIT
# The public headers.

include_HEADERS = include/slab.h
slabincludedir = $(includedir)/slab
nodist_slabinclude_HEADERS = include/slab/version.h
