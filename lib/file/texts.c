#include "file/texts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"

enum { HEAD_BYTES = 10, WIDE = 4, UTF8_MAX = 4, HEADER_ROOM = 1 << 16 };

/* An array as its header describes it. */
struct shape {
	bool wide, swapped; /* UTF-32, its most significant byte first */
	size_t length, n;   /* characters of a text, texts */
	size_t data;        /* where they begin */
};

static uint32_t
wide_at(const uint8_t *p, bool swapped)
{
	uint32_t code = 0;

	for (int i = 0; i < WIDE; i++)
		code |= (uint32_t)p[i] << 8 * (swapped ? WIDE - 1 - i : i);
	return code;
}

/* What stands behind a key of the header, NULL where it has none. */
static const char *
behind(const char *header, const char *key)
{
	const char *at = strstr(header, key);

	if (at == NULL)
		return NULL;
	at += strlen(key);
	return at + strspn(at, " ");
}

/* Does the array hold texts, one dimension of them, and nothing else? */
static bool
read_shape(struct shape *shape, const uint8_t *bytes, size_t n)
{
	char text[HEADER_ROOM], order, kind, close[3];
	const char *type, *size;
	size_t length, item;

	if (n < HEAD_BYTES || memcmp(bytes, "\x93NUMPY\x01", 7) != 0)
		return false;
	length = bytes[8] | (size_t)bytes[9] << 8;
	if (length >= sizeof(text) || n - HEAD_BYTES < length)
		return false;
	memcpy(text, bytes + HEAD_BYTES, length);
	text[length] = '\0';
	type = behind(text, "'descr':");
	size = behind(text, "'shape':");
	if (type == NULL || size == NULL ||
	    sscanf(type, "'%c%c%4zu%1[']", &order, &kind, &shape->length,
		close) != 4 ||
	    sscanf(size, "(%6zu%1[,]%1[)]", &shape->n, close, close + 1) != 3)
		return false;
	shape->wide = kind == 'U';
	shape->swapped = order == '>';
	shape->data = HEAD_BYTES + length;
	item = shape->length * (shape->wide ? WIDE : 1);
	return (kind == 'U' || kind == 'S') && shape->n <= TEXTS_MAX &&
	       shape->length <= TEXT_LENGTH_MAX &&
	       n - shape->data == shape->n * item;
}

/* A code point as UTF-8; what is none becomes a question mark when shown. */
static size_t
encode(uint32_t code, char *out)
{
	const uint8_t tail = 0x80;

	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(tail | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(tail | (code >> 6 & 0x3f));
		out[2] = (char)(tail | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (code >> 18 & 7));
	out[1] = (char)(tail | (code >> 12 & 0x3f));
	out[2] = (char)(tail | (code >> 6 & 0x3f));
	out[3] = (char)(tail | (code & 0x3f));
	return UTF8_MAX;
}

/* Zeros fill a text up. */
static int
add(struct texts *texts, const struct shape *shape, const uint8_t *from,
    struct error *err)
{
	char text[UTF8_MAX * TEXT_LENGTH_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < shape->length; i++) {
		const uint32_t code =
		    shape->wide ? wide_at(from + i * WIDE, shape->swapped)
				: from[i];

		if (code == 0)
			break;
		if (shape->wide)
			n += encode(code, text + n);
		else
			text[n++] = (char)code;
	}
	n = text_make_shown(text, n, "");
	if (memory_grow(&texts->text, &texts->room, texts->n + 1,
		sizeof(*texts->text), err) < 0)
		return -1;
	texts->text[texts->n] = memory_text_n(text, n, err);
	return texts->text[texts->n++] != NULL ? 0 : -1;
}

/* The entry of an array, or -1. */
static int64_t
find(const struct archive *archive, const char *name)
{
	char full[64];

	snprintf(full, sizeof(full), "%s.npy", name);
	return archive_find(archive, full);
}

int
texts_read(struct texts *texts, struct archive *archive, const char *name,
    struct error *err)
{
	const int64_t entry = find(archive, name);
	const uint64_t most =
	    HEADER_ROOM + (uint64_t)WIDE * TEXTS_MAX * TEXT_LENGTH_MAX;
	struct shape shape = {0};
	uint8_t *bytes;
	size_t n, item;
	int status = 0;

	*texts = (struct texts){0};
	if (entry < 0 || archive_entry_bytes(archive, (size_t)entry) > most)
		return 0;
	bytes = archive_read(archive, (size_t)entry, most, &n, err);
	if (bytes == NULL)
		return error_prefix(err, "array '%.120s'", name);
	if (!read_shape(&shape, bytes, n))
		shape.n = 0;
	item = shape.length * (shape.wide ? WIDE : 1);
	for (size_t i = 0; i < shape.n && status == 0; i++)
		status = add(texts, &shape, bytes + shape.data + i * item, err);
	free(bytes);
	return status;
}

void
texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		free(texts->text[i]);
	free(texts->text);
	*texts = (struct texts){0};
}
