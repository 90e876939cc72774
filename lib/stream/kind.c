#include "stream/kind.h"

#include <string.h>

#include "stream/pack.h"
#include "stream/scan.h"
#include "stream/value.h"

/* Records that come first in streams of their kind; letters stand for kinds. */
static const struct {
	const char *record;
	char kind;
} firsts[] = {
    {"model", 'm'},
    {"grid", 'p'},
    {"point", 'p'},
    {"path", 'w'},
    {"histogram", 'h'},
    {"density", 'd'},
    {"request", 'r'},
};

static char
kind_of(const uint8_t *record, const struct scan *scan)
{
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++)
		if (strlen(firsts[i].record) == scan->kind_bytes &&
		    memcmp(firsts[i].record, record + scan->kind,
			scan->kind_bytes) == 0)
			return firsts[i].kind;
	return 0;
}

/* Is it a stream, and if it says what it holds, one of the letters? */
static bool
holds(const unsigned char *head, size_t n, const char *letters)
{
	const size_t magic = n < MAGIC_BYTES ? n : MAGIC_BYTES;
	struct scan scan;
	struct error lost; /* it may be cut off */
	size_t need;
	char kind;

	if (n == 0 || memcmp(head, stream_magic, magic) != 0)
		return false;
	for (size_t at = 0; at < n; at += scan.bytes) {
		if (scan_record(head + at, n - at, &scan, &need, &lost) != 1)
			return true;
		kind = kind_of(head + at, &scan);
		if (kind != 0)
			return strchr(letters, kind) != NULL;
	}
	return true;
}

/* The last of its history is one that can be continued. */
static bool
took_long(const unsigned char *head, size_t n)
{
	struct decoded *begin = NULL;
	const struct value *history, *program;
	struct scan scan;
	struct error lost;
	size_t need;
	bool is = false;

	if (scan_record(head, n, &scan, &need, &lost) == 1)
		begin =
		    decoded_new(head + scan.header, scan.header_bytes, &lost);
	if (begin == NULL)
		return false;
	history = value_get(decoded_value(begin), "history");
	if (array_count(history) > 0) {
		program = value_get(
		    array_at(history, array_count(history) - 1), "program");
		is = value_is(program, "evalgrid") ||
		     value_is(program, "hessgrid") ||
		     value_is(program, "nettrain");
	}
	decoded_free(begin);
	return is;
}

#define STREAM_KIND(what, text, letters)                                     \
	static bool is_stream_of_##what(const unsigned char *head, size_t n) \
	{                                                                    \
		return holds(head, n, letters);                              \
	}                                                                    \
	const struct output_kind stream_of_##what = {                        \
	    .name = "a losspipe stream of " text,                            \
	    .is = is_stream_of_##what,                                       \
	    .took_long = took_long}

STREAM_KIND(models, "models", "m");
STREAM_KIND(points, "points", "p");
STREAM_KIND(paths, "paths", "mw");
STREAM_KIND(histograms, "histograms", "h");
STREAM_KIND(densities, "densities", "d");
