/*
 * Initial weights: the paper's training recipe (section "Training" of Li et
 * al., arXiv 1712.09913).
 */
#ifndef NET_INIT_H
#define NET_INIT_H

#include <stdint.h>

#include "base/error.h"
#include "net/graph.h"

/*
 * Fills one tensor of graph with its initial values (tensor->data must be
 * there, see tensor_allocate), a pure function of seed and the tensor's name:
 *
 *	convolution	N(0, 2 / fan_in)	(Kaiming, fan-in, gain of ReLU)
 *	linear		N(0, 0.001^2)
 *	normalisation	weight 1, bias 0, mean 0, variance 1, no batches
 *	biases		0
 *
 * fan_in = the elements of one filter.  The draws are random_normal's (purpose
 * RANDOM_INIT).
 */
void init_tensor(struct tensor *tensor, uint64_t seed);

/* Allocates and fills every tensor of graph. */
int init_graph(struct graph *graph, uint64_t seed, struct error *err);

#endif
