/*
 * Principal components of the way that an optimiser went (section 7 of the
 * paper).
 *
 * The rows are d_i = theta_i - theta, the checkpoints seen from the last one of
 * the first run; the columns are centred by their mean, or not.  Neither the
 * rows nor a component is ever in memory: a component is a linear combination
 * of the rows, whose coefficients come from the eigenvectors of the small
 * matrix of the rows' products (exactly the singular value decomposition of the
 * rows).
 */
#ifndef RUN_PCA_H
#define RUN_PCA_H

#include <stdbool.h>

#include "direction/direction.h"
#include "direction/source.h"
#include "run/runs.h"

struct pca_order {
	enum direction_over over;
	enum direction_ignore ignore; /* small tensors count as unmoved */
	bool include_final;           /* the plane's model is a row, too */
	bool uncentred;
	int components; /* 1 or 2 that must be there */
	int threads;    /* for the products; no bit depends on it */
};

struct pca {
	const struct runs *runs; /* borrowed */
	struct pca_order order;
	size_t n;    /* rows */
	size_t *row; /* their checkpoints */
	/* Component k is the sum over i of coefficient[k * n + i] * d_i, of
	 * unit length. */
	double *coefficient;
	double explained[AXES_MAX]; /* s^2 over the sum of all s^2 */
	double singular[AXES_MAX];  /* s */
};

/*
 * Finds the components of all runs about the last checkpoint of the first.  The
 * sign is such that the row with the largest part in a component (the first of
 * those that are as large, but for rounding) has a positive one.  Fails when
 * the rows span fewer components than ordered.  pca_free releases it in any
 * case.
 */
int pca_make(struct pca *pca, const struct runs *runs,
    const struct pca_order *order, struct error *err);
void pca_free(struct pca *pca);

/* How many blocks of checkpoints pca_make reads; reading a component, too. */
int64_t pca_blocks(const struct runs *runs, const struct pca_order *order);

/*
 * Principal component number axis as a direction (pca is borrowed).  The model
 * that receives it must be the one that it was made about.
 */
struct direction_source *source_pca(const struct pca *pca, struct error *err);

#endif
