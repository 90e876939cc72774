#include "draw/facts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/levels.h"

int
facts_take(struct facts *facts, const struct pack *header,
    const struct pack *begin, struct error *err)
{
	facts->header = pack_decode(header, err);
	facts->begin = pack_decode(begin, err);
	return facts->header != NULL && facts->begin != NULL ? 0 : -1;
}

void
facts_free(struct facts *facts)
{
	decoded_free(facts->header);
	decoded_free(facts->begin);
	*facts = (struct facts){0};
}

void
facts_set(struct facts *facts, const char *name, const char *format, ...)
{
	struct fact *fact;
	va_list args;

	if (facts->n == FACTS_OWN_MAX)
		return;
	fact = &facts->own[facts->n++];
	snprintf(fact->name, sizeof(fact->name), "%s", name);
	va_start(args, format);
	vsnprintf(fact->value, sizeof(fact->value), format, args);
	va_end(args);
}

void
facts_set_number(struct facts *facts, const char *name, double value)
{
	char text[LEVEL_TEXT_BYTES];

	if (isnan(value))
		facts_set(facts, name, "nan");
	else
		facts_set(facts, name, "%s", level_text_short(value, text));
}

/* ---- one by name ---- */

/* False for what no title can show: maps, bytes, texts that are too long. */
static bool
write_value(const struct value *value, char out[FACT_BYTES])
{
	char text[LEVEL_TEXT_BYTES];
	double number;
	bool flag;

	if (value == NULL)
		return false;
	if (value_real(value, &number)) {
		snprintf(out, FACT_BYTES, "%s", level_text_short(number, text));
		return true;
	}
	if (value_bool(value, &flag)) {
		snprintf(out, FACT_BYTES, "%s", flag ? "yes" : "no");
		return true;
	}
	return value_text(value, out, FACT_BYTES);
}

/* The options of the program that worked on the stream as number i. */
static const struct value *
options_of(const struct facts *facts, size_t i)
{
	return value_get(
	    array_at(value_get(decoded_value(facts->begin), "history"), i),
	    "options");
}

static size_t
programs(const struct facts *facts)
{
	if (facts->begin == NULL)
		return 0;
	return array_count(value_get(decoded_value(facts->begin), "history"));
}

/* "netnew.seed": of the latest program of this name. */
static bool
get_program_option(
    const struct facts *facts, const char *name, char out[FACT_BYTES])
{
	const size_t dot = strcspn(name, ".");
	const struct value *history;
	char program[FACT_NAME_BYTES];

	if (facts->begin == NULL || name[dot] == '\0')
		return false;
	snprintf(program, sizeof(program), "%.*s", (int)dot, name);
	history = value_get(decoded_value(facts->begin), "history");
	for (size_t i = programs(facts); i-- > 0;)
		if (value_is(
			value_get(array_at(history, i), "program"), program) &&
		    write_value(
			value_get(options_of(facts, i), name + dot + 1), out))
			return true;
	return false;
}

static bool
get_option(const struct facts *facts, const char *name, char out[FACT_BYTES])
{
	for (size_t i = programs(facts); i-- > 0;)
		if (write_value(value_get(options_of(facts, i), name), out))
			return true;
	return false;
}

const char *
facts_own(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n; i++)
		if (strcmp(facts->own[i].name, name) == 0)
			return facts->own[i].value;
	return NULL;
}

bool
facts_get(const struct facts *facts, const char *name, char out[FACT_BYTES])
{
	const struct value *header =
	    facts->header != NULL ? decoded_value(facts->header) : NULL;

	const char *own = facts_own(facts, name);

	if (own != NULL) {
		snprintf(out, FACT_BYTES, "%s", own);
		return true;
	}
	if (write_value(value_get(header, name), out) ||
	    write_value(value_get(value_get(header, "meta"), name), out) ||
	    get_option(facts, name, out) ||
	    get_program_option(facts, name, out))
		return true;
	out[0] = '\0';
	return false;
}

/* ---- titles ---- */

static int
unknown(const struct facts *facts, const char *name, struct error *err)
{
	char known[400] = "";

	for (size_t i = 0; i < facts->n; i++) {
		const size_t at = strlen(known);

		snprintf(known + at, sizeof(known) - at, "%s%s",
		    i > 0 ? ", " : "", facts->own[i].name);
	}
	return error_set(err,
	    "nothing is known as {%.31s}; known are %s, and what the stream "
	    "says (recdump)",
	    name, known);
}

/* Appends the fact between the braces at pattern; returns what follows. */
static const char *
add_fact(const struct facts *facts, const char *pattern, char *out, size_t room,
    struct error *err)
{
	const char *end = strchr(pattern, '}');
	char name[FACT_NAME_BYTES], value[FACT_BYTES];
	const size_t at = strlen(out);

	if (end == NULL || end - pattern > FACT_NAME_BYTES) {
		error_set(err,
		    "a { without its } in '%.60s', expected {label} and the "
		    "like ({{ is a brace)",
		    pattern);
		return NULL;
	}
	snprintf(
	    name, sizeof(name), "%.*s", (int)(end - pattern - 1), pattern + 1);
	if (!facts_get(facts, name, value)) {
		unknown(facts, name, err);
		return NULL;
	}
	snprintf(out + at, room - at, "%s", value);
	return end + 1;
}

int
facts_title(const struct facts *facts, const char *pattern, char *out,
    size_t room, struct error *err)
{
	out[0] = '\0';
	while (pattern != NULL && *pattern != '\0') {
		const size_t at = strlen(out);
		const size_t plain = strcspn(pattern, "{");

		if (plain > 0 || pattern[1] == '{') {
			const size_t n = plain > 0 ? plain : 1;

			snprintf(out + at, room - at, "%.*s", (int)n, pattern);
			pattern += plain > 0 ? plain : 2;
		} else {
			pattern = add_fact(facts, pattern, out, room, err);
		}
	}
	return pattern != NULL ? 0 : -1;
}
