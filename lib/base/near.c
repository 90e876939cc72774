#include "base/near.h"

#include <ctype.h>
#include <string.h>

enum { LETTERS_MAX = 64 };

/* Letters and digits alone, small; 0 when they are too many. */
static size_t
letters_of(const char *word, char letters[LETTERS_MAX])
{
	size_t n = 0;

	for (; *word != '\0'; word++) {
		if (*word == '-' || *word == '_')
			continue;
		if (n == LETTERS_MAX)
			return 0;
		letters[n++] = (char)tolower((unsigned char)*word);
	}
	return n;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Changes that make one of the other, neighbours exchanged as one. */
static size_t
distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t row[3][LETTERS_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3],
		       *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
			    last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

void
near_offer(struct near *near, const char *candidate)
{
	char word[LETTERS_MAX], other[LETTERS_MAX];
	const size_t n = letters_of(near->word, word),
		     m = letters_of(candidate, other);
	size_t changes;

	if (n == 0 || m == 0)
		return;
	changes = distance(word, n, other, m);
	if (changes > (n < m ? m : n) / 3 ||
	    (near->best != NULL && changes >= near->distance))
		return;
	near->best = candidate;
	near->distance = changes;
}
