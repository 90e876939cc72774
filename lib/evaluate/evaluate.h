/*
 * The loss at many points over many images, on several threads.
 *
 * The work is cut into (point, block of images).  Every image's loss is kept
 * and summed in the order of the images when a point is looked at (look.h) and
 * when it is complete, so the sums are the same bytes for any number of threads
 * and any block size, and so is what is decided by them.
 */
#ifndef EVALUATE_EVALUATE_H
#define EVALUATE_EVALUATE_H

#include <stdint.h>

#include "base/error.h"
#include "data/dataset.h"
#include "direction/plane.h"
#include "evaluate/anchor.h"
#include "evaluate/look.h"
#include "evaluate/norms.h"
#include "evaluate/score.h"
#include "execute/plan.h"
#include "net/loss.h"

/* Losses by somebody else's program (evaluate/exec.h); texts are borrowed. */
struct exec_rule {
	const char *command; /* for sh -c; NULL: none, we evaluate */
	int form;            /* of enum exec_form */
	const char *loss;    /* what it computes, a name for records */
	int64_t timeout;     /* seconds for an answer; 0: any time */
	int64_t ahead;       /* points that a process may be asked at once */
	uint64_t order;      /* seed of the order of its images, with looks */
};

/* A point to evaluate. */
struct place {
	int rep;
	double a, b;
	unsigned sets; /* a bit for each data set that is wanted */
};

struct evaluation {
	const struct plane *plane;
	const struct plan *plan; /* of the plane's graph; not for exec */
	int sets;
	const struct dataset *const *data; /* sets of them */
	const double *mean, *std;          /* per channel */
	enum loss_kind loss;
	struct norms_rule norms;
	const struct anchors *anchors;     /* or NULL */
	const char (*set)[SET_NAME_BYTES]; /* names of the sets */
	struct look_rule look;             /* how many images a point needs */
	struct exec_rule exec;             /* instead of plan, data and loss */
	int threads;
};

/*
 * Called for each point in the order of the list, by whichever thread finished
 * it, never twice at once; scores has one entry per data set, of which those
 * that the point wants are filled.  A return of -1 with the error set stops the
 * evaluation.
 */
typedef int evaluate_take(void *context, int64_t point,
    const struct score *scores, struct error *err);

/*
 * Evaluates n points, by exec_points where there is a command.  Threads and
 * memory (a few points' packed weights, one block of images and activations per
 * thread, what norms hold) live for the call.
 */
int evaluate_points(const struct evaluation *evaluation,
    const struct place *points, int64_t n, evaluate_take *take, void *context,
    struct error *err);

#endif
