#include "stream/scan.h"

#include "base/plural.h"

#include <string.h>
#include <zlib.h>

const uint8_t stream_magic[MAGIC_BYTES] = {0x95, 0xa4, 'L', 'L', 'v', '1'};

/* A place in the bytes; past the end it only remembers what it needed. */
struct cursor {
	const uint8_t *bytes;
	size_t n, at, need;
};

enum { FOUND = 1, SHORT = 0, WRONG = -1 };

static int
want(struct cursor *c, size_t bytes)
{
	if (c->n - c->at >= bytes)
		return FOUND;
	c->need = c->at + bytes;
	return SHORT;
}

static uint64_t
big_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

/* One value's head: how it is called, and what lies behind it. */
struct head {
	enum { PLAIN, TEXT, BYTES, ARRAY, MAP, NIL } type;
	uint64_t length; /* bytes that follow, or entries */
};

/* Types c4..df: the bytes of their length field, and what they are. */
static const struct {
	uint8_t length_bytes, fixed_bytes, type;
} long_heads[] = {
    {1, 0, BYTES}, {2, 0, BYTES}, {4, 0, BYTES},                /* c4 bin */
    {1, 1, PLAIN}, {2, 1, PLAIN}, {4, 1, PLAIN},                /* c7 ext */
    {0, 4, PLAIN}, {0, 8, PLAIN},                               /* ca float */
    {0, 1, PLAIN}, {0, 2, PLAIN}, {0, 4, PLAIN}, {0, 8, PLAIN}, /* cc uint */
    {0, 1, PLAIN}, {0, 2, PLAIN}, {0, 4, PLAIN}, {0, 8, PLAIN}, /* d0 int */
    {0, 2, PLAIN}, {0, 3, PLAIN}, {0, 5, PLAIN}, {0, 9, PLAIN}, /* d4 fixext */
    {0, 17, PLAIN}, {1, 0, TEXT}, {2, 0, TEXT}, {4, 0, TEXT},   /* d9 str */
    {2, 0, ARRAY}, {4, 0, ARRAY}, {2, 0, MAP}, {4, 0, MAP},     /* dc, de */
};

static int
read_head(struct cursor *c, struct head *head)
{
	uint8_t b;
	size_t i;

	if (want(c, 1) != FOUND)
		return SHORT;
	b = c->bytes[c->at];
	*head = (struct head){.type = PLAIN};
	if (b >= 0xc4 && b <= 0xdf) {
		i = b - 0xc4u;
		if (want(c, 1u + long_heads[i].length_bytes) != FOUND)
			return SHORT;
		head->type = long_heads[i].type;
		head->length = big_endian(c->bytes + c->at + 1,
				   long_heads[i].length_bytes) +
			       long_heads[i].fixed_bytes;
		c->at += 1u + long_heads[i].length_bytes;
		return FOUND;
	}
	c->at++;
	if (b == 0xc1)
		return WRONG; /* never used by msgpack */
	if (b == 0xc0)
		head->type = NIL;
	else if (b >= 0x80 && b <= 0xbf) {
		head->type = b < 0x90 ? MAP : b < 0xa0 ? ARRAY : TEXT;
		head->length = head->type == TEXT ? b & 0x1fu : b & 0x0fu;
	}
	return FOUND;
}

/* Skips the bytes of a scalar, refusing what cannot fit in max. */
static int
skip_bytes(struct cursor *c, uint64_t length, size_t max)
{
	if (length > max)
		return WRONG;
	if (want(c, (size_t)length) != FOUND)
		return SHORT;
	c->at += (size_t)length;
	return FOUND;
}

/* Skips one value of any depth, without recursion. */
static int
skip_value(struct cursor *c, struct error *err)
{
	uint64_t left[HEADER_DEPTH_MAX + 1] = {1};
	size_t start = c->at, depth = 0, values = 0;

	for (;;) {
		struct head head;
		int status;

		while (depth > 0 && left[depth] == 0)
			depth--;
		if (left[depth] == 0)
			return FOUND;
		left[depth]--;
		status = read_head(c, &head);
		if (status == WRONG)
			return error_set(err, "the header is not msgpack");
		if (status == SHORT)
			return SHORT;
		if (++values > HEADER_VALUES_MAX ||
		    c->at - start > HEADER_BYTES_MAX)
			return error_set(err, "the header is too large");
		if (head.type == ARRAY || head.type == MAP) {
			if (head.length > HEADER_VALUES_MAX)
				return error_set(err,
				    "the header claims %llu %s, at most "
				    "%d are allowed",
				    (unsigned long long)head.length,
				    plural((int64_t)head.length, "entry",
					"entries"),
				    HEADER_VALUES_MAX);
			if (depth == HEADER_DEPTH_MAX)
				return error_set(err,
				    "the header nests deeper than %d",
				    HEADER_DEPTH_MAX);
			left[++depth] =
			    head.type == MAP ? 2 * head.length : head.length;
			continue;
		}
		status = skip_bytes(c, head.length, HEADER_BYTES_MAX);
		if (status == WRONG)
			return error_set(err, "the header is too large");
		if (status == SHORT)
			return SHORT;
	}
}

static int
scan_kind(struct cursor *c, struct scan *scan, struct error *err)
{
	struct head head;
	int status = read_head(c, &head);

	if (status == SHORT)
		return SHORT;
	if (status == WRONG || head.type != TEXT || head.length == 0 ||
	    head.length > KIND_BYTES_MAX)
		return error_set(err,
		    "the record's kind is not a text of 1 to %d bytes",
		    KIND_BYTES_MAX);
	scan->kind = c->at;
	scan->kind_bytes = (size_t)head.length;
	return skip_bytes(c, head.length, KIND_BYTES_MAX);
}

static int
scan_header(struct cursor *c, struct scan *scan, struct error *err)
{
	struct cursor peek = *c;
	struct head head;
	int status = read_head(&peek, &head);

	if (status == FOUND && head.type != MAP)
		return error_set(err, "the record's header is not a map");
	scan->header = c->at;
	status = skip_value(c, err);
	scan->header_bytes = c->at - scan->header;
	return status;
}

static int
scan_payload(struct cursor *c, struct scan *scan, struct error *err)
{
	struct head head;
	int status = read_head(c, &head);

	if (status == SHORT)
		return SHORT;
	if (status == WRONG || (head.type != BYTES && head.type != NIL))
		return error_set(err, "the record's payload is neither bin nor "
				      "nil");
	if (head.length > RECORD_BYTES_MAX)
		return error_set(err,
		    "the record claims a payload of %llu byte%s, at most %d "
		    "are "
		    "allowed",
		    (unsigned long long)head.length,
		    plural_s((int64_t)head.length), RECORD_BYTES_MAX);
	scan->payload = c->at;
	scan->payload_bytes = (size_t)head.length;
	return skip_bytes(c, head.length, RECORD_BYTES_MAX);
}

static int
scan_crc(struct cursor *c, struct scan *scan, struct error *err)
{
	uint32_t is, should;

	if (want(c, CRC_BYTES) != FOUND)
		return SHORT;
	if (c->bytes[c->at] != 0xce)
		return error_set(err, "the record has no CRC-32");
	is = (uint32_t)crc32(0, c->bytes, (uInt)c->at);
	should = (uint32_t)big_endian(c->bytes + c->at + 1, 4);
	c->at += CRC_BYTES;
	scan->bytes = c->at;
	if (is != should)
		return error_set(err,
		    "the record is damaged: its CRC-32 is %08x, stored is %08x",
		    is, should);
	if (scan->bytes > RECORD_BYTES_MAX)
		return error_set(err,
		    "the record has %zu byte%s, at most %d are allowed",
		    scan->bytes, plural_s((int64_t)scan->bytes),
		    RECORD_BYTES_MAX);
	return FOUND;
}

int
scan_record(const uint8_t *bytes, size_t n, struct scan *scan, size_t *need,
    struct error *err)
{
	struct cursor c = {.bytes = bytes, .n = n, .at = MAGIC_BYTES};
	size_t seen = n < MAGIC_BYTES ? n : MAGIC_BYTES;
	int status;

	if (memcmp(bytes, stream_magic, seen) != 0)
		return error_set(err, "not a losspipe record (its magic number "
				      "is missing)");
	if (seen < MAGIC_BYTES) {
		*need = MAGIC_BYTES;
		return SHORT;
	}
	status = scan_kind(&c, scan, err);
	if (status == FOUND)
		status = scan_header(&c, scan, err);
	if (status == FOUND)
		status = scan_payload(&c, scan, err);
	if (status == FOUND)
		status = scan_crc(&c, scan, err);
	if (status == SHORT)
		*need = c.need;
	return status;
}

/* ---- questions to a header ---- */

static bool
is_text(const struct cursor *c, const char *text)
{
	struct cursor peek = *c;
	struct head head;

	return read_head(&peek, &head) == FOUND && head.type == TEXT &&
	       head.length == strlen(text) && peek.n - peek.at >= head.length &&
	       memcmp(peek.bytes + peek.at, text, (size_t)head.length) == 0;
}

/* Moves to the value under the key. */
static bool
find_key(struct cursor *c, const char *key)
{
	struct head map;
	struct error lost;

	if (read_head(c, &map) != FOUND || map.type != MAP)
		return false;
	for (uint64_t i = 0; i < map.length; i++) {
		bool here = is_text(c, key);

		if (skip_value(c, &lost) != FOUND)
			return false;
		if (here)
			return true;
		if (skip_value(c, &lost) != FOUND)
			return false;
	}
	return false;
}

/* An integer of so many bytes (1, 2, 4, 8), with or without a sign. */
static double
integer(const uint8_t *p, size_t bytes, bool sign)
{
	const uint64_t v = big_endian(p, bytes);
	const unsigned up = 64 - 8 * (unsigned)bytes;

	return sign ? (double)((int64_t)(v << up) >> up) : (double)v;
}

/* The number whose type byte is b and whose other bytes are at p. */
static bool
real(uint8_t b, const uint8_t *p, double *out)
{
	const uint64_t bits = b == 0xcb ? big_endian(p, 8) : 0;
	const uint32_t low = b == 0xca ? (uint32_t)big_endian(p, 4) : 0;
	float narrow;

	if (b <= 0x7f || b >= 0xe0) {
		*out = (int8_t)b;
	} else if (b == 0xca) {
		memcpy(&narrow, &low, sizeof(narrow));
		*out = (double)narrow;
	} else if (b == 0xcb) {
		memcpy(out, &bits, sizeof(*out));
	} else if (b >= 0xcc && b <= 0xd3) {
		*out = integer(p, (size_t)1 << (b & 3), b >= 0xd0);
	} else {
		return false;
	}
	return true;
}

bool
scan_real(const uint8_t *header, size_t n, const char *key, double *out)
{
	struct cursor c = {.bytes = header, .n = n};
	struct cursor end;
	struct error lost;

	if (!find_key(&c, key))
		return false;
	end = c;
	return skip_value(&end, &lost) == FOUND &&
	       real(header[c.at], header + c.at + 1, out);
}

bool
scan_says(const uint8_t *header, size_t n, const char *key, const char *text)
{
	struct cursor c = {.bytes = header, .n = n};

	return find_key(&c, key) && is_text(&c, text);
}
