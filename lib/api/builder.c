/* SPDX-License-Identifier: MIT */
/* Owns the setters of builders, which remember the first fault. */
#include "api/builder.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "layer/quota.h"
#include "base/os.h"

void
slab_builder_free(slab_builder *handle)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (builder)
		slabi_builder_put(builder);
}

struct slabi_builder *
slabi_builder_need(const slab_builder *handle)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		slabi_fail(ENOMEM, "no builder: there was no memory for it");
	return builder;
}

bool
slabi_builder_has_error(const struct slabi_builder *builder)
{
	if (builder->fault != 0)
		slabi_fail(builder->fault, "%s", builder->said);
	return builder->fault != 0;
}

/* Remember the first fault. */
SLABI_FORMAT(3, 4) static slab_builder *
fault(struct slabi_builder *builder, int error, const char *format, ...)
{
	va_list arguments;

	if (builder->fault != 0)
		return builder->handle;
	va_start(arguments, format);
	slabi_format_list(builder->said, sizeof(builder->said), format,
	    arguments);
	va_end(arguments);
	builder->fault = error;
	return builder->handle;
}

static void
set_copy(struct slabi_builder *builder, struct slabi_copy *copy, const void *at,
    size_t size)
{
	if (!slabi_builder_copy(builder, copy, at, size))
		fault(builder, ENOMEM, "no memory for a copy of %zu bytes",
		    size);
}

slab_builder *
slab_builder_new(size_t size)
{
	struct slabi_builder *builder = slabi_builder_get();
	size_t align = size & (~size + 1);

	if (!builder)
		return NULL;
	*builder = (struct slabi_builder){
		.handle = builder->handle,
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
	return builder->handle;
}

slab_builder *
slab_builder_clone(const slab_builder *handle)
{
	const struct slabi_builder *builder = slabi_builder_open(handle);
	struct slabi_builder *clone = builder ? slabi_builder_get() : NULL;
	slab_builder *clone_handle;

	if (!clone)
		return NULL;
	clone_handle = clone->handle;
	*clone = *builder;
	clone->handle = clone_handle;
	clone->name.at = clone->template.at = NULL;
	clone->name.mapped = clone->template.mapped = 0;
	slabi_quota_hold(clone->quota);
	set_copy(clone, &clone->name, builder->name.at, builder->name.size);
	set_copy(clone, &clone->template, builder->template.at,
	    builder->template.size);
	return clone_handle;
}

slab_builder *
slab_builder_align(slab_builder *handle, size_t align)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (align == 0 || (align & (align - 1)) != 0)
		return fault(builder, EINVAL, "align %zu is not a power of two",
		    align);
	if (align > slabi_os.page_size)
		return fault(builder, EINVAL, "align %zu is above the page "
		    "size of %zu", align, slabi_os.page_size);
	builder->align = slabi_max(builder->align, align);
	return handle;
}

slab_builder *
slab_builder_name(slab_builder *handle, const char *name)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (!name)
		return fault(builder, EINVAL, "the name is NULL");
	set_copy(builder, &builder->name, name, strlen(name) + 1);
	return handle;
}

slab_builder *
slab_builder_ctor(slab_builder *handle, slab_ctor *ctor, slab_dtor *dtor,
    void *arg)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	builder->ctor = ctor;
	builder->dtor = dtor;
	builder->life_arg = arg;
	return handle;
}

slab_builder *
slab_builder_template(slab_builder *handle, const void *object)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	builder->zero = !object;
	set_copy(builder, &builder->template, object, builder->size);
	return handle;
}

slab_builder *
slab_builder_limit(slab_builder *handle, size_t objects)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (objects == 0)
		return fault(builder, EINVAL, "a limit of 0 objects allows "
		    "none");
	builder->limit = objects;
	return handle;
}

slab_builder *
slab_builder_working_period(slab_builder *handle, unsigned seconds)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (builder)
		builder->period = seconds;
	return handle;
}

slab_builder *
slab_builder_magazine(slab_builder *handle, size_t rounds)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (rounds > SIZE_MAX / 64)
		return fault(builder, EINVAL, "a magazine of %zu rounds is "
		    "too large", rounds);
	builder->rounds = rounds;
	return handle;
}

slab_builder *
slab_builder_slab_size(slab_builder *handle, size_t bytes)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (bytes == 0 || bytes > SIZE_MAX / 8)
		return fault(builder, EINVAL, "slabs of %zu bytes are not "
		    "possible", bytes);
	builder->slab_size = bytes;
	return handle;
}

slab_builder *
slab_builder_shared(slab_builder *handle)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (!slabi_os.reserve)
		return fault(builder, ENOTSUP, "there are no threads here");
	builder->shared = true;
	return handle;
}

slab_builder *
slab_builder_coloring(slab_builder *handle, bool on)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (builder)
		builder->coloring = on;
	return handle;
}

slab_builder *
slab_builder_system(slab_builder *handle, slab_system system)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (system != SLAB_SYSTEM_AUTO && system != SLAB_SYSTEM_ALIGNED &&
	    system != SLAB_SYSTEM_LARGE)
		return fault(builder, EINVAL, "there is no slab system %d",
		    (int)system);
	builder->system = system;
	return handle;
}

slab_builder *
slab_builder_huge_pages(slab_builder *handle, slab_huge_pages mode)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (mode != SLAB_HUGE_PAGES_AUTO && mode != SLAB_HUGE_PAGES_NEVER &&
	    mode != SLAB_HUGE_PAGES_ALWAYS)
		return fault(builder, EINVAL, "there is no mode %d of huge "
		    "pages", (int)mode);
	builder->huge_pages = mode;
	return handle;
}

slab_builder *
slab_builder_oom(slab_builder *handle, slab_oom_handler *handler, void *arg)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	builder->oom = handler;
	builder->oom_arg = arg;
	return handle;
}

#define DEBUG_FLAGS (SLAB_DEBUG_CHECK | SLAB_DEBUG_REDZONE | \
	SLAB_DEBUG_POISON | SLAB_DEBUG_AUDIT | SLAB_DEBUG_QUARANTINE | \
	SLAB_DEBUG_MALLOC | SLAB_DEBUG_SAMPLE | SLAB_DEBUG_GUARD | \
	SLAB_DEBUG_FAIL)

slab_builder *
slab_builder_quota(slab_builder *handle, slab_quota *quota)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	slabi_quota_hold(quota);
	slabi_quota_release(builder->quota);
	builder->quota = quota;
	return handle;
}

slab_builder *
slab_builder_findable(slab_builder *handle, bool on)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (builder)
		builder->findable = on;
	return handle;
}

slab_builder *
slab_builder_mapping_name(slab_builder *handle, bool on)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (builder)
		builder->mapping_name = on;
	return handle;
}

slab_builder *
slab_builder_no_dump(slab_builder *handle, bool on)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (builder)
		builder->no_dump = on;
	return handle;
}

slab_builder *
slab_builder_debug(slab_builder *handle, unsigned flags)
{
	struct slabi_builder *builder = slabi_builder_open(handle);

	if (!builder)
		return NULL;
	if (flags & ~DEBUG_FLAGS)
		return fault(builder, EINVAL, "debug flags 0x%x are not known",
		    flags & ~DEBUG_FLAGS);
	if ((flags & SLAB_DEBUG_AUDIT) && !slabi_os.reserve)
		return fault(builder, ENOTSUP, "there are no call stacks here");
	builder->debug = flags;
	return handle;
}
