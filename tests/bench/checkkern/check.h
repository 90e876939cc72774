/*
 * The checks of checkkern: each draws operands, runs a kernel and plain C, and
 * returns whether they agree.
 */
#ifndef CHECKKERN_CHECK_H
#define CHECKKERN_CHECK_H

#include "draw.h"
#include "kernel/cpu.h"

typedef int check_function(const struct kernels *kernels, struct dice *dice);

/* conv.c */
check_function check_conv, check_depthwise, check_winograd, check_strided,
    check_weights;
/* pixelwise.c */
check_function check_pool, check_affine, check_norm, check_norm_back;
/* rows.c */
check_function check_softmax, check_layer_norm, check_pointwise, check_exp;
/* rows_back.c */
check_function check_softmax_back, check_layer_norm_back, check_slope,
    check_bend;
/* gradient.c */
check_function check_gradient, check_winograd_gradient;

/* A table, and what to call it. */
struct set {
	char name[32];
	const struct kernels *kernels;
};

/* Times the kernels of n sets.  (bench.c) */
void bench_all(const struct set *sets, int n, uint64_t seed, int csv);

#endif
