/*
 * The shape of one image's activation (without the batch dimension n), or of a
 * tensor as an operator sees it.
 */
#ifndef NET_SHAPE_H
#define NET_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tensor/tensor.h"

/* c h w, or the features of a linear layer. */
struct shape {
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
};

/* Most elements of one image's activation: positions fit in an int. */
enum { SHAPE_SIZE_MAX = 1 << 30 };

/* Number of elements; only for shapes that shape_check has passed. */
int64_t shape_size(const struct shape *shape);

/*
 * Fails unless the rank is 1 ... TENSOR_RANK_MAX - 1, every dimension is at
 * least 1 and the size is at most SHAPE_SIZE_MAX.
 */
int shape_check(const struct shape *shape, struct error *err);

bool shape_same(const struct shape *a, const struct shape *b);

struct shape shape_of_tensor(const struct tensor *tensor);

/*
 * The option value "C,H,W" as an image's shape; what names the option in the
 * message.
 */
int shape_parse(
    const char *text, const char *what, struct shape *shape, struct error *err);

/* "16x32x32".  Returns text. */
char *shape_text(const struct shape *shape, char text[TENSOR_SHAPE_TEXT_BYTES]);

#endif
