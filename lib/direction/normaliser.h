/*
 * Normalises the directions of a model that passes by (direction/passage.h), on
 * its way to a writer.  It holds a number per filter and what must be together
 * before it can be scaled: a filter of PyTorch's layout, at most a tensor.
 *
 * A weight (two and more dimensions) follows its rule's norm.  A tensor of 0 or
 * 1 dimension follows ignore: `biasbn` takes its deltas out, `none` makes it
 * its own direction, d := w, as the reference tool does.  `model` with ignore
 * `none` treats all tensors alike; counters take no part in its norms.
 *
 * Directions toward other models, of PCA, of the Hessian and of the gradient
 * have a length that means something: they pass unchanged unless forced.
 */
#ifndef DIRECTION_NORMALISER_H
#define DIRECTION_NORMALISER_H

#include "direction/gram.h"
#include "direction/passage.h"
#include "stream/writer.h"

struct normaliser_rule {
	enum normalisation norm;
	enum direction_ignore ignore;
};

struct normaliser;

/*
 * rules: for x and y.  force: change every kind.  gram, unless NULL, learns
 * lengths and angles of the result.  Everything is borrowed but the rules.
 */
struct normaliser *normaliser_new(const struct passage *passage,
    struct writer *writer, const struct normaliser_rule rules[AXES_MAX],
    bool force, struct gram *gram, struct error *err);
void normaliser_free(struct normaliser *normaliser);

/* Does it change this direction? */
bool normaliser_changes(
    const struct normaliser *normaliser, const struct direction *direction);

/*
 * The passage has made this step: writes what becomes of it.  `begin` and `end`
 * records are the caller's: at PASSAGE_END this writes what comes before it.
 * Fails on a negative scale, or that is to be combined with ignore
 * `none`, and on weights whose norm is not finite when `model` asks for it.
 */
int normaliser_step(
    struct normaliser *normaliser, enum passage_step step, struct error *err);

#endif
