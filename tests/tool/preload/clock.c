/*
 * A library that is loaded into a program whose monotonic clock it makes run fast:
 * what happens once a minute happens in a test.  CLOCK_FASTER is by how much.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	static double from;
	const char *faster = getenv("CLOCK_FASTER");
	double now;
	int status;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	status = real(clock, t);
	if (status != 0 || clock != CLOCK_MONOTONIC || faster == NULL)
		return status;
	now = (double)t->tv_sec + (double)t->tv_nsec * 1e-9;
	if (from == 0)
		from = now;
	now = from + (now - from) * atof(faster);
	t->tv_sec = (time_t)now;
	t->tv_nsec = (long)((now - (double)t->tv_sec) * 1e9);
	return 0;
}
