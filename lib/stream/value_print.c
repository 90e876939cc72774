#include <ctype.h>
#include <inttypes.h>
#include <math.h>

#include "base/number.h"
#include "stream/value_internal.h"

/* Depth is bounded by the scan that every record passes (stream/scan.h). */

static void
print_hex(const char *bytes, size_t n, struct text *out)
{
	for (size_t i = 0; i < n; i++)
		text_add(out, "%02x", (unsigned char)bytes[i]);
}

/* Bytes of the UTF-8 character at p, or 0 when it is none. */
static size_t
utf8_bytes(const char *p, size_t n)
{
	static const unsigned lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = (unsigned char)*p;
	size_t bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	unsigned code = bytes == 1 ? c : c & (0x7fu >> bytes);

	if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || bytes > n)
		return 0;
	for (size_t i = 1; i < bytes; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | ((unsigned char)p[i] & 0x3fu);
	}
	if (code < lowest[bytes] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return bytes;
}

/*
 * UTF-8 passes; quotes, backslashes, controls and bytes that are no UTF-8 are
 * escaped (the latter as if they were Latin-1).
 */
void
value_print_json_chars(const char *chars, size_t n, struct text *out)
{
	size_t bytes;

	text_add(out, "\"");
	for (size_t i = 0; i < n; i += bytes) {
		unsigned char c = (unsigned char)chars[i];

		bytes = utf8_bytes(&chars[i], n - i);
		if (c == '"' || c == '\\')
			text_add(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || bytes == 0 ||
			 (bytes == 2 && c == 0xc2 &&
			     (unsigned char)chars[i + 1] < 0xa0))
			text_add(out, "\\u%04x",
			    bytes == 2 ? (unsigned char)chars[i + 1] : c);
		else
			text_add_bytes(out, &chars[i], bytes);
		bytes += bytes == 0;
	}
	text_add(out, "\"");
}

/* Plain: quotes only where a blank or a mark would confuse the reader. */
static void
print_plain_text(const char *chars, size_t n, struct text *out)
{
	int plain = n > 0;

	for (size_t i = 0; i < n; i++)
		if (!isgraph((unsigned char)chars[i]) || chars[i] == '"' ||
		    chars[i] == '=' || chars[i] == '[' || chars[i] == '{')
			plain = 0;
	if (plain)
		text_add_bytes(out, chars, n);
	else
		value_print_json_chars(chars, n, out);
}

static void
print_real(double x, int json, struct text *out)
{
	char number[NUMBER_TEXT_BYTES];

	number_format(x, number);
	text_add(out, json && !isfinite(x) ? "\"%s\"" : "%s", number);
}

static void print_object(const msgpack_object *o, int json, struct text *out);

static void
print_array(const msgpack_object *o, int json, struct text *out)
{
	text_add(out, "[");
	for (uint32_t i = 0; i < o->via.array.size; i++) {
		text_add(out, "%s", i == 0 ? "" : json ? "," : " ");
		print_object(&o->via.array.ptr[i], json, out);
	}
	text_add(out, "]");
}

/* A JSON key is a text: other keys are printed plain and quoted. */
static void
print_key(const msgpack_object *key, int json, struct text *out)
{
	struct text plain = {0};

	if (!json || key->type == MSGPACK_OBJECT_STR) {
		print_object(key, json, out);
		return;
	}
	print_object(key, 0, &plain);
	value_print_json_chars(plain.chars, plain.n, out);
	text_free(&plain);
}

static void
print_map(const msgpack_object *o, int json, struct text *out)
{
	text_add(out, "{");
	for (uint32_t i = 0; i < o->via.map.size; i++) {
		text_add(out, "%s", i == 0 ? "" : json ? "," : " ");
		print_key(&o->via.map.ptr[i].key, json, out);
		text_add(out, json ? ":" : "=");
		print_object(&o->via.map.ptr[i].val, json, out);
	}
	text_add(out, "}");
}

static void
print_object(const msgpack_object *o, int json, struct text *out)
{
	switch (o->type) {
	case MSGPACK_OBJECT_NIL:
		text_add(out, json ? "null" : "nil");
		break;
	case MSGPACK_OBJECT_BOOLEAN:
		text_add(out, o->via.boolean ? "true" : "false");
		break;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		text_add(out, "%" PRIu64, o->via.u64);
		break;
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		text_add(out, "%" PRId64, o->via.i64);
		break;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		print_real(o->via.f64, json, out);
		break;
	case MSGPACK_OBJECT_STR:
		if (json)
			value_print_json_chars(
			    o->via.str.ptr, o->via.str.size, out);
		else
			print_plain_text(o->via.str.ptr, o->via.str.size, out);
		break;
	case MSGPACK_OBJECT_BIN:
		text_add(out, json ? "\"" : "0x");
		print_hex(o->via.bin.ptr, o->via.bin.size, out);
		text_add(out, json ? "\"" : "");
		break;
	case MSGPACK_OBJECT_ARRAY:
		print_array(o, json, out);
		break;
	case MSGPACK_OBJECT_MAP:
		print_map(o, json, out);
		break;
	case MSGPACK_OBJECT_EXT:
		text_add(out, json ? "\"ext %d\"" : "ext(%d)", o->via.ext.type);
		break;
	}
}

void
value_print(const struct value *value, struct text *out)
{
	print_object(value_object(value), 0, out);
}

void
value_print_json(const struct value *value, struct text *out)
{
	print_object(value_object(value), 1, out);
}
