/*
 * Surveys side by side: can they be compared, and which is the flattest?
 */
#ifndef SURVEY_RANK_H
#define SURVEY_RANK_H

#include "survey/claim.h"

/*
 * Can the two be compared?  0, or -1 with an error that names the first
 * difference of normalisation, range, data, images or loss.
 */
int survey_comparable(
    const struct survey *a, const struct survey *b, struct error *err);

/* What to rank by; what is flattest (widest, least bent) comes first. */
enum rank_key { RANK_SHARPNESS, RANK_WIDTH, RANK_BENDS, RANK_EXPECTED };
extern const char *const rank_words[]; /* NULL-terminated */

/* A run on a data set, and its number: survey/claim.h says what they mean. */
struct rank {
	const struct survey *survey; /* the first of them, borrowed */
	const struct survey **sets;  /* one per direction set; borrowed */
	int reps;
	struct estimate mean; /* over the direction sets */
	double lo, hi;        /* lowest and highest of them */
	bool open;            /* of a width: some half-axis was open */
	char why[WHY_BYTES];  /* it has learned nothing; else empty */
	bool unknown;         /* whether it has */
	/* Not void, and not distinguishable from the one before it. */
	bool tied;
};

struct ranking {
	struct rank *item;
	size_t n;
	const struct survey **sets; /* of all items */
	enum rank_key key;
};

/*
 * The runs in order: data sets in order of appearance, in each the flattest
 * first; those without a number come behind, those that have learned nothing
 * last.  Returns 0, or -1 when two of a data set cannot be compared.  ranking
 * is {0} before; ranking_free in any case.
 */
int survey_rank(struct ranking *ranking, const struct survey_list *list,
    enum rank_key key, struct error *err);
void ranking_free(struct ranking *ranking);

void ranking_print(const struct ranking *ranking, struct text *out);
void ranking_print_json(const struct ranking *ranking, struct text *out);

#endif
