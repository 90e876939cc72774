/*
 * Noise: what a network loses, on average, along random directions of a length;
 * with other numbers of its sharpness beside it.
 */
#ifndef SURVEY_NOISE_H
#define SURVEY_NOISE_H

#include "survey/claim.h"

/* One run on one data set, all its direction sets. */
struct noise {
	const struct survey **sets; /* one per direction set; borrowed */
	int reps;
	int directions;               /* sets times axes */
	struct estimate rise[RADII];  /* expected, at each radius */
	struct estimate sharp[RADII]; /* the highest within, mean over sets */
};

struct noise_list {
	struct noise *item;
	size_t n;
	const struct survey **sets; /* of all items */
};

/*
 * The runs of list (borrowed) whose directions are all random and that have a
 * centre.  noise is {0} before; noise_list_free in any case.
 */
int noise_make(struct noise_list *noise, const struct survey_list *list,
    struct error *err);
void noise_list_free(struct noise_list *noise);

void noise_print(const struct noise *noise, struct text *out);
void noise_print_json(const struct noise *noise, struct text *out);

#endif
