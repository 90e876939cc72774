/*
 * How a gradient becomes a step: the arithmetic of torch.optim.SGD and
 * torch.optim.Adam, in float32, element by element.
 */
#ifndef TRAIN_OPTIMISER_H
#define TRAIN_OPTIMISER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/workers.h"
#include "net/graph.h"
#include "stream/reader.h"
#include "stream/writer.h"

enum optimiser_kind { OPTIMISER_SGD, OPTIMISER_ADAM };

/* "sgd", "adam", NULL. */
extern const char *const optimiser_words[];

struct optimiser_rule {
	enum optimiser_kind kind;
	double decay;      /* L2: decay * w is added to the gradient */
	bool decay_biasbn; /* also of tensors with one dimension */
	double momentum;   /* sgd, dampening 0 */
	bool nesterov;
	double beta1, beta2, epsilon; /* adam */
};

struct optimiser {
	struct optimiser_rule rule;
	const struct graph *graph; /* borrowed: shapes and roles */
	int64_t step;              /* steps taken */
	int moments;               /* of each weight: 0, 1 or 2 */
	float **moment[2];         /* by tensor; NULL where nothing learns */
};

/* Moments start at 0.  Release with optimiser_free in any case. */
int optimiser_init(struct optimiser *optimiser,
    const struct optimiser_rule *rule, const struct graph *graph,
    struct error *err);
void optimiser_free(struct optimiser *optimiser);

/*
 * One step: theta moves against gradient (by tensor, of those that learn).
 *
 * sgd: g += decay w; b = momentum b + g; w -= lr (nesterov: g + momentum b,
 * else b).  adam: g += decay w; m, v: the running means of g and g^2;
 * w -= lr m' / (sqrt(v') + epsilon), m' and v' corrected for their start at 0.
 */
void optimiser_step(struct optimiser *optimiser, double lr,
    struct tensor *theta, float *const *gradient, struct workers *workers);

/*
 * The state in a segment, behind the tensors: a record `optimiser` and `moment`
 * chunks; and back.  optimiser_read takes one such record; other kinds are
 * passed over.
 */
int optimiser_write(const struct optimiser *optimiser, struct writer *writer,
    struct error *err);
int optimiser_read(struct optimiser *optimiser, const struct record *record,
    struct error *err);

#endif
