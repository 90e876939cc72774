#include "model/classes.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"

static const char *const words[] = {
    [CLASS_TRAINABLE] = "trainable",
    [CLASS_FROZEN] = "frozen",
    [CLASS_STATISTIC] = "statistic",
    [CLASS_CONSTANT] = "constant",
};

int
class_rules_add(struct class_rules *rules, const char *pattern, bool train,
    struct error *err)
{
	if (memory_grow(&rules->at, &rules->room, rules->n + 1,
		sizeof(*rules->at), err) < 0)
		return -1;
	rules->at[rules->n++] = (struct class_rule){pattern, train};
	return 0;
}

void
class_rules_free(struct class_rules *rules)
{
	free(rules->at);
	*rules = (struct class_rules){0};
}

static enum tensor_class
class_of(const struct tensor *tensor)
{
	if (tensor_is_weight(tensor))
		return CLASS_TRAINABLE;
	return tensor_is_state(tensor) ? CLASS_STATISTIC : CLASS_CONSTANT;
}

static int
apply(const struct graph *graph, const struct class_rule *rule,
    enum tensor_class *classes, struct error *err)
{
	size_t matched = 0;

	for (size_t i = 0; i < graph->n_tensors; i++) {
		const struct tensor *t = &graph->tensors[i];
		const bool frozen = classes[i] == CLASS_FROZEN;

		if (t->type != TENSOR_FLOAT32 ||
		    classes[i] == CLASS_STATISTIC ||
		    (!rule->train && classes[i] == CLASS_CONSTANT) ||
		    fnmatch(rule->pattern, t->name, 0) != 0)
			continue;
		matched++;
		if (rule->train)
			classes[i] = CLASS_TRAINABLE;
		else if (!frozen)
			classes[i] = CLASS_FROZEN;
	}
	if (matched > 0)
		return 0;
	return error_set(err,
	    "%s '%.120s' matches none of the %zu tensor%s that it could be for",
	    rule->train ? "--train" : "--freeze", rule->pattern,
	    graph->n_tensors, plural_s((int64_t)graph->n_tensors));
}

int
classes_apply(struct graph *graph, const struct class_rules *rules,
    enum tensor_class **classes, struct error *err)
{
	enum tensor_class *all =
	    memory_new(graph->n_tensors, sizeof(*all), err);

	*classes = all;
	if (all == NULL)
		return -1;
	for (size_t i = 0; i < graph->n_tensors; i++)
		all[i] = class_of(&graph->tensors[i]);
	for (size_t r = 0; r < rules->n; r++)
		if (apply(graph, &rules->at[r], all, err) < 0)
			return -1;
	for (size_t i = 0; i < graph->n_tensors; i++) {
		struct tensor *t = &graph->tensors[i];

		if (all[i] == CLASS_FROZEN)
			t->role = ROLE_CONSTANT;
		else if (all[i] == CLASS_TRAINABLE && !tensor_is_weight(t))
			t->role = t->rank > 1 ? ROLE_WEIGHT : ROLE_BIAS;
	}
	return 0;
}

void
classes_list(const struct graph *graph, const enum tensor_class *classes,
    struct text *text)
{
	char shape[TENSOR_SHAPE_TEXT_BYTES];

	for (size_t i = 0; i < graph->n_tensors; i++) {
		const struct tensor *t = &graph->tensors[i];

		text_add(text, "%-40s %-9s %-12s %s", t->name,
		    words[classes[i]],
		    classes[i] == CLASS_FROZEN ? "-"
					       : tensor_role_word(t->role),
		    tensor_shape_text(t, shape));
		if (t->rank > 1)
			text_add(text, ", out_axis %d, %lld filter%s",
			    t->out_axis, (long long)t->dim[t->out_axis],
			    plural_s(t->dim[t->out_axis]));
		text_add(text, "\n");
	}
}
