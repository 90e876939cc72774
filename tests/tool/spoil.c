/*
 * spoil: runs a program on every cut and every flipped bit of a stream, and
 * tells the runs in which it did not behave.
 *
 *	spoil [-w] [-c STEP] [-f STEP] [-s STATUS] [-m MIB] STREAM PROGRAM
 *[ARG...]
 *
 * -w: the whole stream; -c: cut at every STEP-th byte; -f: flip every STEP-th
 * bit.  The stream
 * is the program's standard input.  It behaves when it exits with STATUS (1),
 * says exactly one line on stderr that starts with its name, and stays below
 * MIB (64) of memory.  With an argument {out}, that is a file which exists
 * before and must have the same content afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MAX = 4096, TOLD_MAX = 5, STREAM_MAX = 4 << 20 };

static const char good[] = "a good file\n";

struct job {
	char **argv;
	const char *out; /* path of {out}, or NULL */
	int input;       /* the spoilt stream */
	int status;
	long mib;
	long runs, failures;
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static int
scratch_file(char *path)
{
	int fd = mkstemp(path);

	if (fd < 0)
		die(path);
	return fd;
}

static void
fill(int fd, const void *bytes, size_t n)
{
	if (ftruncate(fd, 0) < 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		die("scratch file");
}

static void
tell(struct job *job, const char *how, size_t at, const char *format, ...)
{
	va_list ap;

	if (job->failures++ >= TOLD_MAX)
		return;
	printf("# %s at %zu: ", how, at);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

/* Runs the program; what it said on stderr goes to said. */
static int
run(struct job *job, char said[SAID_MAX], struct rusage *used)
{
	int pipes[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	if (pipe(pipes) < 0 || lseek(job->input, 0, SEEK_SET) < 0)
		die("pipe");
	pid = fork();
	if (pid == 0) {
		int sink = open("/dev/null", O_WRONLY);

		dup2(job->input, STDIN_FILENO);
		dup2(sink, STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execvp(job->argv[0], job->argv);
		_exit(127);
	}
	close(pipes[1]);
	while ((got = read(pipes[0], said + n, SAID_MAX - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(pipes[0]);
	if (pid < 0 || wait4(pid, &status, 0, used) < 0)
		die("wait");
	return status;
}

static bool
still_good(const char *path)
{
	char now[sizeof(good)] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, now, sizeof(now)) : -1;

	close(fd);
	return n == sizeof(good) - 1 && memcmp(now, good, (size_t)n) == 0;
}

static void
try(struct job *job, const char *how, size_t at)
{
	const char *name = strrchr(job->argv[0], '/');
	char said[SAID_MAX], *line_end;
	struct rusage used;
	int status = run(job, said, &used);

	name = name != NULL ? name + 1 : job->argv[0];
	line_end = strchr(said, '\n');
	job->runs++;
	if (!WIFEXITED(status))
		tell(job, how, at, "signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != job->status)
		tell(job, how, at, "exit status %d", WEXITSTATUS(status));
	else if (line_end == NULL || line_end[1] != '\0')
		tell(job, how, at, "not one line: %s", said);
	else if (strncmp(said, name, strlen(name)) != 0)
		tell(job, how, at, "not its name: %s", said);
	else if (used.ru_maxrss > job->mib * 1024)
		tell(job, how, at, "%ld KiB of memory", used.ru_maxrss);
	else if (job->out != NULL && !still_good(job->out))
		tell(job, how, at, "%s was touched", job->out);
}

static uint8_t *
read_all(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc(STREAM_MAX);

	if (f == NULL || bytes == NULL)
		die(path);
	*n = fread(bytes, 1, STREAM_MAX, f);
	fclose(f);
	return bytes;
}

int
main(int argc, char **argv)
{
	char input[] = "/tmp/losspipe-spoil-XXXXXX";
	char out[] = "/tmp/losspipe-spoil-XXXXXX";
	struct job job = {.status = 1, .mib = 64};
	size_t n, cuts = 0, flips = 0;
	bool whole = false;
	uint8_t *bytes;
	int c;

	while ((c = getopt(argc, argv, "+wc:f:s:m:")) != -1)
		switch (c) {
		case 'w':
			whole = true;
			break;
		case 'c':
			cuts = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			flips = strtoul(optarg, NULL, 10);
			break;
		case 's':
			job.status = atoi(optarg);
			break;
		case 'm':
			job.mib = atol(optarg);
			break;
		default:
			return 2;
		}
	if (argc - optind < 2)
		return 2;
	bytes = read_all(argv[optind], &n);
	job.argv = argv + optind + 1;
	for (int i = optind + 1; i < argc; i++)
		if (strcmp(argv[i], "{out}") == 0) {
			int fd = scratch_file(out);

			fill(fd, good, sizeof(good) - 1);
			close(fd);
			job.out = argv[i] = out;
		}
	job.input = scratch_file(input);
	unlink(input);

	if (whole) {
		fill(job.input, bytes, n);
		try(&job, "whole", n);
	}
	for (size_t at = 0; cuts > 0 && at < n; at += cuts) {
		fill(job.input, bytes, at);
		try(&job, "cut", at);
	}
	for (size_t bit = 0; flips > 0 && bit < 8 * n; bit += flips) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		fill(job.input, bytes, n);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		try(&job, "flip", bit);
	}
	if (job.out != NULL)
		unlink(job.out);
	free(bytes);
	printf("# %ld runs, %ld failures\n", job.runs, job.failures);
	return job.failures > 0 || job.runs == 0;
}
