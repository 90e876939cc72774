/*
 * Threads that work through numbered tasks, again and again: the loops of a
 * training step.
 *
 * Which thread does which task is chance.  A result that does not depend on the
 * number of threads needs tasks that do not depend on it either.
 */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include "base/error.h"

enum { WORKERS_MAX = 1024 }; /* what -j takes */

struct workers;

/*
 * threads >= 1, the caller's among them.  When the system refuses some, those
 * that it gives do the work.
 */
struct workers *workers_new(int threads, struct error *err);
void workers_free(struct workers *workers);

/* Threads there are: memory for each may be numbered by worker. */
int workers_count(const struct workers *workers);

typedef void workers_task(void *context, int task, int worker);

/*
 * Calls task for 0 ... n - 1, each once, on all threads; returns when all are
 * done.  worker is below workers_count.
 */
void workers_run(
    struct workers *workers, int n, workers_task *task, void *context);

#endif
