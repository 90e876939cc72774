#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/character.h"
#include "base/number.h"
#include "stream/value_internal.h"

/* Depth is bounded by the scan that every record passes (stream/scan.h). */

static void
print_hex(const char *bytes, size_t n, struct text *out)
{
	for (size_t i = 0; i < n; i++)
		text_add(out, "%02x", (unsigned char)bytes[i]);
}

/* A code point as JSON escapes it: UTF-16. */
static void
escape(unsigned code, struct text *out)
{
	if (code < 0x10000)
		text_add(out, "\\u%04x", code);
	else
		text_add(out, "\\u%04x\\u%04x",
		    0xd800 + ((code - 0x10000) >> 10),
		    0xdc00 + ((code - 0x10000) & 0x3ff));
}

/*
 * UTF-8 passes; quotes, backslashes, what cannot be shown and bytes that are no
 * UTF-8 are escaped (the latter as if they were Latin-1).
 */
void
value_print_json_chars(const char *chars, size_t n, struct text *out)
{
	size_t bytes;

	text_add(out, "\"");
	for (size_t i = 0; i < n; i += bytes) {
		unsigned code = (unsigned char)chars[i];

		bytes = character_read(&chars[i], n - i, &code);
		if (code == '"' || code == '\\')
			text_add(out, "\\%c", (char)code);
		else if (bytes == 0 || !character_is_shown(code))
			escape(code, out);
		else
			text_add_bytes(out, &chars[i], bytes);
		bytes += bytes == 0;
	}
	text_add(out, "\"");
}

/* Plain: quotes only where a blank or a mark would confuse the reader. */
void
value_print_chars(const char *chars, size_t n, struct text *out)
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

void
value_print_json_number(double x, struct text *out)
{
	if (isnan(x))
		text_add(out, "null");
	else
		print_real(x, 1, out);
}

void
value_print_json_real(const char *key, double x, struct text *out)
{
	text_add(out, ",\"%s\":", key);
	value_print_json_number(x, out);
}

void
value_print_json_text(const char *key, const char *value, struct text *out)
{
	text_add(out, ",\"%s\":", key);
	value_print_json_chars(value, strlen(value), out);
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
	const char *chars;

	if (!json || key->type == MSGPACK_OBJECT_STR) {
		print_object(key, json, out);
		return;
	}
	print_object(key, 0, &plain);
	chars = text_chars_for(out, &plain);
	value_print_json_chars(chars, strlen(chars), out);
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
			value_print_chars(o->via.str.ptr, o->via.str.size, out);
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
