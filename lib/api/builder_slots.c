/* SPDX-License-Identifier: MIT */
/*
 * Owns the memory of builders.  No malloc, so that a program without a heap can
 * build caches too: sixteen at a time are static, with room for their name and
 * template; others, and what does not fit, are pages of their own.
 *
 * A handle is an address inside the builder's slot, another one at each use of
 * the slot, and slots are used in turn: so a handle whose builder has been
 * built or freed is recognised for some thousand builders.
 */
#include "api/builder.h"

#include <errno.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/os.h"
#include "base/report.h"
#include "layer/quota.h"

#define SLOTS 16
#define NAME_ROOM 256
#define TEMPLATE_ROOM 4096
#define HANDLE_STEP 16

struct slot {
	struct slabi_builder builder; /* first: a builder leads to its slot */
	struct slot *next;   /* in the list of those that are mapped */
	size_t uses;         /* says which handle comes next */
	char name[NAME_ROOM];
	_Alignas(16) char template[TEMPLATE_ROOM];
};

#define HANDLES (sizeof(struct slot) / HANDLE_STEP)

static struct slot slots[SLOTS];
static struct slot *mapped;
static unsigned next_slot;

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

/* The slot is taken, and known by a new handle. */
static struct slot *
take(struct slot *slot)
{
	slot->builder.handle = (slab_builder *)((char *)slot +
	    slot->uses++ % HANDLES * HANDLE_STEP);
	return slot;
}

/* The next static slot that is free, in turn; NULL: there is none. */
static struct slot *
take_static(void)
{
	unsigned i;

	for (i = 0; i < SLOTS; i++) {
		struct slot *slot = &slots[next_slot++ % SLOTS];

		if (!slot->builder.handle)
			return take(slot);
	}
	return NULL;
}

static struct slot *
map_slot(void)
{
	struct slot *slot = get_pages(sizeof(*slot));

	if (!slot)
		return NULL;
	slabi_lock(SLABI_LOCK_BUILDERS);
	slot->next = mapped;
	mapped = slot;
	take(slot);
	slabi_unlock(SLABI_LOCK_BUILDERS);
	return slot;
}

struct slabi_builder *
slabi_builder_get(void)
{
	struct slot *slot;

	slabi_os_start();
	slabi_lock(SLABI_LOCK_BUILDERS);
	slot = take_static();
	slabi_unlock(SLABI_LOCK_BUILDERS);
	if (!slot)
		slot = map_slot();
	if (!slot)
		slabi_fail(ENOMEM, "no memory for a builder");
	return slot ? &slot->builder : NULL;
}

static bool
is_static(const struct slot *slot)
{
	return (uintptr_t)slot - (uintptr_t)slots < sizeof(slots);
}

/* The mapped slot that this handle is of, or NULL. */
static struct slot *
find_mapped(const slab_builder *handle)
{
	struct slot *slot;

	slabi_lock(SLABI_LOCK_BUILDERS);
	for (slot = mapped; slot && slot->builder.handle != handle;)
		slot = slot->next;
	slabi_unlock(SLABI_LOCK_BUILDERS);
	return slot;
}

_Noreturn static void
report_stale(const slab_builder *handle)
{
	struct slabi_report report;

	slabi_report_begin(&report, SLAB_MISUSE_STALE, NULL, NULL);
	slabi_report_line(&report, "use of the builder 0x%jx, which has been "
	    "built or freed", (uintmax_t)(uintptr_t)handle);
	report.misuse.address = handle;
	slabi_report_end(&report);
}

struct slabi_builder *
slabi_builder_open(const slab_builder *handle)
{
	size_t offset = (uintptr_t)handle - (uintptr_t)slots;
	struct slot *slot;

	if (!handle)
		return NULL;
	if (offset < sizeof(slots)) {
		slot = &slots[offset / sizeof(*slot)];
		if (slot->builder.handle != handle)
			slot = NULL;
	} else {
		slot = find_mapped(handle);
	}
	if (!slot)
		report_stale(handle);
	return &slot->builder;
}

static void
drop_copy(struct slabi_copy *copy)
{
	if (copy->mapped > 0)
		slabi_os.release(copy->at, copy->mapped);
	copy->at = NULL;
	copy->mapped = 0;
}

static void
unmap_slot(struct slot *slot)
{
	struct slot **link;

	slabi_lock(SLABI_LOCK_BUILDERS);
	for (link = &mapped; *link != slot;)
		link = &(*link)->next;
	*link = slot->next;
	slabi_unlock(SLABI_LOCK_BUILDERS);
	slabi_os.release(slot, whole_pages(sizeof(*slot)));
}

void
slabi_builder_put(struct slabi_builder *builder)
{
	struct slot *slot = (struct slot *)builder;

	drop_copy(&builder->name);
	drop_copy(&builder->template);
	slabi_quota_release(builder->quota);
	if (!is_static(slot)) {
		unmap_slot(slot);
		return;
	}
	slabi_lock(SLABI_LOCK_BUILDERS);
	builder->handle = NULL;
	slabi_unlock(SLABI_LOCK_BUILDERS);
}

bool
slabi_builder_copy(struct slabi_builder *builder, struct slabi_copy *copy,
    const void *at, size_t size)
{
	struct slot *slot = (struct slot *)builder;
	bool name = copy == &builder->name;

	drop_copy(copy);
	copy->size = size;
	if (!at)
		return true;
	if (size <= (name ? sizeof(slot->name) : sizeof(slot->template))) {
		copy->at = name ? slot->name : slot->template;
	} else if (size <= SIZE_MAX / 2 && (copy->at = get_pages(size))) {
		copy->mapped = whole_pages(size);
	} else {
		return false;
	}
	memcpy(copy->at, at, size);
	return true;
}
