/*
 * What the batch normalisations of a network do along a direction.
 *
 *	fixed      running statistics stay those of the centre
 *	states     they move with the direction
 *	recompute  at every point they are those of a fixed set of images: as if
 *	           training saw the set, not augmented, as one batch.  Layer by
 *	           layer, exactly (mean, then the mean square about it, in
 *	           double), not a running average of batches.
 *
 * Slices of the set are summed in a fixed order: the statistics, too, are the
 * same bytes for any number of threads.
 */
#ifndef EVALUATE_NORMS_H
#define EVALUATE_NORMS_H

#include <stddef.h>

#include "base/error.h"
#include "base/workers.h"
#include "data/dataset.h"
#include "direction/plane.h"
#include "execute/pass.h"

enum norms_mode { NORMS_FIXED, NORMS_STATES, NORMS_RECOMPUTE };

/* "fixed", "states", "recompute", NULL. */
extern const char *const norms_words[];

/* What is asked for; data (borrowed): the set, for recompute. */
struct norms_rule {
	enum norms_mode mode;
	const struct dataset *data;
};

/* Does the model have running statistics?  Does a direction move them? */
bool norms_present(const struct plane *plane);
bool norms_move(const struct plane *plane);

struct norms {
	enum norms_mode mode;
	const struct plane *plane;
	struct pass *pass;
	float *images;
	int n;
};

/*
 * plane and workers are borrowed; workers may be NULL unless rule recomputes.
 * For recompute it holds the set and its activations (norms_bytes).  Fails when
 * the network has an operator that a pass cannot run, naming the node.  Release
 * with norms_close in any case.
 */
int norms_open(struct norms *norms, const struct norms_rule *rule,
    const struct plane *plane, const double *mean, const double *std,
    struct workers *workers, struct error *err);
void norms_close(struct norms *norms);
size_t norms_bytes(const struct norms *norms);

/*
 * What the kernel of a run says of them: ", norms fast avx2" where they are
 * recomputed, else nothing.  Returns text, or a constant.
 */
enum { NORMS_KERNEL_BYTES = PASS_KERNEL_BYTES + 16 };
const char *norms_kernel(enum norms_mode mode, char text[NORMS_KERNEL_BYTES]);

/* Does this tensor stay at every point, whatever a direction says of it? */
bool norms_keep(const struct norms *norms, const struct tensor *tensor);

/*
 * Gives theta, to which plane_apply was applied, its running statistics.  Fails
 * on a variance below 0, which a direction over states may lead to, naming the
 * tensor; never clamps.
 */
int norms_set_statistics(
    const struct norms *norms, struct tensor *theta, struct error *err);

#endif
