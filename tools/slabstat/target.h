/* SPDX-License-Identifier: MIT */
/*
 * What is looked into: a process or a core file, seen as memory that can be
 * read.  Nothing that is read may be trusted.
 */
#ifndef SLABSTAT_TARGET_H
#define SLABSTAT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a run of slabstat ends with. */
enum { SEEN = 0, FAILED = 1, USAGE = 2, NO_LIBSLAB = 3 };

struct region {
	uint64_t start, end;
	uint64_t offset; /* in a core: where its bytes are */
	bool module;     /* an ELF file may begin here */
};

struct target {
	char name[64];        /* "process 42", "core" and its file's name */
	char error[256];      /* a sentence, after a call that failed */
	pid_t process;        /* 0: a core */
	int memory;           /* /proc/PID/mem, or the core; -1: not open */
	int pagemap;          /* -1: not open */
	struct region *regions;
	size_t count;
	pid_t *stopped;       /* threads that stand still */
	size_t stopped_count;
};

/* Stores a sentence and returns false. */
__attribute__((format(printf, 2, 3))) bool target_fail(struct target *target,
    const char *format, ...);

bool target_open_process(struct target *target, pid_t process);
bool target_open_core(struct target *target, const char *path);
void target_close(struct target *target);

/* Reads all `size` bytes at an address; returns false if some are not there. */
bool target_read(struct target *target, uint64_t address, void *to,
    size_t size);
/*
 * Reads a string of at most `room` - 1 bytes, which are cut to what is there.
 */
bool target_read_string(struct target *target, uint64_t address, char *to,
    size_t room);
/* Adds the bytes of a block that are in RAM, or in the core. */
bool target_resident(struct target *target, uint64_t address, uint64_t size,
    uint64_t *bytes);
/* Stops all threads of a process, and lets them run again. */
bool target_stop(struct target *target);
void target_resume(struct target *target);

bool target_add_region(struct target *target, struct region region);

#endif
