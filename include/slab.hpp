/* SPDX-License-Identifier: MIT */
/**
 * @file slab.hpp
 * @brief libslab for C++17 and later: everything in namespace slab.
 *
 * Header-only, over <slab.h>: a program links libslab as a C program does.
 * Allocating and freeing are inline functions over the first three words of a
 * cache.  All that <slab.h> promises holds here too; slab.hpp(3) is the manual.
 *
 * Thread rule: one cache, one pool, one heap, or one container together with
 * its copies of an allocator, is for one thread at a time; what namespace
 * slab::shared has may be used by any number of threads at once.
 *
 * Without exceptions (-fno-exceptions) a call that would throw prints one line
 * to stderr and calls abort().  RTTI is never needed.
 */
#ifndef SLAB_HPP
#define SLAB_HPP

#include <slab/allocator.hpp>
#include <slab/builder.hpp>
#include <slab/cache.hpp>
#include <slab/frame.hpp>
#include <slab/heap.hpp>
#include <slab/memory_resource.hpp>
#include <slab/pool.hpp>
#include <slab/recycler.hpp>
#include <slab/shared.hpp>
#include <slab/unique_ptr.hpp>

#endif /* SLAB_HPP */
