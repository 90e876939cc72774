/*
 * A program that runs beside this one: it is asked on its standard input and
 * answers in lines on its standard output.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum { CHILD_LINE_BYTES = 4096, CHILD_END_BYTES = 64 };

struct child {
	pid_t pid;      /* of its shell; 0: none */
	pid_t watchman; /* leads its process group */
	int life;       /* held open: the watchman waits for its end */
	int to, from;   /* its standard input and output; -1: closed */
	char buffer[CHILD_LINE_BYTES]; /* of its output, what was not taken */
	size_t n;
};

/*
 * Runs `sh -c command` in a process group of its own, with this program's
 * standard error.  Other children do not hold its pipes open.  A second process
 * of the group kills it when this program ends, however it does; only what has
 * left the group (setsid) lives on.  Not to be called beside other threads.
 */
int child_start(struct child *child, const char *command, struct error *err);

/*
 * The next line of its output, without the newline and with a NUL.  1, 0 at the
 * end of its output, -1 when the line is too long or reading failed.  Waits for
 * as long as it takes: child_kill, from any thread, ends that.
 */
int child_line(struct child *child, char line[CHILD_LINE_BYTES]);

/* Has it written something that nobody took?  Does not wait. */
bool child_has_more(const struct child *child);

/* Kills it and all that it has started. */
void child_kill(const struct child *child);

/*
 * No more questions: closes its input, takes the rest of its output and waits
 * for its end.  Tells whether there was any rest.  It still has its pid:
 * child_kill is safe until child_reap.
 */
bool child_close(struct child *child);

/*
 * Kills what it has left in its group, and forgets it.  how receives "exit
 * status 3" or "signal 9", "" for a success.
 */
void child_reap(struct child *child, char how[CHILD_END_BYTES]);

/*
 * A write to a child that has ended raises SIGPIPE, which shall end this
 * program only where its own output is concerned.  Between the two calls the
 * signal is held back from this thread; then it is dropped.
 */
void child_hold_sigpipe(sigset_t *before);
void child_drop_sigpipe(const sigset_t *before);

#endif
