/*
 * A checkpoint's tensors against a network's, by name and shape.
 */
#ifndef MODEL_MATCH_H
#define MODEL_MATCH_H

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/tie.h"
#include "net/graph.h"

/*
 * Does the checkpoint hold exactly the tensors of graph, under exactly their
 * names?  All num_batches_tracked together may be absent (old files lack them),
 * and constants for which graph has elements. A matrix that graph wants c k
 * (out_axis 1) is PyTorch's k c, and axes of one element may be there or not.
 * A graph that came from a file holds a module's integers (indices, positions)
 * as constants: they are passed over then.
 * A second name of a tensor that graph has (tied weights) is not left over, and
 * two of graph's that are one in the checkpoint become one.
 * Otherwise -1 with one line that says what is missing, what is left over and
 * which shapes differ; *wrong is how many those are.
 */
int match_check(const struct graph *graph, const struct checkpoint *checkpoint,
    size_t *wrong, struct error *err);

/*
 * Integers that were passed over: how many, and the first one's name.  Names of
 * tensors that are one.
 */
struct match_passed {
	size_t n;
	char name[TENSOR_NAME_MAX + 1];
	struct tie_report ties;
};

/*
 * The same, and then moves the elements into graph's tensors (a matrix turned
 * where graph wants that), in place of those they had: those of checkpoint have
 * none afterwards.  An absent num_batches_tracked becomes 0.
 */
int match_take(struct graph *graph, struct checkpoint *checkpoint,
    struct match_passed *passed, struct error *err);

/* An architecture with the input and the classes for which it fits. */
struct match_fit {
	const char *arch; /* borrowed */
	struct shape input;
	int classes;
};

/*
 * What a file does not say is found in its tensors: the classes are the rows of
 * the architecture's last one, the channels those of the first convolution; the
 * usual image sizes are tried.  input NULL: find it; classes 0: find them.
 *
 * match_find_fit tries the architecture fit->arch and fills the rest of *fit;
 * on failure the message, and *wrong as of match_check, are those of the first
 * size.
 */
int match_find_fit(const struct checkpoint *checkpoint,
    const struct shape *input, int classes, struct match_fit *fit,
    size_t *wrong, struct error *err);

/*
 * The one architecture of the zoo that fits.  Fails when none does, or several:
 * then it names them.
 */
int match_find_architecture(const struct checkpoint *checkpoint,
    const struct shape *input, int classes, struct match_fit *fit,
    struct error *err);

#endif
