/*
 * How far a long job has come, for a person at a terminal.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	int64_t total;         /* steps in all */
	int64_t done;          /* steps so far */
	int64_t copied;        /* of these, steps that took no time (resumed) */
	double share;          /* of the images that a step took; 0: all */
	bool most;             /* total is a bound: it may end before */
	double started, shown; /* seconds on a monotonic clock */
};

enum { PROGRESS_TEXT_BYTES = 128 };

void progress_start(struct progress *progress, int64_t total);

/*
 * One more step.  Returns 1 when text should be shown: twice a second at most,
 * and at the end.  "1,204 of 2,601 points, 3.2 points/s, 7:16 left", and with a
 * share ", 18 % of the images".
 */
int progress_step(struct progress *progress, int copied, const char *unit,
    char text[PROGRESS_TEXT_BYTES]);

/* Seconds on the monotonic clock. */
double progress_now(void);

/* "1:05" or "2:03:10".  Returns text. */
char *progress_duration(double seconds, char text[32]);

#endif
