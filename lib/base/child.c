#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"

extern char **environ;

enum { LOOK_MS = 500 }; /* how often a silent child is looked after */

static void
wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

/* ---- starting ---- */

/* Ends that no other child inherits. */
static int
open_pipe(int ends[2], struct error *err)
{
	if (pipe(ends) < 0)
		return error_set(err, "pipe:");
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	return 0;
}

static void
close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/*
 * The watchman of a child: the first of its process group, deaf to what usually
 * ends a group.  Its input is a pipe that this program alone holds open: when
 * that ends, this program has, by whatever signal, and the group goes too.  It
 * is the group's own 0 that is killed, never a number that is somebody else's
 * by now.
 */
static const char watchman[] =
    "trap '' HUP INT QUIT PIPE ALRM TERM USR1 USR2 TSTP; "
    "read -r line; kill -KILL 0";

/* sh -c command in this process group (0: a new one); in, out: -1 for none. */
static int
spawn(pid_t *pid, const char *command, pid_t group, int in, int out)
{
	char *const argv[] = {
	    (char *)"sh", (char *)"-c", (char *)command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, sigpipe;
	int status;

	sigemptyset(&none);
	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	/* a watchman holds nobody's output open */
	for (int fd = STDOUT_FILENO; out < 0 && fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(
		    &files, fd, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP |
					   POSIX_SPAWN_SETSIGMASK |
					   POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, group);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &sigpipe);
	status = posix_spawn(pid, "/bin/sh", &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return status;
}

static int
start_watchman(struct child *child, struct error *err)
{
	int life[2], status;

	if (open_pipe(life, err) < 0)
		return -1;
	status = spawn(&child->watchman, watchman, 0, life[0], -1);
	close(life[0]);
	child->life = life[1];
	if (status == 0) {
		/*
		 * The child has made its group by now, unless it runs under an
		 * emulator whose vfork does not wait: who joins the group next
		 * must find it.
		 */
		(void)setpgid(child->watchman, child->watchman);
		return 0;
	}
	close(child->life);
	errno = status;
	return error_set(err, "/bin/sh:");
}

/* Nobody of the group is needed any more. */
static void
end_group(struct child *child)
{
	int status;

	child_kill(child);
	close(child->life);
	wait_for(child->watchman, &status);
}

static int
start_program(struct child *child, const char *command, struct error *err)
{
	int in[2], out[2], status;

	if (open_pipe(in, err) < 0)
		return -1;
	if (open_pipe(out, err) < 0) {
		close_pipe(in);
		return -1;
	}
	status = spawn(&child->pid, command, child->watchman, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	child->to = in[1];
	child->from = out[0];
	if (status == 0)
		return 0;
	close(in[1]);
	close(out[0]);
	errno = status;
	return error_set(err, "/bin/sh:");
}

int
child_start(struct child *child, const char *command, struct error *err)
{
	*child = (struct child){.to = -1, .from = -1};
	if (start_watchman(child, err) < 0)
		return -1;
	if (start_program(child, command, err) == 0)
		return 0;
	end_group(child);
	*child = (struct child){.to = -1, .from = -1};
	return -1;
}

/* ---- listening ---- */

static bool
has_ended(const struct child *child)
{
	siginfo_t end = {0};

	return waitid(P_PID, (id_t)child->pid, &end,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       end.si_pid == child->pid;
}

/*
 * More output into the buffer: 1, 0 at its end, -1.  What it left behind in
 * another session may hold the pipe open, out of reach of child_kill: its end
 * is that of its output, too.
 */
static int
fill(struct child *child)
{
	struct pollfd from = {.fd = child->from, .events = POLLIN};
	ssize_t got;

	while (poll(&from, 1, LOOK_MS) <= 0)
		if (has_ended(child) && poll(&from, 1, 0) <= 0)
			return 0;
	got = descriptor_read(child->from, child->buffer + child->n,
	    sizeof(child->buffer) - child->n);
	if (got > 0)
		child->n += (size_t)got;
	return got > 0 ? 1 : (int)got;
}

int
child_line(struct child *child, char line[CHILD_LINE_BYTES])
{
	for (;;) {
		char *end = memchr(child->buffer, '\n', child->n);
		size_t n = end != NULL ? (size_t)(end - child->buffer) : 0;
		int status;

		if (end != NULL) {
			memcpy(line, child->buffer, n);
			line[n] = '\0';
			child->n -= n + 1;
			memmove(child->buffer, end + 1, child->n);
			return 1;
		}
		if (child->n == sizeof(child->buffer))
			status = -1;
		else
			status = fill(child);
		if (status == 1)
			continue;
		/* what there is of a line, for the message */
		n = child->n < CHILD_LINE_BYTES - 1 ? child->n
						    : CHILD_LINE_BYTES - 1;
		memcpy(line, child->buffer, n);
		line[n] = '\0';
		return status;
	}
}

bool
child_has_more(const struct child *child)
{
	struct pollfd from = {.fd = child->from, .events = POLLIN};

	return child->n > 0 ||
	       (poll(&from, 1, 0) > 0 && (from.revents & POLLIN) != 0);
}

/* ---- ending ---- */

void
child_kill(const struct child *child)
{
	if (child->watchman > 0)
		kill(-child->watchman, SIGKILL);
}

bool
child_close(struct child *child)
{
	bool more = child->n > 0;
	siginfo_t end;

	if (child->pid == 0)
		return false;
	close(child->to);
	child->n = 0;
	while (fill(child) > 0) {
		more = true;
		child->n = 0;
	}
	close(child->from);
	while (waitid(P_PID, (id_t)child->pid, &end, WEXITED | WNOWAIT) < 0 &&
	       errno == EINTR)
		;
	return more;
}

void
child_reap(struct child *child, char how[CHILD_END_BYTES])
{
	int status = 0;

	how[0] = '\0';
	if (child->pid == 0)
		return;
	end_group(child);
	wait_for(child->pid, &status);
	if (WIFSIGNALED(status))
		snprintf(how, CHILD_END_BYTES, "signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		snprintf(how, CHILD_END_BYTES, "exit status %d",
		    WEXITSTATUS(status));
	*child = (struct child){.to = -1, .from = -1};
}

/* ---- SIGPIPE ---- */

void
child_hold_sigpipe(sigset_t *before)
{
	sigset_t sigpipe;

	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &sigpipe, before);
}

void
child_drop_sigpipe(const sigset_t *before)
{
	const struct timespec now = {0};
	sigset_t sigpipe;

	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	while (sigtimedwait(&sigpipe, NULL, &now) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, before, NULL);
}
