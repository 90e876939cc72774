/* Inside lib/evaluate: one process of --exec, and what is said to it. */
#ifndef EVALUATE_EXEC_INTERNAL_H
#define EVALUATE_EXEC_INTERNAL_H

#include "base/child.h"
#include "evaluate/exec.h"

struct exec_process {
	struct child child;
	struct tensor *theta;
	size_t n_tensors;
	struct norms norms;
	struct decoded *begin; /* the plane's, to be continued */
	bool ended;            /* it went away while it was asked */
};

/*
 * Starts the process and takes memory for theta.  exec_close releases what is
 * left (and kills), also after a failure.
 */
int exec_open(struct exec_process *process, const struct evaluation *e,
    struct error *err);
void exec_close(struct exec_process *process);

/* Asks for one place and reads the answer. */
int exec_ask(struct exec_process *process, const struct evaluation *e,
    const struct place *place, struct score *score, struct error *err);

/* "point (x, y): ..." in err; returns -1. */
int exec_blame(struct error *err, const struct evaluation *e,
    const struct place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds how the process ended to the error of a process that went away. */
void exec_explain(
    const struct exec_process *process, const char *how, struct error *err);

#endif
