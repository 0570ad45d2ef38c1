/* SPDX-License-Identifier: MIT */
/*
 * Owns commands.  They are traced for one event only: the end of the process,
 * at which its memory is still there.
 */
#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"

pid_t
command_start(char **argv)
{
	int gate[2];
	pid_t process;
	char byte = 0;

	if (pipe(gate) != 0)
		return 0;
	process = fork();
	if (process == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) == 1)
			execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	close(gate[0]);
	if (process > 0 && (ptrace(PTRACE_SEIZE, process, NULL,
	    (void *)PTRACE_O_TRACEEXIT) != 0 ||
	    write(gate[1], &byte, 1) != 1)) {
		kill(process, SIGKILL);
		process = 0;
	}
	close(gate[1]);
	return process > 0 ? process : 0;
}

/* Hands a signal on, or lets a stopped process stay so. */
static void
go_on(pid_t process, int status)
{
	int signal = WSTOPSIG(status);

	if (status >> 16 == PTRACE_EVENT_STOP)
		ptrace(signal == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN,
		    process, NULL, NULL);
	else
		ptrace(PTRACE_CONT, process, NULL,
		    (void *)(long)(status >> 16 == 0 ? signal : 0));
}

bool
command_wait(pid_t process, double seconds)
{
	double until = watch_now() + seconds;

	for (;;) {
		int status;
		pid_t got = waitpid(process, &status,
		    seconds < 0 ? 0 : WNOHANG);

		if (got == process) {
			if (!WIFSTOPPED(status) ||
			    status >> 16 == PTRACE_EVENT_EXIT)
				return true;
			go_on(process, status);
		} else if (got < 0 && seconds < 0) {
			return true;
		} else if (watch_now() >= until || !watch_wait(0.02)) {
			return false;
		}
	}
}

void
command_finish(pid_t process)
{
	int status;

	ptrace(PTRACE_DETACH, process, NULL, NULL);
	waitpid(process, &status, 0);
}
