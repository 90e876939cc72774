/*
 * slow COMMAND...: runs it with a standard input and output that would not wait
 * (O_NONBLOCK): pipes, the one fed with this program's input piece by piece and
 * the other full at first, so that the command finds nothing to read and no
 * room to write.  Exits as the command does.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 4096, PAUSE_US = 2000 };

static void
check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(99);
}

/* A pipe of which the command gets the end given alone, without waiting. */
static void
open_pipe(int ends[2], int given)
{
	check(pipe(ends) == 0, "pipe");
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	fcntl(ends[given], F_SETFL, O_NONBLOCK);
}

/* Fills a pipe: the bytes that it took. */
static size_t
fill(int fd)
{
	static const char junk[PIECE];
	size_t n = 0;
	ssize_t done;

	while ((done = write(fd, junk, sizeof(junk))) > 0)
		n += (size_t)done;
	return n;
}

/* Moves one piece, without its first bytes; 0 at the end. */
static size_t
move(int from, int to, size_t skip)
{
	char piece[PIECE];
	ssize_t got = read(from, piece, sizeof(piece));

	for (ssize_t at = (ssize_t)skip, n; at < got; at += n) {
		n = write(to, piece + at, (size_t)(got - at));
		if (n < 0)
			return 0;
	}
	return got > 0 ? (size_t)got : 0;
}

static pid_t
start(char **argv, const int in[2], const int out[2])
{
	pid_t pid = fork();

	check(pid >= 0, "fork");
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execvp(argv[0], argv);
		check(0, argv[0]);
	}
	close(in[0]);
	close(out[1]);
	return pid;
}

int
main(int argc, char **argv)
{
	int in[2], out[2], status, feeding = 1;
	size_t junk, got = 1;
	pid_t pid;

	check(argc > 1, "slow");
	signal(SIGPIPE, SIG_IGN);
	open_pipe(in, 0);
	open_pipe(out, 1);
	junk = fill(out[1]);
	pid = start(argv + 1, in, out);
	while (got > 0) {
		struct pollfd some = {.fd = out[0], .events = POLLIN};
		struct pollfd room = {.fd = in[1], .events = POLLOUT};

		usleep(PAUSE_US);
		if (feeding && poll(&room, 1, 0) > 0 &&
		    move(STDIN_FILENO, in[1], 0) == 0) {
			feeding = 0;
			close(in[1]);
		}
		if (poll(&some, 1, feeding ? 0 : -1) <= 0)
			continue;
		got = move(out[0], STDOUT_FILENO, junk < PIECE ? junk : PIECE);
		junk -= got < junk ? got : junk;
	}
	check(waitpid(pid, &status, 0) == pid, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
