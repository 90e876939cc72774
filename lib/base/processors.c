/* sched_getaffinity is not in the standard that the rest keeps to. */
#define _GNU_SOURCE
#include "base/processors.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/workers.h"

enum { PATH_BYTES = 4096, LINE_BYTES = 64, CPUS_MAX = 1 << 20 };

/* A hierarchy of control groups in which this process has a place. */
struct hierarchy {
	bool unified; /* version 2 */
	char *mount;  /* where it can be seen */
	char *top;    /* which of its groups is seen there */
};

/* ROOT/a/b opened for reading, or NULL. */
static FILE *
open_below(const char *root, const char *a, const char *b)
{
	char path[PATH_BYTES];
	const int n = snprintf(path, sizeof(path), "%s%s%s", root, a, b);

	return n < PATH_BYTES ? fopen(path, "re") : NULL;
}

/* The first line of a file of a group, "" when there is none. */
static void
read_group(const char *root, const char *group, const char *name,
    char line[LINE_BYTES])
{
	FILE *file = open_below(root, group, name);

	if (file == NULL || fgets(line, LINE_BYTES, file) == NULL)
		line[0] = '\0';
	if (file != NULL)
		fclose(file);
}

/* Processors that one group grants, infinitely many when it says nothing. */
static double
group_grant(const char *root, const char *group, bool unified)
{
	char quota[LINE_BYTES], period[LINE_BYTES], *end;
	double granted, of;

	read_group(
	    root, group, unified ? "/cpu.max" : "/cpu.cfs_quota_us", quota);
	granted = strtod(quota, &end); /* version 2 says both in one line */
	if (!unified)
		read_group(root, group, "/cpu.cfs_period_us", period);
	of = strtod(unified ? end : period, NULL);
	/* "max" and -1 are no limits, no more than a file that is not there */
	return granted > 0.0 && of > 0.0 ? granted / of : INFINITY;
}

/* "\040" is how mountinfo writes a space. */
static void
unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; to++)
		if (p[0] == '\\' && strspn(p + 1, "01234567") >= 3) {
			*to = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 +
				     (p[3] - '0'));
			p += 4;
		} else {
			*to = *p++;
		}
	*to = '\0';
}

/* Is word one of the comma-separated list? */
static bool
lists(const char *list, const char *word)
{
	const size_t n = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, word, n) == 0 &&
		    (p[n] == '\0' || p[n] == ',' || p[n] == '\n'))
			return true;
	}
	return false;
}

/* The n-th word of a line that starts at text, cut off; NULL when it has fewer.
 */
static char *
cut_word(char *text, int n)
{
	char *state = NULL, *word = strtok_r(text, " \n", &state);

	while (word != NULL && n-- > 0)
		word = strtok_r(NULL, " \n", &state);
	return word;
}

/*
 * "36 35 0:29 TOP MOUNT OPTIONS [...] - TYPE SOURCE OPTIONS": is it the mounted
 * hierarchy?  The texts of found lie in line.
 */
static bool
is_mounted(char *line, struct hierarchy *found)
{
	char *type = strstr(line, " - "), *options;

	if (type == NULL)
		return false;
	*type = '\0';
	type += 3;
	options = strchr(type, ' ');
	if (options == NULL)
		return false;
	*options++ = '\0';
	if (strcmp(type, found->unified ? "cgroup2" : "cgroup") != 0)
		return false;
	options = cut_word(options, 1);
	if (!found->unified && (options == NULL || !lists(options, "cpu")))
		return false;
	found->top = cut_word(line, 3);
	if (found->top == NULL)
		return false;
	found->mount = cut_word(found->top + strlen(found->top) + 1, 0);
	if (found->mount == NULL)
		return false;
	unescape(found->top);
	unescape(found->mount);
	return true;
}

/* Every group from that of the process up to the one that is mounted. */
static double
chain_grant(const char *root, const struct hierarchy *h, const char *own)
{
	const size_t top = strcmp(h->top, "/") == 0 ? 0 : strlen(h->top);
	const size_t mount = strlen(h->mount);
	double least = INFINITY;
	char group[PATH_BYTES];

	/* of a group that is not below the mounted one, that is all one sees */
	own = strncmp(own, h->top, top) == 0 ? own + top : "";
	if (own[0] != '/' || strncmp(own, "/..", 3) == 0 ||
	    snprintf(group, sizeof(group), "%s%s", h->mount, own) >= PATH_BYTES)
		return group_grant(root, h->mount, h->unified);
	for (size_t n = strlen(group); n >= mount; n--)
		if (group[n] == '/' || group[n] == '\0') {
			group[n] = '\0';
			least =
			    fmin(least, group_grant(root, group, h->unified));
		}
	return least;
}

/* own: the path of the process in its hierarchy. */
static double
hierarchy_grant(const char *root, bool unified, const char *own)
{
	FILE *file = open_below(root, "/proc/self/mountinfo", "");
	double least = INFINITY;
	char *line = NULL;
	size_t room = 0;

	while (file != NULL && getline(&line, &room, file) > 0) {
		struct hierarchy h = {.unified = unified};

		if (is_mounted(line, &h))
			least = fmin(least, chain_grant(root, &h, own));
	}
	if (file != NULL)
		fclose(file);
	free(line);
	return least;
}

int
processors_granted(const char *root)
{
	/* "4:cpu,cpuacct:/a/b" of version 1, "0::/a/b" of version 2 */
	FILE *file = open_below(root, "/proc/self/cgroup", "");
	double least = INFINITY;
	char *line = NULL;
	size_t room = 0;

	while (file != NULL && getline(&line, &room, file) > 0) {
		char *names = strchr(line, ':');
		char *own = names != NULL ? strchr(++names, ':') : NULL;

		if (own == NULL)
			continue;
		*own++ = '\0';
		own[strcspn(own, "\n")] = '\0';
		if (names[0] == '\0' || lists(names, "cpu"))
			least = fmin(least,
			    hierarchy_grant(root, names[0] == '\0', own));
	}
	if (file != NULL)
		fclose(file);
	free(line);
	return least < CPUS_MAX ? (int)ceil(least) : 0;
}

/* Those that the scheduler may put it on. */
static int
allowed(void)
{
	for (size_t n = 1024; n <= CPUS_MAX; n *= 2) {
		cpu_set_t *set = CPU_ALLOC(n);
		int count = 0;

		if (set == NULL)
			break;
		/* it fails when the system knows of more than n */
		if (sched_getaffinity(0, CPU_ALLOC_SIZE(n), set) == 0)
			count = CPU_COUNT_S(CPU_ALLOC_SIZE(n), set);
		CPU_FREE(set);
		if (count > 0)
			return count;
	}
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int
processors_count(void)
{
	int n = allowed();
	const int granted = processors_granted("");

	if (granted > 0 && granted < n)
		n = granted;
	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	return n > 1 ? n : 1;
}
