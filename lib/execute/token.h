/*
 * Nodes that kernels of tokens do, where derivatives are asked for: functions
 * of one number, those that exporters write as several nodes, products of rows
 * with their bias, softmax and layer normalisation.
 */
#ifndef EXECUTE_TOKEN_H
#define EXECUTE_TOKEN_H

#include "kernel/kernel.h"
#include "net/graph.h"

enum token_kind {
	TOKEN_NONE,
	TOKEN_NOTHING, /* part of another one's step */
	TOKEN_SOFTMAX,
	TOKEN_LAYER_NORM,
	TOKEN_FUNCTION,
};

struct token {
	enum token_kind kind;
	enum pointwise function;
	int in;        /* what the function is of */
	int row;       /* elements */
	int bias, add; /* of a product: tensor, and the node that adds it; -1 */
};

/* Fills one for each node: functions, what they take in, products' biases. */
void token_find(const struct graph *graph, struct token *token);

#endif
