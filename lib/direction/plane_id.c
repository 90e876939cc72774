#include "direction/plane_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum plane_same
plane_id_compare(const struct plane_id *a, const struct plane_id *b)
{
	if (a->digest[0] == '\0' || b->digest[0] == '\0')
		return PLANE_UNKNOWN;
	return strcmp(a->digest, b->digest) == 0 ? PLANE_SAME : PLANE_OTHER;
}

int
plane_id_unpack(
    struct plane_id *id, const struct value *header, struct error *err)
{
	*id = (struct plane_id){""};
	if (value_get(header, "plane") == NULL)
		return 0;
	return field_hex(
	    header, "plane", id->digest, sizeof(id->digest) - 1, err);
}

/* "random, seed 7" of an entry of the history that made directions. */
static void
add_entry(const struct value *entry, char *out, size_t room)
{
	const struct value *options = value_get(entry, "options");
	const size_t n = strlen(out);
	char kind[16];
	int64_t seed;

	if (!value_is(value_get(entry, "program"), "dirgen") ||
	    !value_text(value_get(options, "kind"), kind, sizeof(kind)))
		return;
	snprintf(out + n, room - n, "%s%s", n > 0 ? "; " : "", kind);
	if (value_int(value_get(options, "seed"), &seed))
		snprintf(out + strlen(out), room - strlen(out),
		    ", seed %" PRId64, seed);
}

void
plane_id_name(const struct plane_id *id, const struct value *begin,
    char out[PLANE_NAME_BYTES])
{
	const struct value *history = value_get(begin, "history");
	char how[PLANE_NAME_BYTES - 32] = "";

	for (size_t i = 0; i < array_count(history); i++)
		add_entry(array_at(history, i), how, sizeof(how));
	snprintf(out, PLANE_NAME_BYTES, "plane %.16s%s%s%s",
	    id->digest[0] != '\0' ? id->digest : "?",
	    how[0] != '\0' ? " (" : "", how, how[0] != '\0' ? ")" : "");
}

/* ---- making one ---- */

void
plane_sum_start(struct plane_sum *sum, const char *model, int axes, int reps)
{
	digest_start(&sum->digest);
	digest_add_text(&sum->digest, model);
	digest_add_u64(&sum->digest, (uint64_t)axes);
	digest_add_u64(&sum->digest, (uint64_t)reps);
}

void
plane_sum_tensor(struct plane_sum *sum, int moves)
{
	digest_add_u64(&sum->digest, moves != 0);
}

void
plane_sum_elements(struct plane_sum *sum, const float *elements, int64_t n)
{
	digest_add(&sum->digest, elements, (size_t)n * sizeof(*elements));
}

void
plane_sum_finish(struct plane_sum *sum, struct plane_id *id)
{
	digest_finish_text(&sum->digest, id->digest);
}

void
plane_scale(float *elements, int64_t n, double factor)
{
	if (factor == 1.0)
		return;
	for (int64_t i = 0; i < n; i++)
		elements[i] = (float)(elements[i] * factor);
}
