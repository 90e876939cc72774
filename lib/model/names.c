#include "model/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char variance[] = ".running_var",
		  counter[] = ".num_batches_tracked";

/* A checkpoint's tensor, under the hash of its elements in one order. */
struct print {
	uint64_t hash;
	size_t tensor;
	bool transposed;
};

struct search {
	struct graph *graph;
	const struct checkpoint *checkpoint;
	struct print *prints; /* sorted */
	size_t n_prints;
	bool *used;    /* of the checkpoint's tensors */
	size_t *found; /* per tensor of the graph; NOWHERE */
};

#define NOWHERE SIZE_MAX

static uint32_t
bits(const struct tensor *t, int64_t i)
{
	uint32_t v;

	memcpy(&v, &t->f32[i], sizeof(v));
	return v;
}

/* Element i of a matrix, when it is read column by column. */
static int64_t
turned(const struct tensor *t, int64_t i)
{
	return i % t->dim[0] * t->dim[1] + i / t->dim[0];
}

/* FNV-1a over the elements; shapes are compared later. */
static uint64_t
hash_of(const struct tensor *t, bool transposed)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (int64_t i = 0; i < t->n; i++) {
		hash ^= bits(t, transposed ? turned(t, i) : i);
		hash *= 0x100000001b3U;
	}
	return hash;
}

static int
compare_prints(const void *a, const void *b)
{
	const struct print *p = a, *q = b;

	if (p->hash != q->hash)
		return p->hash < q->hash ? -1 : 1;
	if (p->tensor != q->tensor)
		return p->tensor < q->tensor ? -1 : 1;
	return p->transposed - q->transposed;
}

static int
make_prints(struct search *s, struct error *err)
{
	const struct checkpoint *c = s->checkpoint;

	s->prints = memory_new(2 * c->n_tensors, sizeof(*s->prints), err);
	s->used = memory_new(c->n_tensors, sizeof(*s->used), err);
	s->found = memory_new(s->graph->n_tensors, sizeof(*s->found), err);
	if (s->prints == NULL || s->used == NULL || s->found == NULL)
		return -1;
	for (size_t i = 0; i < c->n_tensors; i++) {
		const struct tensor *t = &c->tensors[i];

		if (t->type != TENSOR_FLOAT32 || t->n == 0)
			continue;
		for (int turn = 0; turn < (t->rank == 2 ? 2 : 1); turn++)
			s->prints[s->n_prints++] =
			    (struct print){hash_of(t, turn), i, turn};
	}
	qsort(s->prints, s->n_prints, sizeof(*s->prints), compare_prints);
	for (size_t i = 0; i < s->graph->n_tensors; i++)
		s->found[i] = NOWHERE;
	return 0;
}

/* Is the graph's tensor the checkpoint's, or its transpose? */
static bool
is_equal(const struct tensor *mine, const struct tensor *other, bool transposed)
{
	if (!transposed && !tensor_like_shape(mine, other))
		return false;
	if (transposed && (mine->rank != 2 || mine->dim[0] != other->dim[1] ||
			      mine->dim[1] != other->dim[0]))
		return false;
	for (int64_t i = 0; i < mine->n; i++)
		if (bits(mine, i) !=
		    bits(other, transposed ? turned(other, i) : i))
			return false;
	return true;
}

/* The first print that has this hash, or the end. */
static size_t
first_print(const struct search *s, uint64_t hash)
{
	size_t lo = 0, hi = s->n_prints;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->prints[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Are tensors a and b of the checkpoint one, under two names? */
static bool
is_one(const struct checkpoint *checkpoint, size_t a, size_t b)
{
	const struct checkpoint_share *shares = checkpoint->shares;

	return a == b || (shares != NULL && shares[a].same == shares[b].same);
}

/*
 * The free tensor of the checkpoint that equals t: the one of its name, or
 * (not named) the first.  *n counts them, each once.
 */
static size_t
find_equal(
    const struct search *s, const struct tensor *t, bool named, size_t *n)
{
	const uint64_t hash = hash_of(t, false);
	size_t found = NOWHERE;

	*n = 0;
	for (size_t i = first_print(s, hash);
	     i < s->n_prints && s->prints[i].hash == hash; i++) {
		const struct print *p = &s->prints[i];
		const struct tensor *other = &s->checkpoint->tensors[p->tensor];

		if (s->used[p->tensor] || p->tensor == found ||
		    (named && strcmp(other->name, t->name) != 0) ||
		    !is_equal(t, other, p->transposed))
			continue;
		*n += found == NOWHERE ||
		      !is_one(s->checkpoint, found, p->tensor);
		if (found == NOWHERE)
			found = p->tensor;
	}
	return found;
}

/* Names that are right first, so that equal tensors are left to the others. */
static void
find_all(struct search *s, struct names_report *report)
{
	for (int named = 1; named >= 0; named--)
		for (size_t i = 0; i < s->graph->n_tensors; i++) {
			const struct tensor *t = &s->graph->tensors[i];
			size_t n;

			if (s->found[i] != NOWHERE ||
			    t->type != TENSOR_FLOAT32 || t->n == 0)
				continue;
			s->found[i] = find_equal(s, t, named, &n);
			if (s->found[i] != NOWHERE)
				s->used[s->found[i]] = true;
			report->ambiguous += n > 1 && tensor_is_weight(t);
		}
	for (size_t i = 0; i < s->graph->n_tensors; i++) {
		const struct tensor *t = &s->graph->tensors[i];

		if (!tensor_is_weight(t))
			continue;
		report->weights++;
		report->found += s->found[i] != NOWHERE;
		if (s->found[i] == NOWHERE)
			snprintf(report->missing, sizeof(report->missing), "%s",
			    t->name);
	}
}

/* Tensors that an exporter has made two of what is one in the checkpoint. */
static void
find_apart(const struct search *s, struct names_report *report)
{
	const struct checkpoint *c = s->checkpoint;

	for (size_t i = 0; c->shares != NULL && i < s->graph->n_tensors; i++)
		for (size_t k = 0; s->found[i] != NOWHERE && k < i; k++) {
			if (s->found[k] == NOWHERE ||
			    !is_one(c, s->found[i], s->found[k]))
				continue;
			report->apart++;
			snprintf(report->one, sizeof(report->one), "%s",
			    c->tensors[s->found[k]].name);
			snprintf(report->other, sizeof(report->other), "%s",
			    c->tensors[s->found[i]].name);
		}
}

static bool
is_taken(const struct graph *graph, const char *name)
{
	for (size_t i = 0; i < graph->n_values; i++)
		if (strcmp(graph->values[i].name, name) == 0)
			return true;
	return false;
}

/* Both the value and its tensor bear the name. */
static int
set_name(struct graph *graph, struct graph_value *value, const char *name,
    struct error *err)
{
	char *copy = memory_text(name, err);

	if (copy == NULL)
		return -1;
	free(value->name);
	value->name = copy;
	if (value->kind != VALUE_TENSOR)
		return 0;
	copy = memory_text(name, err);
	if (copy == NULL)
		return -1;
	free(graph->tensors[value->tensor].name);
	graph->tensors[value->tensor].name = copy;
	return 0;
}

/* The value gets the name, and who has it already another one. */
static int
take_name(struct graph *graph, struct graph_value *value, const char *name,
    struct error *err)
{
	char other[TENSOR_NAME_MAX + 1];

	if (strcmp(value->name, name) == 0)
		return 0;
	for (size_t i = 0; i < graph->n_values; i++) {
		if (strcmp(graph->values[i].name, name) != 0)
			continue;
		for (int k = 2; k == 2 || is_taken(graph, other); k++)
			snprintf(other, sizeof(other), "%.240s_%d", name, k);
		if (set_name(graph, &graph->values[i], other, err) < 0)
			return -1;
	}
	return set_name(graph, value, name, err);
}

/* A counter is called after the variance that it stands behind. */
static int
name_counter(struct graph *graph, const struct graph_value *value,
    const char *name, struct error *err)
{
	const size_t n = strlen(name), cut = sizeof(variance) - 1;
	char full[TENSOR_NAME_MAX + sizeof(counter)];
	const size_t next = (size_t)value->tensor + 1;

	if (next >= graph->n_tensors ||
	    graph->tensors[next].role != ROLE_BATCHES || n <= cut ||
	    strcmp(name + n - cut, variance) != 0)
		return 0;
	snprintf(full, sizeof(full), "%.*s%s", (int)(n - cut), name, counter);
	if (strlen(full) > TENSOR_NAME_MAX)
		return 0;
	for (size_t i = 0; i < graph->n_values; i++)
		if (graph->values[i].kind == VALUE_TENSOR &&
		    (size_t)graph->values[i].tensor == next)
			return take_name(graph, &graph->values[i], full, err);
	return 0;
}

static int
rename_all(struct search *s, struct error *err)
{
	struct graph *graph = s->graph;

	for (size_t i = 0; i < graph->n_values; i++) {
		struct graph_value *value = &graph->values[i];
		const char *name;

		if (value->kind != VALUE_TENSOR ||
		    s->found[value->tensor] == NOWHERE)
			continue;
		name = s->checkpoint->tensors[s->found[value->tensor]].name;
		if (take_name(graph, value, name, err) < 0 ||
		    name_counter(graph, value, name, err) < 0)
			return -1;
	}
	/* A counter follows its variance, others keep their order. */
	for (size_t i = 1; i < graph->n_tensors; i++)
		if (graph->tensors[i].role == ROLE_BATCHES)
			s->found[i] = s->found[i - 1];
	return graph_sort_tensors(graph, s->found, err);
}

int
names_restore(struct graph *graph, const struct checkpoint *checkpoint,
    struct names_report *report, struct error *err)
{
	struct search s = {.graph = graph, .checkpoint = checkpoint};
	int status = make_prints(&s, err);

	*report = (struct names_report){0};
	if (status == 0) {
		find_all(&s, report);
		find_apart(&s, report);
		status = rename_all(&s, err);
	}
	free(s.prints);
	free(s.used);
	free(s.found);
	return status;
}
