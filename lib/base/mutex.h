/* SPDX-License-Identifier: MIT */
/* The type of mutexes; without an operating system nothing takes one. */
#ifndef SLABI_MUTEX_H
#define SLABI_MUTEX_H

#ifdef SLABI_NO_OS
typedef char slabi_mutex;
#else
#include <pthread.h>
typedef pthread_mutex_t slabi_mutex;
#endif

#endif
