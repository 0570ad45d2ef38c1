# SPDX-License-Identifier: MIT
# The public headers: slab.h for C and C++, slab.hpp for C++ alone.

include_HEADERS = \
	include/slab.h \
	include/slab.hpp
slabincludedir = $(includedir)/slab
slabinclude_HEADERS = \
	include/slab/allocator.hpp \
	include/slab/builder.hpp \
	include/slab/cache.hpp \
	include/slab/frame.hpp \
	include/slab/heap.hpp \
	include/slab/hot.hpp \
	include/slab/memory_resource.hpp \
	include/slab/pool.hpp \
	include/slab/recycler.hpp \
	include/slab/shared.hpp \
	include/slab/unique_ptr.hpp
nodist_slabinclude_HEADERS = include/slab/version.h
