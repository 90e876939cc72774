/* Inside lib/evaluate: one process of --exec, and what is said to it. */
#ifndef EVALUATE_EXEC_INTERNAL_H
#define EVALUATE_EXEC_INTERNAL_H

#include "base/child.h"
#include "evaluate/exec.h"

struct exec_process {
	struct child child;
	struct tensor *theta; /* NULL where the program adds up */
	size_t n_tensors;
	struct norms norms;
	struct decoded *begin; /* the plane's, to be continued */
	bool ended;            /* it went away while it was asked */
	bool has_plane;        /* of the form `place` */
};

/*
 * A point that a process is asked for, by its number in the job.  With --error
 * the question is for images from to to - 1, of an order that is the program's,
 * and the next one goes on there.
 */
struct exec_question {
	int64_t id;
	const struct place *place;
	int64_t from, to; /* to is 0: nobody speaks of ranges */
	struct score sum; /* of the images before from; most may be NaN */
	double squares;   /* of their losses' deviations from the mean */
};

/* The first range of a new question; none without a rule for looks. */
void exec_range_start(
    struct exec_question *question, const struct evaluation *e);

/* Is the answer, which was line, one for the range that was asked for? */
int exec_range_check(const struct evaluation *e,
    const struct exec_question *question, const char *line, struct score *score,
    struct error *err);

/*
 * Adds what was heard of the range.  True: it is enough, and score is that of
 * all ranges; false: question is for the next one.
 */
bool exec_range_take(struct exec_question *question, const struct evaluation *e,
    struct score *score);

/*
 * Starts the process, which finds its number in LOSSPIPE_PROCESS, and takes
 * memory for theta.  exec_close releases what is left (and kills), also after a
 * failure.
 */
int exec_open(struct exec_process *process, int number,
    const struct evaluation *e, struct error *err);
void exec_close(struct exec_process *process);

/* Asks.  1: it is asked; 0: score is known without; -1. */
int exec_ask(struct exec_process *process, const struct evaluation *e,
    const struct exec_question *question, struct score *score,
    struct error *err);

/* Waits for the answer to one of n questions, in order; which: its number. */
int exec_hear(struct exec_process *process, const struct evaluation *e,
    const struct exec_question *question, int n, int *which,
    struct score *score, struct error *err);

/* What a line says, which has no newline and is cut into its words. */
struct exec_answer {
	struct score score;
	bool has_id;
	int64_t id;
};

/*
 * "LOSS", "LOSS ACCURACY", or loss= acc= sd= most= n= total= id= in any order;
 * -1 for anything else.  An accuracy that is none is for the caller to refuse.
 */
int exec_read_answer(char *line, struct exec_answer *answer);

/* "point (x, y): ..." in err; returns -1. */
int exec_blame(struct error *err, const struct evaluation *e,
    const struct place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds how the process ended to the error of a process that went away. */
void exec_explain(
    const struct exec_process *process, const char *how, struct error *err);

#endif
