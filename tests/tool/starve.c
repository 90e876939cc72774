/*
 * starve: runs a program again and again, each time with one request for memory
 * failing, and tells the runs in which it did not behave.
 *
 *	starve [-av] [-k LAST] [-n RUNS] [-s SEED] [-t SECONDS] [-e STATUS]
 *	       [-i INPUT] STARVE.SO PROGRAM [ARG...]
 *
 * The k-th request fails, k from 1 to LAST (300), alone and with all that
 * follow it (-a: alone only); -n: RUNS of these, chosen by SEED; -t: a run that
 * takes longer hangs.  INPUT is standard input.  An
 * argument {out} is a file that the program writes.
 *
 * A run behaves when it ends as the undisturbed run (the same status and bytes,
 * in {out} too), or with STATUS (1), one line more on stderr and {out} as it
 * was before.  It must not end with other bytes and the status of success, of
 * a signal, or not at all.  One line is printed: the runs, those that failed as
 * they should, those that ended as ever, those whose line does not say that
 * memory is short; then what must not be: another status, other bytes, no line
 * or more than one, signals in the program, runs that hang; and what no program
 * can help, which does not count: libraries that die.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "preload/starve.h"

enum { TOLD_MAX = 5 };

enum end {
	END_CLEAN, /* one line that names memory */
	END_SAME,
	END_OTHER_LINE, /* one line that does not */
	END_STATUS,
	END_BYTES,
	END_LINES,
	END_SIGNAL,
	END_LIBRARY,
	END_HANG,
	ENDS
};

static const char *const end_names[ENDS] = {"clean", "same", "other line",
    "OTHER STATUS", "WRONG BYTES", "NO LINE", "SIGNAL", "signal in a library",
    "HANG"};

struct bytes {
	char *p;
	size_t n;
};

struct run {
	int status; /* of wait */
	bool hung;
	struct bytes out, err, file;
};

struct job {
	char **argv;
	const char *library;
	const char *input;
	const char *file; /* path of {out}, or NULL */
	char *told;       /* path of what starve.so shares */
	struct starving *starving;
	int out, err; /* scratch files */
	int failure;
	int seconds;
	bool alone;
	bool verbose;
	struct run plain;
	long ends[ENDS], runs;
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static struct bytes
read_all(int fd)
{
	struct bytes b = {0};
	struct stat st;

	if (fd < 0)
		return b;
	if (fstat(fd, &st) < 0)
		die("fstat");
	b.n = (size_t)st.st_size;
	b.p = malloc(b.n + 1);
	if (b.p == NULL || pread(fd, b.p, b.n, 0) != (ssize_t)b.n)
		die("scratch file");
	b.p[b.n] = '\0';
	return b;
}

static struct bytes
read_path(const char *path)
{
	int fd = path != NULL ? open(path, O_RDONLY) : -1;
	struct bytes b = read_all(fd);

	if (fd >= 0)
		close(fd);
	return b;
}

static bool
same(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.p == NULL) == (b.p == NULL) &&
	       (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static void
free_run(struct run *r)
{
	free(r->out.p);
	free(r->err.p);
	free(r->file.p);
}

static _Noreturn void
become(const struct job *job)
{
	int in = open(job->input, O_RDONLY);

	setpgid(0, 0);
	dup2(in, STDIN_FILENO);
	dup2(job->out, STDOUT_FILENO);
	dup2(job->err, STDERR_FILENO);
	setenv("LD_PRELOAD", job->library, 1);
	setenv("STARVE", job->told, 1);
	execvp(job->argv[0], job->argv);
	_exit(127);
}

static struct run
run(struct job *job, unsigned long at, bool on)
{
	struct run r = {0};
	struct timespec tick = {.tv_nsec = 200000};
	time_t begin = time(NULL);
	pid_t pid, got;

	*job->starving = (struct starving){.at = at, .on = on};
	if (job->file != NULL)
		unlink(job->file);
	if (ftruncate(job->out, 0) < 0 || ftruncate(job->err, 0) < 0 ||
	    lseek(job->out, 0, SEEK_SET) < 0 ||
	    lseek(job->err, 0, SEEK_SET) < 0)
		die("scratch file");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		become(job);
	if (pid < 0)
		die("fork");
	while ((got = waitpid(pid, &r.status, WNOHANG)) == 0) {
		if (time(NULL) - begin > job->seconds && !r.hung) {
			r.hung = true;
			kill(-pid, SIGKILL);
		}
		nanosleep(&tick, NULL);
	}
	kill(-pid, SIGKILL);
	r.out = read_all(job->out);
	r.err = read_all(job->err);
	r.file = read_path(job->file);
	return r;
}

/* The line that is more than the undisturbed run said, or NULL. */
static const char *
one_line(const struct job *job, const struct run *r)
{
	const char *name = strrchr(job->argv[0], '/'), *last, *end;

	name = name != NULL ? name + 1 : job->argv[0];
	if (r->err.n == 0 || r->err.p[r->err.n - 1] != '\n')
		return NULL;
	r->err.p[r->err.n - 1] = '\0';
	last = strrchr(r->err.p, '\n');
	end = last != NULL ? last + 1 : r->err.p;
	r->err.p[r->err.n - 1] = '\n';
	/* what stands before it, the undisturbed run said, too */
	if (last != NULL && (job->plain.err.n < (size_t)(end - r->err.p) ||
				memcmp(job->plain.err.p, r->err.p,
				    (size_t)(end - r->err.p)) != 0))
		return NULL;
	return strncmp(end, name, strlen(name)) == 0 ? end : NULL;
}

static enum end
judge(const struct job *job, const struct run *r)
{
	const char *line;
	int code = WEXITSTATUS(r->status);

	/* OpenBLAS tries for ever to map a buffer; programs ask before it does
	 * whether there is room (lib/net/blas.c, tests/contract/limits.t). */
	if (r->hung)
		return strncmp(job->starving->refused_in, "libopenblas", 11) ==
			       0
			   ? END_LIBRARY
			   : END_HANG;
	if (!WIFEXITED(r->status))
		return strncmp(job->starving->died_in, "lib", 3) == 0
			   ? END_LIBRARY
			   : END_SIGNAL;
	if (r->status == job->plain.status && same(r->out, job->plain.out) &&
	    same(r->file, job->plain.file))
		return END_SAME;
	line = one_line(job, r);
	if (code == WEXITSTATUS(job->plain.status) || r->file.p != NULL)
		return END_BYTES;
	if (line == NULL)
		return strncmp(job->starving->refused_in, "lib", 3) == 0
			   ? END_LIBRARY
			   : END_LINES;
	if (code != job->failure)
		return END_STATUS;
	return strstr(line, "memory") != NULL || strstr(line, "thread") != NULL
		   ? END_CLEAN
		   : END_OTHER_LINE;
}

static void
try(struct job *job, unsigned long at, bool on)
{
	struct run r = run(job, at, on);
	enum end end = judge(job, &r);

	job->runs++;
	job->ends[end]++;
	if ((end > END_OTHER_LINE || (end == END_OTHER_LINE && job->verbose)) &&
	    (job->verbose || job->ends[end] <= TOLD_MAX)) {
		const char *line =
		    r.err.n > 0 ? strtok(r.err.p, "\n") : "(silence)";

		printf("# %s: request %lu%s (%s) fails: %s", job->argv[0], at,
		    on ? " and all that follow" : "", job->starving->refused_in,
		    end_names[end]);
		if (end == END_SIGNAL || end == END_LIBRARY)
			printf(" %d (%d) in %s", WTERMSIG(r.status),
			    job->starving->died_of, job->starving->died_in);
		printf("; %s\n", line);
	}
	free_run(&r);
}

static void
try_all(struct job *job, unsigned long last, unsigned long n, uint64_t seed)
{
	const unsigned long ways = job->alone ? 1 : 2, all = ways * last;

	if (n == 0 || n >= all) {
		for (unsigned long i = 0; i < all; i++)
			try(job, 1 + i / ways, i % ways != 0);
		return;
	}
	for (unsigned long i = 0; i < n; i++) {
		/* one in each n-th of them */
		const unsigned long lo = i * all / n, hi = (i + 1) * all / n;
		unsigned long pick;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		pick = lo + (unsigned long)(seed >> 33) % (hi - lo);
		try(job, 1 + pick / ways, pick % ways != 0);
	}
}

static int
scratch(char *path)
{
	int fd = mkstemp(path);

	if (fd < 0)
		die(path);
	return fd;
}

static void
share(struct job *job)
{
	int fd = scratch(job->told);

	if (ftruncate(fd, sizeof(*job->starving)) < 0)
		die("scratch file");
	job->starving = mmap(NULL, sizeof(*job->starving),
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (job->starving == MAP_FAILED)
		die("mmap");
	close(fd);
}

static void
report(const struct job *job, unsigned long asked)
{
	printf("%lu requests, %ld runs:", asked, job->runs);
	for (int i = 0; i < ENDS; i++)
		printf(" %ld %s%s", job->ends[i], end_names[i],
		    i + 1 < ENDS ? "," : "\n");
}

int
main(int argc, char **argv)
{
	char told[] = "/tmp/losspipe-starve-XXXXXX";
	char out[] = "/tmp/losspipe-starve-XXXXXX",
	     err[] = "/tmp/losspipe-starve-XXXXXX";
	char file[] = "/tmp/losspipe-starve-XXXXXX";
	struct job job = {
	    .failure = 1, .seconds = 20, .input = "/dev/null", .told = told};
	unsigned long last = 300, n = 0, asked;
	uint64_t seed = 1;
	int c;

	while ((c = getopt(argc, argv, "+avk:n:s:e:i:t:")) != -1)
		switch (c) {
		case 'v':
			job.verbose = true;
			break;
		case 'a':
			job.alone = true;
			break;
		case 't':
			job.seconds = atoi(optarg);
			break;
		case 'k':
			last = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			n = strtoul(optarg, NULL, 10);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 10);
			break;
		case 'e':
			job.failure = atoi(optarg);
			break;
		case 'i':
			job.input = optarg;
			break;
		default:
			return 2;
		}
	if (argc - optind < 2)
		return 2;
	job.library = argv[optind];
	job.argv = argv + optind + 1;
	for (int i = optind + 1; i < argc; i++)
		if (strcmp(argv[i], "{out}") == 0) {
			close(scratch(file));
			job.file = argv[i] = file;
		}
	share(&job);
	job.out = scratch(out);
	job.err = scratch(err);
	unlink(out);
	unlink(err);

	job.plain = run(&job, 0, false);
	asked = job.starving->asked;
	if (!WIFEXITED(job.plain.status) ||
	    WEXITSTATUS(job.plain.status) == job.failure || asked == 0) {
		printf("# undisturbed: status %d, %lu requests: %s",
		    job.plain.status, asked, job.plain.err.p);
		return 2;
	}
	try_all(&job, asked < last ? asked : last, n, seed);
	report(&job, asked);
	if (job.file != NULL)
		unlink(job.file);
	unlink(told);
	return job.ends[END_STATUS] + job.ends[END_BYTES] +
		   job.ends[END_LINES] + job.ends[END_SIGNAL] +
		   job.ends[END_HANG] >
	       0;
}
