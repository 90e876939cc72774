#include "geometry/gram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void
gram_free(struct gram *gram)
{
	for (size_t i = 0; i < gram->n_sets; i++)
		for (int axis = 0; axis < AXES_MAX; axis++)
			free(gram->sets[i].held[axis]);
	free(gram->sets);
	*gram = (struct gram){0};
}

static struct gram_set *
find_set(struct gram *gram, size_t rep, struct error *err)
{
	if (memory_grow(&gram->sets, &gram->room, rep + 1, sizeof(*gram->sets),
		err) < 0)
		return NULL;
	while (gram->n_sets <= rep)
		gram->sets[gram->n_sets++] = (struct gram_set){0};
	return &gram->sets[rep];
}

int
gram_add(struct gram *gram, int axis, int rep, const void *elements, int64_t n,
    struct error *err)
{
	struct gram_set *set = find_set(gram, (size_t)rep, err);
	int other = 1 - axis;
	double square = 0.0, product = 0.0;
	const float *d, *before;

	if (set == NULL ||
	    memory_grow(&set->held[axis], &set->room[axis],
		(size_t)(set->n[axis] + n), sizeof(float), err) < 0)
		return -1;
	memcpy(set->held[axis] + set->n[axis], elements,
	    (size_t)n * sizeof(float));
	d = set->held[axis] + set->n[axis];
	for (int64_t i = 0; i < n; i++)
		square += (double)d[i] * d[i];
	set->square[axis] += square;
	if (set->n[other] >= set->n[axis] + n) {
		before = set->held[other] + set->n[axis];
		for (int64_t i = 0; i < n; i++)
			product += (double)d[i] * before[i];
		set->product += product;
	}
	set->n[axis] += n;
	return 0;
}

void
gram_next_tensor(struct gram *gram)
{
	for (size_t i = 0; i < gram->n_sets; i++)
		for (int axis = 0; axis < AXES_MAX; axis++)
			gram->sets[i].n[axis] = 0;
}

double
gram_norm(const struct gram *gram, int axis, int rep)
{
	return (size_t)rep < gram->n_sets ? sqrt(gram->sets[rep].square[axis])
					  : 0.0;
}

double
gram_cosine(const struct gram *gram, int rep)
{
	double norms = gram_norm(gram, 0, rep) * gram_norm(gram, 1, rep);

	return norms > 0.0 ? gram->sets[rep].product / norms : 0.0;
}
