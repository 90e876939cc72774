/* Things of one name are told apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/facts.h"

enum { NAMES_MAX = 128 };

/* Names of facts by which things might differ, the most telling first. */
struct names {
	char name[NAMES_MAX][FACT_NAME_BYTES];
	size_t n, speaking; /* those that say something to people: the first */
};

static void
add_name(struct names *names, const char *chars, size_t n)
{
	char name[FACT_NAME_BYTES];

	if (n >= sizeof(name) || names->n == NAMES_MAX)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)n, chars);
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return;
	memcpy(names->name[names->n++], name, sizeof(name));
}

static bool
is_digest(const char *text)
{
	const size_t n = strlen(text);

	return n >= 16 && strspn(text, "0123456789abcdef") == n;
}

/* Has another program than number i of the history this option? */
static bool
occurs(const struct value *history, size_t i, const char *name, size_t n)
{
	char key[FACT_NAME_BYTES];

	if (n >= sizeof(key))
		return false;
	snprintf(key, sizeof(key), "%.*s", (int)n, name);
	for (size_t k = 0; k < array_count(history); k++)
		if (k != i &&
		    value_get(value_get(array_at(history, k), "options"),
			key) != NULL)
			return true;
	return false;
}

/* "netnew.seed", where nettrain has a seed, too. */
static void
add_qualified(struct names *names, const struct value *program,
    const char *name, size_t n)
{
	char text[2 * FACT_NAME_BYTES];
	const char *chars;
	size_t m;

	if (!value_chars(program, &chars, &m) || m >= FACT_NAME_BYTES ||
	    n >= FACT_NAME_BYTES || memchr(chars, '.', m) != NULL)
		return;
	snprintf(text, sizeof(text), "%.*s.%.*s", (int)m, chars, (int)n, name);
	add_name(names, text, strlen(text));
}

/* Options of all programs of the history; digests say nothing to anybody. */
static void
add_options(struct names *names, const struct facts *facts)
{
	const struct value *history =
	    facts->begin != NULL
		? value_get(decoded_value(facts->begin), "history")
		: NULL;

	for (size_t i = 0; i < array_count(history); i++) {
		const struct value *options =
		    value_get(array_at(history, i), "options");

		for (size_t k = 0; k < map_count(options); k++) {
			char value[FACT_BYTES];
			const char *chars;
			size_t n;

			if (!value_chars(map_key(options, k), &chars, &n) ||
			    /* the range goes last, and says more */
			    (n == 1 && (*chars == 'x' || *chars == 'y')) ||
			    (n == 6 && memcmp(chars, "kernel", n) == 0) ||
			    (value_text(
				 map_item(options, k), value, sizeof(value)) &&
				is_digest(value)))
				continue;
			add_name(names, chars, n);
			if (occurs(history, i, chars, n))
				add_qualified(names,
				    value_get(array_at(history, i), "program"),
				    chars, n);
		}
	}
}

/* ---- groups ---- */

static bool
clash(const struct facts_item *a, const struct facts_item *b)
{
	return a->run != b->run && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->set, b->set) == 0;
}

/* All of one name and set have one number, when they are of several runs. */
static void
number_groups(const struct facts_item *items, size_t n, size_t *group)
{
	for (size_t i = 0; i < n; i++) {
		group[i] = n;
		for (size_t k = 0; k < i && group[i] == n; k++)
			if (strcmp(items[k].name, items[i].name) == 0 &&
			    strcmp(items[k].set, items[i].set) == 0)
				group[i] = group[k];
		for (size_t k = i + 1; k < n && group[i] == n; k++)
			if (clash(&items[i], &items[k]))
				group[i] = i;
	}
	/* another set of a run is called what its first one is */
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n && group[i] == n; k++)
			if (items[k].run == items[i].run &&
			    strcmp(items[k].name, items[i].name) == 0)
				group[i] = group[k];
}

/* "batch 64"; some values speak for themselves. */
static void
describe(const struct facts_item *item, const char *name, char *out)
{
	static const char *const plain[] = {"arch", "file", "range", NULL};
	char value[FACT_BYTES], text[FACT_BYTES + FACT_NAME_BYTES + 4];
	const size_t at = strlen(out), dot = strcspn(name, ".");
	const char *comma = at > 0 ? ", " : "";
	bool is_plain = false;

	for (int i = 0; plain[i] != NULL; i++)
		is_plain |= strcmp(name, plain[i]) == 0;
	if (!facts_get(item->facts, name, value) || value[0] == '\0')
		snprintf(text, sizeof(text), "%sno %s", comma, name);
	else if (is_plain)
		snprintf(text, sizeof(text), "%s%s", comma, value);
	else if (strcmp(name, "rows") == 0)
		/* of principal components */
		snprintf(text, sizeof(text), "%s%s checkpoints", comma, value);
	else if (strcmp(name, "norm") == 0)
		snprintf(text, sizeof(text), "%s%s", comma,
		    strcmp(value, "none") == 0 ? "not normalised" : value);
	else
		snprintf(text, sizeof(text), "%s%.*s%s%s %s", comma, (int)dot,
		    name, name[dot] == '.' ? " " : "",
		    name[dot] == '.' ? name + dot + 1 : "", value);
	if (strcmp(name, "norm") == 0 && strcmp(value, "none") != 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "-normalised");
	snprintf(out + at, FACT_BYTES - at, "%.*s", (int)(FACT_BYTES - 1 - at),
	    text);
}

/* A comparison: the values of one fact of all items, "" of no fact. */
struct compared {
	const struct facts_item *items;
	size_t n;
	const size_t *group;
	char (*value)[FACT_BYTES];
};

/* Pairs of the group that clash and would still read the same with the fact. */
static size_t
undecided(struct compared *c, size_t of, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < c->n; i++) {
		c->value[i][0] = '\0';
		if (c->group[i] == of && name != NULL)
			facts_get(c->items[i].facts, name, c->value[i]);
	}
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < i && c->group[i] == of; k++)
			count +=
			    clash(&c->items[i], &c->items[k]) &&
			    strcmp(c->items[i].extra, c->items[k].extra) == 0 &&
			    strcmp(c->value[i], c->value[k]) == 0;
	return count;
}

static void
append_all(struct facts_item *items, size_t n, const size_t *group, size_t of,
    const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (group[i] == of)
			describe(&items[i], name, items[i].extra);
}

/* The fact that leaves fewer pairs undecided than there are, and fewest. */
static size_t
find_best(struct compared *c, size_t of, const struct names *names,
    const size_t range[2], size_t *left)
{
	size_t best = names->n;

	for (size_t i = range[0]; i < range[1]; i++) {
		const size_t then = undecided(c, of, names->name[i]);

		if (then < *left) {
			*left = then;
			best = i;
		}
	}
	return best;
}

/*
 * Appends the fact that decides most, the first of equals, until all pairs are
 * decided or none is left to decide: a range or a file only where nothing that
 * speaks does.
 */
static void
tell(struct compared *c, struct facts_item *items, size_t of,
    const struct names *names)
{
	const size_t ranges[2][2] = {
	    {0, names->speaking}, {names->speaking, names->n}};
	size_t left = undecided(c, of, NULL);

	for (int i = 0; i < 2 && left > 0;) {
		const size_t best = find_best(c, of, names, ranges[i], &left);

		if (best < names->n)
			append_all(
			    items, c->n, c->group, of, names->name[best]);
		else
			i++;
	}
	if (left > 0)
		append_all(items, c->n, c->group, of, "run");
}

/* What speaks to people before what the command lines say, and files last. */
static void
gather(struct names *names, const struct facts_item *items, size_t n)
{
	static const char *const first[] = {"arch", "seed", "norm", "ignore",
	    "over", "kind", "bn", "loss_function", "epoch", NULL};
	static const char *const last[] = {"images", "range", "file", NULL};

	/* a histogram's norm is a number of its own */
	for (int i = 0; first[i] != NULL; i++)
		if (strcmp(first[i], "norm") != 0 ||
		    (n > 0 && facts_own(items[0].facts, "norm") != NULL))
			add_name(names, first[i], strlen(first[i]));
	for (size_t i = 0; i < n; i++)
		add_options(names, items[i].facts);
	names->speaking = names->n;
	for (int i = 0; last[i] != NULL; i++)
		add_name(names, last[i], strlen(last[i]));
}

int
facts_tell_apart(struct facts_item *items, size_t n, struct error *err)
{
	size_t *group = memory_new(n, sizeof(*group), err);
	struct names *names = memory_new(1, sizeof(*names), err);
	struct compared c = {.items = items,
	    .n = n,
	    .group = group,
	    .value = memory_new(n, sizeof(*c.value), err)};
	int status = -1;

	for (size_t i = 0; i < n; i++)
		items[i].extra[0] = '\0';
	if (group != NULL && names != NULL && c.value != NULL) {
		number_groups(items, n, group);
		gather(names, items, n);
		for (size_t of = 0; of < n; of++)
			tell(&c, items, of, names);
		status = 0;
	}
	free(names);
	free(group);
	free(c.value);
	return status;
}

/* ---- labels of one panel ---- */

/* Does text, parts between ", ", have this part? */
static bool
has_part(const char *text, const char *part, size_t n)
{
	while (*text != '\0') {
		const char *end = strstr(text, ", ");
		const size_t m =
		    end != NULL ? (size_t)(end - text) : strlen(text);

		if (m == n && memcmp(text, part, n) == 0)
			return true;
		text += end != NULL ? m + 2 : m;
	}
	return false;
}

void
facts_shorten(
    const char *label, const char *const *all, size_t n, char *out, size_t room)
{
	const char *text = label;

	out[0] = '\0';
	while (*text != '\0') {
		const char *end = strstr(text, ", ");
		const size_t m =
		    end != NULL ? (size_t)(end - text) : strlen(text);
		const size_t at = strlen(out);
		bool common = true;

		for (size_t i = 0; i < n && common; i++)
			common = all[i] != NULL && has_part(all[i], text, m);
		if (!common)
			snprintf(out + at, room - at, "%s%.*s",
			    at > 0 ? ", " : "", (int)m, text);
		text += end != NULL ? m + 2 : m;
	}
	if (out[0] == '\0')
		snprintf(out, room, "%s", label);
}
