#include "direction/gram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void
gram_free(struct gram *gram)
{
	for (size_t i = 0; i < gram->n_sets; i++)
		free(gram->sets[i].held);
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

/* Element i of floats that may be unaligned. */
static double
element(const void *elements, int64_t i)
{
	float v;

	memcpy(&v, (const char *)elements + (size_t)i * sizeof(v), sizeof(v));
	return (double)v;
}

int
gram_add(struct gram *gram, int axis, int rep, const void *elements, int64_t n,
    struct error *err)
{
	struct gram_set *set = find_set(gram, (size_t)rep, err);
	double square = 0.0, product = 0.0;
	const float *first;
	int64_t at;

	if (set == NULL)
		return -1;
	for (int64_t i = 0; i < n; i++)
		square += element(elements, i) * element(elements, i);
	set->square[axis] += square;
	set->has[axis] = true;
	at = set->n[axis];
	set->n[axis] += n;
	if (set->n[1 - axis] >= set->n[axis]) {
		first = set->held + at;
		for (int64_t i = 0; i < n; i++)
			product += element(elements, i) * first[i];
		set->product += product;
		return 0;
	}
	if (memory_grow(&set->held, &set->room, (size_t)set->n[axis],
		sizeof(float), err) < 0)
		return -1;
	if (n > 0)
		memcpy(set->held + at, elements, (size_t)n * sizeof(float));
	return 0;
}

bool
gram_has(const struct gram *gram, int axis)
{
	for (size_t i = 0; i < gram->n_sets; i++)
		if (gram->sets[i].has[axis])
			return true;
	return false;
}

void
gram_next_tensor(struct gram *gram)
{
	for (size_t i = 0; i < gram->n_sets; i++)
		for (int axis = 0; axis < AXES_MAX; axis++)
			gram->sets[i].n[axis] = 0;
}

double
gram_length(const struct gram *gram, int axis, int rep)
{
	return (size_t)rep < gram->n_sets ? sqrt(gram->sets[rep].square[axis])
					  : 0.0;
}

double
gram_cosine(const struct gram *gram, int rep)
{
	double norms = gram_length(gram, 0, rep) * gram_length(gram, 1, rep);

	return norms > 0.0 ? gram->sets[rep].product / norms : 0.0;
}
