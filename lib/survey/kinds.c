/* What the results of gridstat look like. */
#include <string.h>

#include "survey/claim.h"

/* "NAME (run 0123..." in the first line */
static bool
is_survey(const unsigned char *head, size_t n)
{
	const unsigned char *end = n > 0 ? memchr(head, '\n', n) : NULL;

	return end != NULL && output_has(head, (size_t)(end - head), " (run ");
}

static bool
is_survey_json(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "{\"surfaces\":[");
}

/* "holds: 1.42" */
static bool
is_claim(const unsigned char *head, size_t n)
{
	for (int i = OUTCOME_HOLDS; i <= OUTCOME_VOID; i++) {
		const size_t word = strlen(outcome_words[i]);

		if (output_begins(head, n, outcome_words[i]) &&
		    output_begins(head + word, n - word, ": "))
			return true;
	}
	return false;
}

static bool
is_claim_json(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "{\"measure\":\"");
}

const struct output_kind survey_kind = {
    .name = "gridstat's text", .is = is_survey};
const struct output_kind survey_json_kind = {
    .name = "gridstat's JSON", .is = is_survey_json};
const struct output_kind claim_kind = {
    .name = "gridstat's comparison", .is = is_claim};
const struct output_kind claim_json_kind = {
    .name = "gridstat's comparison in JSON", .is = is_claim_json};
