/*
 * The word of a list that is nearest to one that is not in it, for "did you
 * mean".
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

struct near {
	const char *word; /* borrowed; what is wrong */
	const char *best; /* of those offered, or NULL: none is near */
	size_t distance;
};

/*
 * Start with (struct near){.word = word} and offer all words of the list
 * (borrowed).  Near is what a third of the letters make of it, changed, left
 * out, put in or exchanged with a neighbour; case, '-' and '_' cost nothing.
 * The first of the nearest stays.
 */
void near_offer(struct near *near, const char *candidate);

#endif
