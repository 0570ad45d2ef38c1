/* SPDX-License-Identifier: MIT */
/* The number by which the system knows a thread. */
#ifndef SLABI_THREAD_NUMBER_H
#define SLABI_THREAD_NUMBER_H

#include <stdint.h>

/* Returns it without a system call, where the thread has a record. */
uint32_t slabi_thread_number(void);

#endif
