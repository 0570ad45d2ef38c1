/* SPDX-License-Identifier: MIT */
/* Owns budgets: what is counted, what is refused, and who is told. */
#include "layer/quota.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/os.h"
#include "layer/layer.h"

struct slab_quota {
	_Atomic(size_t) used;
	_Atomic(size_t) soft, hard;
	_Atomic(size_t) users;     /* caches and builders */
	slab_pressure *handler;    /* with the lock held */
	void *arg;
};

/* The public calls -------------------------------------------------------- */

static bool
is_valid(size_t soft, size_t hard)
{
	if (soft > 0 && soft <= hard)
		return true;
	slabi_fail(EINVAL, "a quota needs 0 < soft <= hard, not %zu and %zu",
	    soft, hard);
	return false;
}

static size_t
quota_size(void)
{
	return slabi_round_up(sizeof(struct slab_quota), slabi_os.granule);
}

slab_quota *
slab_quota_new(size_t soft, size_t hard)
{
	slab_quota *quota;

	slabi_os_start();
	if (!is_valid(soft, hard))
		return NULL;
	quota = slabi_os.reserve(quota_size(), slabi_os.granule);
	if (quota && !slabi_os.ready(quota, slabi_os.page_size)) {
		slabi_os.release(quota, quota_size());
		quota = NULL;
	}
	if (!quota) {
		slabi_fail(ENOMEM, "no memory for a quota");
		return NULL;
	}
	atomic_init(&quota->soft, soft);
	atomic_init(&quota->hard, hard);
	return quota;
}

int
slab_quota_set(slab_quota *quota, size_t soft, size_t hard)
{
	if (!is_valid(soft, hard))
		return -1;
	atomic_store(&quota->soft, soft);
	atomic_store(&quota->hard, hard);
	return 0;
}

size_t
slab_quota_used(const slab_quota *quota)
{
	return atomic_load_explicit(&quota->used, memory_order_relaxed);
}

void
slab_quota_on_pressure(slab_quota *quota, slab_pressure *handler, void *arg)
{
	slabi_lock(SLABI_LOCK_QUOTA);
	quota->handler = handler;
	quota->arg = arg;
	slabi_unlock(SLABI_LOCK_QUOTA);
}

int
slab_quota_free(slab_quota *quota)
{
	if (!quota)
		return 0;
	if (atomic_load(&quota->users) > 0) {
		slabi_fail(EBUSY, "%zu caches and builders use this quota",
		    atomic_load(&quota->users));
		return -1;
	}
	slabi_os.release(quota, quota_size());
	return 0;
}

void
slabi_quota_hold(slab_quota *quota)
{
	if (quota)
		atomic_fetch_add(&quota->users, 1);
}

void
slabi_quota_release(slab_quota *quota)
{
	if (quota)
		atomic_fetch_sub(&quota->users, 1);
}

/* Accounts ---------------------------------------------------------------- */

/*
 * What a cache may have touched, as slab_statistics says it, and what it has
 * promised beyond that.
 */
static size_t
due(const struct slabi_layer *layer)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	const struct slabi_lists *lists = &layer->lists;
	size_t objects = slabi_max(lists->carved, layer->reserved);
	size_t bytes = lists->slabs * geometry->first +
	    objects * geometry->stride +
	    lists->carved * geometry->bits_size / 64 +
	    layer->period.undrained + layer->account->fixed +
	    slabi_map_bytes(&layer->system.map);

	return bytes > layer->purged ? bytes - layer->purged : 0;
}

/* Charge up to a sum.  Returns false if that is more than is allowed. */
static bool
charge(struct slabi_account *account, size_t sum, bool force)
{
	slab_quota *quota = account->quota;
	size_t more = sum - account->charged, used, soft;

	if (sum <= account->charged) {
		atomic_fetch_sub(&quota->used, account->charged - sum);
		account->charged = sum;
		return true;
	}
	used = atomic_fetch_add(&quota->used, more);
	if (!force && (used > SIZE_MAX - more ||
	    used + more > atomic_load(&quota->hard))) {
		atomic_fetch_sub(&quota->used, more);
		return false;
	}
	account->charged = sum;
	soft = atomic_load(&quota->soft);
	if (used <= soft && used + more > soft)
		account->crossed = more;
	return true;
}

bool
slabi_quota_admit(struct slabi_layer *layer, size_t more)
{
	struct slabi_account *account = layer->account;
	size_t sum;

	if (!account)
		return true;
	sum = due(layer);
	if (sum <= SIZE_MAX - more && charge(account, sum + more, false)) {
		account->wanted = 0;
		account->asked = false;
		return true;
	}
	account->wanted = slabi_max(more, 1);
	slabi_fail(ENOMEM, "the quota of %zu bytes does not allow %zu more",
	    atomic_load(&account->quota->hard), more);
	return false;
}

/* Those within the reservation have been charged with it. */
bool
slabi_quota_admit_objects(struct slabi_layer *layer, size_t n, size_t slabs)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t carved = layer->lists.carved;
	size_t before = slabi_max(carved, layer->reserved);
	size_t after = slabi_max(carved + n, layer->reserved);

	if (!layer->account)
		return true;
	if (n > SIZE_MAX / 2 / geometry->stride) {
		slabi_fail(ENOMEM, "no quota allows %zu objects", n);
		return false;
	}
	return slabi_quota_admit(layer, (after - before) * geometry->stride +
	    n * geometry->bits_size / 64 + slabs * geometry->first);
}

void
slabi_quota_settle(struct slabi_layer *layer)
{
	if (layer->account)
		charge(layer->account, due(layer), true);
}

void
slabi_quota_leave(struct slabi_layer *layer)
{
	struct slabi_account *account = layer->account;

	if (!account)
		return;
	charge(account, 0, true);
	slabi_quota_release(account->quota);
	layer->account = NULL;
}

/* Pressure ---------------------------------------------------------------- */

struct slabi_pressure
slabi_quota_refusal(struct slabi_layer *layer)
{
	struct slabi_account *account = layer->account;
	struct slabi_pressure pressure = { NULL, account->wanted };

	/* Once for each call that fails. */
	if (account->wanted > 0 && !account->asked)
		pressure.quota = account->quota;
	account->asked = pressure.quota != NULL;
	account->wanted = 0;
	return pressure;
}

struct slabi_pressure
slabi_quota_crossing(struct slabi_layer *layer)
{
	struct slabi_account *account = layer->account;
	struct slabi_pressure pressure = { account->quota, account->crossed };

	account->crossed = 0;
	return pressure;
}

bool
slabi_quota_tell(struct slabi_pressure pressure)
{
	slab_pressure *handler;
	void *arg;

	if (!pressure.quota || pressure.wanted == 0)
		return false;
	slabi_lock(SLABI_LOCK_QUOTA);
	handler = pressure.quota->handler;
	arg = pressure.quota->arg;
	slabi_unlock(SLABI_LOCK_QUOTA);
	if (handler)
		handler(pressure.quota, pressure.wanted, arg);
	return handler != NULL;
}
