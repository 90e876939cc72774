/*
 * What a stream says of one thing that is drawn, by name: titles are made of
 * it, and things of one name are told apart by what differs in it.
 */
#ifndef DRAW_FACTS_H
#define DRAW_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "stream/pack.h"

enum { FACTS_OWN_MAX = 20, FACT_NAME_BYTES = 32, FACT_BYTES = 256 };

struct fact {
	char name[FACT_NAME_BYTES], value[FACT_BYTES];
};

/* Starts as {0}; free it in any case. */
struct facts {
	struct fact own[FACTS_OWN_MAX];
	size_t n;
	struct decoded *header, *begin; /* owned; or NULL */
};

/*
 * Takes the headers of the record that tells of the thing (a grid, a model, a
 * histogram) and of its `begin`; either may be empty.
 */
int facts_take(struct facts *facts, const struct pack *header,
    const struct pack *begin, struct error *err);
void facts_free(struct facts *facts);

/* Sets a fact of the program's own, which goes before the stream's. */
void facts_set(struct facts *facts, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void facts_set_number(struct facts *facts, const char *name, double value);

/* Its value, or NULL: a fact of the stream's does not count. */
const char *facts_own(const struct facts *facts, const char *name);

/*
 * The fact of this name as text: an own one, else a key of the header or of its
 * meta, else the option of the latest program of the history that has it, or
 * with the program's name before a dot ("netnew.seed") of that. Numbers are
 * rounded to four digits.  False and "" when nobody says it.
 */
bool facts_get(
    const struct facts *facts, const char *name, char out[FACT_BYTES]);

/*
 * Writes pattern with {name} replaced by the fact; {{ is a brace.  Fails when
 * there is no such fact, with the names of some that are, or a brace is open.
 */
int facts_title(const struct facts *facts, const char *pattern, char *out,
    size_t room, struct error *err);

/* One of several things that may have the same name. */
struct facts_item {
	const struct facts *facts;
	const char *name, *set; /* what a legend says; of which data */
	size_t run;             /* those of one run need no telling apart */
	char *extra;            /* to be appended to the name, FACT_BYTES */
};

/*
 * Fills extra of all items with what differs among those of different runs that
 * have one name and one set: "seed 3", "batch 64", "lr 0.1"; the file's name or
 * the run's when nothing else does.  "" where the name is enough.
 */
int facts_tell_apart(struct facts_item *items, size_t n, struct error *err);

/*
 * A label without those of its parts (between ", ") that all n labels have; the
 * label itself when nothing would be left.
 */
void facts_shorten(const char *label, const char *const *all, size_t n,
    char *out, size_t room);

#endif
