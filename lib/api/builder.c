/* SPDX-License-Identifier: MIT */
/*
 * Owns builders: their memory, and the setters.  No malloc, so that a program
 * without a heap can build caches too: a few builders are static, others and
 * what does not fit into them are pages of their own.
 */
#include "api/builder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "layer/quota.h"
#include "base/os.h"

#define SLOTS 4 /* builders in use at once that need no system call */

static struct slab_builder slots[SLOTS];
static atomic_flag taken[SLOTS] = { ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT,
	ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT };

static size_t
whole_pages(size_t size)
{
	return slabi_round_up(size, slabi_os.page_size);
}

/* Returns zeroed pages of the builder's own, or NULL with errno. */
static void *
get_pages(size_t size)
{
	void *pages = slabi_os.reserve ? slabi_os.reserve(whole_pages(size),
	    slabi_os.page_size) : NULL;

	if (!pages || slabi_os.ready(pages, whole_pages(size)))
		return pages;
	slabi_os.release(pages, whole_pages(size));
	return NULL;
}

static slab_builder *
get_builder(void)
{
	slab_builder *builder;
	unsigned i;

	slabi_os_start();
	for (i = 0; i < SLOTS; i++) {
		if (atomic_flag_test_and_set(&taken[i]))
			continue;
		slots[i].slot = i;
		return &slots[i];
	}
	builder = get_pages(sizeof(*builder));
	if (builder)
		builder->slot = SLOTS;
	else
		slabi_fail(ENOMEM, "no memory for a builder");
	return builder;
}

static void
drop_copy(struct slabi_copy *copy)
{
	if (copy->mapped > 0)
		slabi_os.release(copy->at, copy->mapped);
	copy->at = NULL;
	copy->mapped = 0;
}

void
slab_builder_free(slab_builder *builder)
{
	if (!builder)
		return;
	drop_copy(&builder->name);
	drop_copy(&builder->template);
	slabi_quota_release(builder->quota);
	if (builder->slot < SLOTS)
		atomic_flag_clear(&taken[builder->slot]);
	else
		slabi_os.release(builder, whole_pages(sizeof(*builder)));
}

bool
slabi_builder_is_null(const slab_builder *builder)
{
	if (!builder)
		slabi_fail(ENOMEM, "no builder: there was no memory for it");
	return !builder;
}

bool
slabi_builder_has_error(const slab_builder *builder)
{
	if (slabi_builder_is_null(builder))
		return true;
	if (builder->fault != 0)
		slabi_fail(builder->fault, "%s", builder->said);
	return builder->fault != 0;
}

/* Remember the first fault. */
SLABI_FORMAT(3, 4) static slab_builder *
fault(slab_builder *builder, int error, const char *format, ...)
{
	va_list arguments;

	if (builder->fault != 0)
		return builder;
	va_start(arguments, format);
	slabi_format_list(builder->said, sizeof(builder->said), format,
	    arguments);
	va_end(arguments);
	builder->fault = error;
	return builder;
}

/* Replace a copy; at NULL: by nothing. */
static void
set_copy(slab_builder *builder, struct slabi_copy *copy, const void *at,
    size_t size)
{
	drop_copy(copy);
	copy->size = size;
	if (!at)
		return;
	if (size <= sizeof(copy->inside)) {
		copy->at = copy->inside;
	} else if (size <= SIZE_MAX / 2 &&
	    (copy->at = get_pages(size))) {
		copy->mapped = whole_pages(size);
	} else {
		fault(builder, ENOMEM, "no memory for a copy of %zu bytes",
		    size);
		return;
	}
	memcpy(copy->at, at, size);
}

slab_builder *
slab_builder_new(size_t size)
{
	slab_builder *builder = get_builder();
	size_t align = size & (~size + 1);
	unsigned slot;

	if (!builder)
		return NULL;
	slot = builder->slot;
	*builder = (slab_builder){
		.slot = slot,
		.size = size,
		.align = slabi_min(align, SLAB_ALIGNOF_(max_align_t)),
		.limit = SIZE_MAX,
		.rounds = SLABI_ROUNDS_DEFAULT,
		.period = 15,
		.coloring = true,
		.mapping_name = true,
	};
	if (size == 0)
		fault(builder, EINVAL, "objects of size 0 cannot be told apart");
	return builder;
}

slab_builder *
slab_builder_clone(const slab_builder *builder)
{
	slab_builder *clone = builder ? get_builder() : NULL;
	unsigned slot;

	if (!clone)
		return NULL;
	slot = clone->slot;
	*clone = *builder;
	clone->slot = slot;
	clone->name.at = clone->template.at = NULL;
	clone->name.mapped = clone->template.mapped = 0;
	slabi_quota_hold(clone->quota);
	set_copy(clone, &clone->name, builder->name.at, builder->name.size);
	set_copy(clone, &clone->template, builder->template.at,
	    builder->template.size);
	return clone;
}

slab_builder *
slab_builder_align(slab_builder *builder, size_t align)
{
	if (!builder)
		return NULL;
	if (align == 0 || (align & (align - 1)) != 0)
		return fault(builder, EINVAL, "align %zu is not a power of two",
		    align);
	if (align > slabi_os.page_size)
		return fault(builder, EINVAL, "align %zu is above the page "
		    "size of %zu", align, slabi_os.page_size);
	builder->align = slabi_max(builder->align, align);
	return builder;
}

slab_builder *
slab_builder_name(slab_builder *builder, const char *name)
{
	if (!builder)
		return NULL;
	if (!name)
		return fault(builder, EINVAL, "the name is NULL");
	set_copy(builder, &builder->name, name, strlen(name) + 1);
	return builder;
}

slab_builder *
slab_builder_ctor(slab_builder *builder, slab_ctor *ctor, slab_dtor *dtor,
    void *arg)
{
	if (!builder)
		return NULL;
	builder->ctor = ctor;
	builder->dtor = dtor;
	builder->life_arg = arg;
	return builder;
}

slab_builder *
slab_builder_template(slab_builder *builder, const void *object)
{
	if (!builder)
		return NULL;
	builder->zero = !object;
	set_copy(builder, &builder->template, object, builder->size);
	return builder;
}

slab_builder *
slab_builder_limit(slab_builder *builder, size_t objects)
{
	if (!builder)
		return NULL;
	if (objects == 0)
		return fault(builder, EINVAL, "a limit of 0 objects allows "
		    "none");
	builder->limit = objects;
	return builder;
}

slab_builder *
slab_builder_working_period(slab_builder *builder, unsigned seconds)
{
	if (builder)
		builder->period = seconds;
	return builder;
}

slab_builder *
slab_builder_magazine(slab_builder *builder, size_t rounds)
{
	if (!builder)
		return NULL;
	if (rounds > SIZE_MAX / 64)
		return fault(builder, EINVAL, "a magazine of %zu rounds is "
		    "too large", rounds);
	builder->rounds = rounds;
	return builder;
}

slab_builder *
slab_builder_slab_size(slab_builder *builder, size_t bytes)
{
	if (!builder)
		return NULL;
	if (bytes == 0 || bytes > SIZE_MAX / 8)
		return fault(builder, EINVAL, "slabs of %zu bytes are not "
		    "possible", bytes);
	builder->slab_size = bytes;
	return builder;
}

slab_builder *
slab_builder_shared(slab_builder *builder)
{
	if (!builder)
		return NULL;
	if (!slabi_os.reserve)
		return fault(builder, ENOTSUP, "there are no threads here");
	builder->shared = true;
	return builder;
}

slab_builder *
slab_builder_coloring(slab_builder *builder, bool on)
{
	if (builder)
		builder->coloring = on;
	return builder;
}

slab_builder *
slab_builder_system(slab_builder *builder, slab_system system)
{
	if (!builder)
		return NULL;
	if (system != SLAB_SYSTEM_AUTO && system != SLAB_SYSTEM_ALIGNED &&
	    system != SLAB_SYSTEM_LARGE)
		return fault(builder, EINVAL, "there is no slab system %d",
		    (int)system);
	builder->system = system;
	return builder;
}

slab_builder *
slab_builder_huge_pages(slab_builder *builder, slab_huge_pages mode)
{
	if (!builder)
		return NULL;
	if (mode != SLAB_HUGE_PAGES_AUTO && mode != SLAB_HUGE_PAGES_NEVER &&
	    mode != SLAB_HUGE_PAGES_ALWAYS)
		return fault(builder, EINVAL, "there is no mode %d of huge "
		    "pages", (int)mode);
	builder->huge_pages = mode;
	return builder;
}

slab_builder *
slab_builder_oom(slab_builder *builder, slab_oom_handler *handler, void *arg)
{
	if (!builder)
		return NULL;
	builder->oom = handler;
	builder->oom_arg = arg;
	return builder;
}

#define DEBUG_FLAGS (SLAB_DEBUG_CHECK | SLAB_DEBUG_REDZONE | \
	SLAB_DEBUG_POISON | SLAB_DEBUG_AUDIT | SLAB_DEBUG_QUARANTINE | \
	SLAB_DEBUG_MALLOC | SLAB_DEBUG_SAMPLE | SLAB_DEBUG_GUARD | \
	SLAB_DEBUG_FAIL)

slab_builder *
slab_builder_quota(slab_builder *builder, slab_quota *quota)
{
	if (!builder)
		return NULL;
	slabi_quota_hold(quota);
	slabi_quota_release(builder->quota);
	builder->quota = quota;
	return builder;
}

slab_builder *
slab_builder_findable(slab_builder *builder, bool on)
{
	if (builder)
		builder->findable = on;
	return builder;
}

slab_builder *
slab_builder_mapping_name(slab_builder *builder, bool on)
{
	if (builder)
		builder->mapping_name = on;
	return builder;
}

slab_builder *
slab_builder_no_dump(slab_builder *builder, bool on)
{
	if (builder)
		builder->no_dump = on;
	return builder;
}

slab_builder *
slab_builder_debug(slab_builder *builder, unsigned flags)
{
	if (!builder)
		return NULL;
	if (flags & ~DEBUG_FLAGS)
		return fault(builder, EINVAL, "debug flags 0x%x are not known",
		    flags & ~DEBUG_FLAGS);
	if ((flags & SLAB_DEBUG_AUDIT) && !slabi_os.reserve)
		return fault(builder, ENOTSUP, "there are no call stacks here");
	builder->debug = flags;
	return builder;
}
