/* SPDX-License-Identifier: MIT */
/*
 * Owns the records of threads: their memory, their list, their end, and what
 * fork() does with them.
 */
#include "cache/record.h"

#include <assert.h>
#include <string.h>

#include "base/arith.h"
#include "base/os.h"

struct slabi_gate slabi_threads = { .mutex = PTHREAD_MUTEX_INITIALIZER };
_Atomic(struct slabi_record *) slabi_records;

/* Of threads without a record. */
static struct slabi_gate common_gate = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void (*end_slots)(struct slabi_record *record);
static pthread_key_t key;
static bool has_key;

/* Under the lock of threads: which numbers of caches are taken. */
static uint64_t numbers[SLABI_SLOTS / 64];

/* Gates ------------------------------------------------------------------ */

bool
slabi_gate_is_mine(struct slabi_gate *gate)
{
	return atomic_load_explicit(&gate->owner, memory_order_relaxed) ==
	    slabi_thread_id();
}

static void
own(struct slabi_gate *gate)
{
	assert(gate->depth == 0);
	atomic_store_explicit(&gate->owner, slabi_thread_id(),
	    memory_order_relaxed);
	gate->depth = 1;
}

void
slabi_gate_enter(struct slabi_gate *gate)
{
	if (slabi_gate_is_mine(gate)) {
		gate->depth++;
		return;
	}
	pthread_mutex_lock(&gate->mutex);
	own(gate);
}

bool
slabi_gate_try(struct slabi_gate *gate)
{
	if (slabi_gate_is_mine(gate)) {
		gate->depth++;
		return true;
	}
	if (pthread_mutex_trylock(&gate->mutex) != 0)
		return false;
	own(gate);
	return true;
}

void
slabi_gate_leave(struct slabi_gate *gate)
{
	assert(slabi_gate_is_mine(gate));
	if (--gate->depth > 0)
		return;
	atomic_store_explicit(&gate->owner, NULL, memory_order_relaxed);
	pthread_mutex_unlock(&gate->mutex);
}

struct slabi_gate *
slabi_record_gate(void)
{
	struct slabi_record *record = slabi_record_mine();

	return record ? &record->gate : &common_gate;
}

/* fork() ------------------------------------------------------------------ */

static void
before_fork(void)
{
	struct slabi_record *record;

	slabi_gate_enter(&slabi_threads);
	slabi_gate_enter(&common_gate);
	for (record = atomic_load(&slabi_records); record;
	    record = record->next)
		slabi_gate_enter(&record->gate);
}

static void
after_fork(void)
{
	struct slabi_record *record;

	for (record = atomic_load(&slabi_records); record;
	    record = record->next)
		slabi_gate_leave(&record->gate);
	slabi_gate_leave(&common_gate);
	slabi_gate_leave(&slabi_threads);
}

/* The other threads are not here; what their slots hold is free to be taken. */
static void
begin_child(void)
{
	struct slabi_record *record;

	for (record = atomic_load(&slabi_records); record;
	    record = record->next)
		if (record != slabi_record_mine() &&
		    atomic_load(&record->taken))
			record->dead = true;
	after_fork();
}

/* After the other locks of the process: so the list is taken before them. */
__attribute__((constructor)) static void
survive_fork(void)
{
	static atomic_flag done = ATOMIC_FLAG_INIT;

	slabi_os_start();
	if (!atomic_flag_test_and_set(&done))
		pthread_atfork(before_fork, after_fork, begin_child);
}

/* Records ---------------------------------------------------------------- */

/* Returns a record that no thread has any more, or NULL. */
static struct slabi_record *
find_spare(void)
{
	struct slabi_record *record = atomic_load(&slabi_records);

	while (record && (record->dead || atomic_load(&record->taken)))
		record = record->next;
	return record;
}

static struct slabi_record *
make_record(void)
{
	struct slabi_record *record = slabi_os.reserve(
	    slabi_round_up(sizeof(*record), slabi_os.page_size),
	    slabi_os.page_size);

	if (!record)
		return NULL;
	pthread_mutex_init(&record->gate.mutex, NULL);
	record->next = atomic_load(&slabi_records);
	atomic_store(&slabi_records, record);
	return record;
}

/* The caller holds the lock of threads. */
static struct slabi_record *
give_record(void)
{
	struct slabi_record *record = find_spare();

	if (!record)
		record = make_record();
	if (!record)
		return NULL;
	if (pthread_setspecific(key, record) != 0)
		return NULL;
	atomic_store(&record->taken, true);
	return record;
}

/*
 * The thread's one pointer leads to the record from now on.  What it led to
 * stays the thread's, who may still have its message.
 */
static void
attach(struct slabi_record *record)
{
	record->before = slabi_self;
	record->thread = (struct slabi_thread){
		.report = slabi_self->report,
		.has_slots = true,
		.taken = true,
	};
	memcpy(record->thread.message, slabi_self->message,
	    sizeof(record->thread.message));
	slabi_self = &record->thread;
}

static void
detach(struct slabi_record *record)
{
	slabi_self = record->before->taken ? record->before :
	    &slabi_thread_ended;
	slabi_self->ended = true;
}

struct slabi_record *
slabi_record_claim(void)
{
	struct slabi_record *record;

	if (slabi_record_mine() || slabi_self->ended || !has_key)
		return slabi_record_mine();
	/* In a callback of a backing the order of locks forbids it. */
	if (slabi_gate_is_mine(&common_gate) &&
	    !slabi_gate_is_mine(&slabi_threads))
		return NULL;
	slabi_gate_enter(&slabi_threads);
	record = give_record();
	if (record)
		attach(record);
	slabi_gate_leave(&slabi_threads);
	return record;
}

/* The destructor of the key: a thread ends. */
static void
end_thread(void *value)
{
	struct slabi_record *record = value;

	slabi_gate_enter(&slabi_threads);
	slabi_self->ended = true;
	end_slots(record);
	detach(record);
	atomic_store(&record->taken, false);
	slabi_gate_leave(&slabi_threads);
}

bool
slabi_record_start(void (*end)(struct slabi_record *record))
{
	survive_fork();
	slabi_gate_enter(&slabi_threads);
	if (!has_key) {
		end_slots = end;
		has_key = pthread_key_create(&key, end_thread) == 0;
	}
	slabi_gate_leave(&slabi_threads);
	return has_key;
}

uint32_t
slabi_record_take_number(void)
{
	uint32_t word, number = 0;

	slabi_gate_enter(&slabi_threads);
	numbers[0] |= 1; /* 0 is none */
	for (word = 0; word < SLABI_SLOTS / 64 && number == 0; word++)
		if (numbers[word] != ~UINT64_C(0))
			number = word * 64 +
			    (uint32_t)__builtin_ctzll(~numbers[word]);
	numbers[number / 64] |= UINT64_C(1) << number % 64;
	slabi_gate_leave(&slabi_threads);
	return number;
}

void
slabi_record_free_number(uint32_t number)
{
	slabi_gate_enter(&slabi_threads);
	numbers[number / 64] &= ~(UINT64_C(1) << number % 64);
	slabi_gate_leave(&slabi_threads);
}

/* A library that is unloaded leaves no destructor behind. */
__attribute__((destructor)) static void
delete_key(void)
{
	if (has_key)
		pthread_key_delete(key);
	has_key = false;
}
