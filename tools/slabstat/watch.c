/* SPDX-License-Identifier: MIT */
/* Owns the clock, the keys and the screen of a run with --every. */
#include "watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ended;
static bool screen, keys;
static struct termios before;

static void
end(int signal)
{
	(void)signal;
	ended = 1;
}

static void
give_keys_back(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void
watch_begin(void)
{
	struct sigaction action = { .sa_handler = end };
	struct termios raw;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	screen = isatty(STDOUT_FILENO);
	keys = screen && tcgetattr(STDIN_FILENO, &before) == 0;
	if (!keys)
		return;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
		keys = false;
	else
		atexit(give_keys_back);
}

/* Go to the top left corner, and clear what is below. */
void
watch_new_screen(void)
{
	if (screen)
		printf("\033[H\033[J");
}

double
watch_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

bool
watch_wait(double seconds)
{
	double until = watch_now() + seconds;
	struct pollfd keyboard = { .fd = STDIN_FILENO, .events = POLLIN };

	fflush(stdout);
	while (!ended) {
		double left = until - watch_now();
		char key;

		if (left <= 0)
			return true;
		if (left > 3600)
			left = 3600;
		if (poll(&keyboard, keys, (int)(left * 1000) + 1) > 0 &&
		    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			ended = 1;
	}
	return false;
}

bool
watch_ended(void)
{
	return ended;
}
