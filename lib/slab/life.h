/* SPDX-License-Identifier: MIT */
/* How objects are constructed and destructed, and how many have been. */
#ifndef SLABI_LIFE_H
#define SLABI_LIFE_H

#include <slab.h>
#include <string.h>

struct slabi_life {
	slab_ctor *ctor;      /* either may be NULL */
	slab_dtor *dtor;
	void *arg;
	const void *template; /* what objects are a copy of; NULL: see zero */
	bool zero;            /* objects start as zero bytes */
	uint64_t constructed;
	uint64_t destructed;
	/*
	 * Where threads share the cache, these two enclose a destructor, so
	 * that it runs under no lock; NULL: there is none.
	 */
	void (*leave)(void *who);
	void (*back)(void *who);
	void *who;
};

/* Returns whether objects are constructed; else they are plain bytes. */
static inline bool
slabi_life_exists(const struct slabi_life *life)
{
	return life->ctor || life->dtor || life->template || life->zero;
}

/*
 * Construct an object, without counting it.  Returns 0 or the constructor's
 * errno.
 */
static inline int
slabi_life_begin(struct slabi_life *life, void *object, size_t size)
{
	int error;

	if (life->template)
		memcpy(object, life->template, size);
	else if (life->zero)
		memset(object, 0, size);
	error = life->ctor ? life->ctor(object, life->arg) : 0;
	return error;
}

/* Destruct an object. */
static inline void
slabi_life_end(struct slabi_life *life, void *object)
{
	/* First, as the destructor may be left by longjmp() or an exception. */
	life->destructed++;
	if (life->dtor) {
		if (life->leave)
			life->leave(life->who);
		life->dtor(object, life->arg);
		if (life->leave)
			life->back(life->who);
	}
}

#endif
