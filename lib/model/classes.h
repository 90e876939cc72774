/*
 * Which tensors of a network move: what its file says, and what the user knows
 * better.
 */
#ifndef MODEL_CLASSES_H
#define MODEL_CLASSES_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "net/graph.h"

enum tensor_class {
	CLASS_TRAINABLE, /* in the vector `weights` */
	CLASS_FROZEN,    /* would be, but for a rule */
	CLASS_STATISTIC, /* of a batch norm: in `states` only */
	CLASS_CONSTANT,
};

/* Rules, applied in order, the later ones over the earlier. */
struct class_rule {
	const char *pattern; /* of tensors' names, as the shell's (borrowed) */
	bool train;          /* else freeze */
};

struct class_rules {
	struct class_rule *at; /* class_rules_free */
	size_t n, room;
};

int class_rules_add(struct class_rules *rules, const char *pattern, bool train,
    struct error *err);
void class_rules_free(struct class_rules *rules);

/*
 * Gives the tensors of graph the roles that the rules want: a frozen one is a
 * constant, a constant that is to be trained a weight or (below two dimensions)
 * a bias.  Statistics stay.  *classes receives the class of each (free() it).
 * A rule that matches no tensor it could change is an error.
 */
int classes_apply(struct graph *graph, const struct class_rules *rules,
    enum tensor_class **classes, struct error *err);

/* A line for each tensor: name, class, role, shape, out_axis and filters. */
void classes_list(const struct graph *graph, const enum tensor_class *classes,
    struct text *text);

#endif
