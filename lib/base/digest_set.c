#include "base/digest_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"

enum { SLOT_BYTES = sizeof(*((struct digest_set *)NULL)->slot), FIRST = 64 };

static int
is_free(const uint8_t *slot)
{
	static const uint8_t none[SLOT_BYTES];

	return memcmp(slot, none, SLOT_BYTES) == 0;
}

/* Where the digest is, or the free slot where it goes; there is always one. */
static uint8_t *
find(const struct digest_set *set, const uint8_t *digest)
{
	uint64_t at;

	memcpy(&at, digest, sizeof(at));
	for (;; at++) {
		uint8_t *slot = set->slot[at & (set->room - 1)];

		if (is_free(slot) || memcmp(slot, digest, SLOT_BYTES) == 0)
			return slot;
	}
}

/* Keeps half of the slots free. */
static int
grow(struct digest_set *set, struct error *err)
{
	struct digest_set more = {
	    .n = set->n, .room = set->room > 0 ? 2 * set->room : FIRST};

	if (2 * (set->n + 1) <= set->room)
		return 0;
	more.slot = memory_new(more.room, SLOT_BYTES, err);
	if (more.slot == NULL)
		return -1;
	for (size_t i = 0; i < set->room; i++)
		if (!is_free(set->slot[i]))
			memcpy(find(&more, set->slot[i]), set->slot[i],
			    SLOT_BYTES);
	free(set->slot);
	*set = more;
	return 0;
}

int
digest_set_add(
    struct digest_set *set, const void *bytes, size_t n, struct error *err)
{
	struct digest digest;
	uint8_t is[DIGEST_BYTES], *slot;

	if (grow(set, err) < 0)
		return -1;
	digest_start(&digest);
	digest_add(&digest, bytes, n);
	digest_finish(&digest, is);
	is[SLOT_BYTES - 1] |= 1; /* zeros mean nothing */
	slot = find(set, is);
	if (!is_free(slot))
		return 0;
	memcpy(slot, is, SLOT_BYTES);
	set->n++;
	return 1;
}

void
digest_set_free(struct digest_set *set)
{
	free(set->slot);
	*set = (struct digest_set){0};
}
