/* What a program of --exec has answered. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "evaluate/exec_internal.h"

static const char blank[] = " \t\r";

/* A number as C, Python or JavaScript print it. */
static int
read_number(const char *word, double *out)
{
	const char *bare = word[0] == '-' || word[0] == '+' ? word + 1 : word;
	struct error lost; /* the caller has a better word */

	if (strcasecmp(bare, "nan") == 0)
		*out = NAN;
	else if (strcasecmp(bare, "inf") == 0 ||
		 strcasecmp(bare, "infinity") == 0)
		*out = word[0] == '-' ? -INFINITY : INFINITY;
	else
		return number_parse_real(word, "", out, &lost);
	return 0;
}

static int
read_count(const char *word, int64_t least, int64_t *out)
{
	struct error lost;

	return number_parse_int(word, "", least, INT64_MAX, out, &lost);
}

/* "loss" or "loss accuracy". */
static int
read_numbers(char *word, char *rest, struct score *score)
{
	double v[2] = {NAN, NAN};

	for (int n = 0; word != NULL; word = strtok_r(NULL, blank, &rest))
		if (n == 2 || read_number(word, &v[n++]) < 0)
			return -1;
	score->loss = v[0];
	score->acc = v[1];
	return 0;
}

/* One "key=value"; seen has a bit for each key that stood before. */
static int
read_word(char *word, struct exec_answer *a, unsigned *seen)
{
	static const char *const keys[] = {
	    "loss=", "acc=", "sd=", "most=", "n=", "total=", "id="};
	double *const real[] = {
	    &a->score.loss, &a->score.acc, &a->score.sd, &a->score.most};
	int64_t *const count[] = {&a->score.n, &a->score.total, &a->id};
	const int n = sizeof(keys) / sizeof(keys[0]);
	const int reals = sizeof(real) / sizeof(real[0]);
	int k = 0;

	while (k < n && strncmp(word, keys[k], strlen(keys[k])) != 0)
		k++;
	if (k == n || (*seen >> k & 1U) != 0)
		return -1;
	*seen |= 1U << k;
	word += strlen(keys[k]);
	a->has_id = a->has_id || k == n - 1;
	return k < reals
		   ? read_number(word, real[k])
		   : read_count(word, k < n - 1 ? 1 : 0, count[k - reals]);
}

static int
read_words(char *word, char *rest, struct exec_answer *a)
{
	unsigned seen = 0;

	for (; word != NULL; word = strtok_r(NULL, blank, &rest))
		if (read_word(word, a, &seen) < 0)
			return -1;
	/* a loss there must be, and some images of all */
	return (seen & 1U) != 0 && !(a->score.sd < 0.0) &&
		       (a->score.total == 0 || a->score.n <= a->score.total)
		   ? 0
		   : -1;
}

int
exec_read_answer(char *line, struct exec_answer *answer)
{
	char *rest = NULL, *word = strtok_r(line, blank, &rest);
	int status;

	*answer = (struct exec_answer){
	    .score = {.loss = NAN, .acc = NAN, .sd = NAN, .most = NAN}};
	if (word == NULL)
		return -1;
	status = strchr(word, '=') != NULL
		     ? read_words(word, rest, answer)
		     : read_numbers(word, rest, &answer->score);
	if (isnan(answer->score.loss))
		answer->score.status = SCORE_NAN;
	else if (isinf(answer->score.loss))
		answer->score.status = SCORE_OVERFLOW;
	return status;
}
