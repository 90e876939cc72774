#include "base/character.h"

#include <string.h>

size_t
character_read(const char *bytes, size_t n, unsigned *code)
{
	static const unsigned least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)bytes;
	const size_t more = p[0] < 0x80   ? 0
			    : p[0] < 0xe0 ? 1
			    : p[0] < 0xf0 ? 2
					  : 3;
	unsigned c = more == 0 ? p[0] : p[0] & (0x3fU >> more);

	if ((more > 0 && p[0] < 0xc2) || p[0] > 0xf4 || more >= n)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fU);
	}
	if (c < least[more] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	*code = c;
	return more + 1;
}

/*
 * Unicode's general categories Cc, Zl, Zp, the noncharacters, and what has the
 * property Default_Ignorable_Code_Point but variation selectors (of which
 * pictures of two characters are made) beside the interlinear annotations.
 */
static const struct {
	unsigned first, last;
} hidden[] = {
    {0x00, 0x1f},
    {0x7f, 0x9f},
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x61c, 0x61c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfdd0, 0xfdef},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};

bool
character_is_shown(unsigned code)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (code >= hidden[i].first && code <= hidden[i].last)
			return false;
	return (code & 0xfffe) != 0xfffe;
}

/* Bytes of the character at p when it is shown, else 0. */
static size_t
shown_bytes(const char *p, size_t n)
{
	unsigned code;
	size_t bytes;

	if (*p >= 0x20 && *p < 0x7f)
		return 1;
	bytes = character_read(p, n, &code);
	return bytes > 0 && character_is_shown(code) ? bytes : 0;
}

/* Bytes of the character at p, whatever it is; 1 of what is none. */
static size_t
any_bytes(const char *p, size_t n)
{
	unsigned code;
	const size_t bytes = character_read(p, n, &code);

	return bytes > 0 ? bytes : 1;
}

bool
text_is_printable(const void *bytes, size_t n)
{
	const char *p = bytes;
	unsigned code;

	for (size_t i = 0, more; i < n; i += more) {
		more = character_read(p + i, n - i, &code);
		if (more == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
			return false;
	}
	return true;
}

bool
text_is_shown(const char *chars, size_t n)
{
	for (size_t i = 0, bytes; i < n; i += bytes) {
		bytes = shown_bytes(chars + i, n - i);
		if (bytes == 0)
			return false;
	}
	return true;
}

size_t
text_make_shown(char *chars, size_t n, const char *allowed)
{
	size_t to = 0;

	for (size_t i = 0; i < n;) {
		size_t bytes = shown_bytes(chars + i, n - i);

		if (bytes == 0 && chars[i] != '\0' &&
		    strchr(allowed, chars[i]) != NULL)
			bytes = 1;
		if (bytes == 0) {
			i += any_bytes(chars + i, n - i);
			chars[to++] = '?';
			continue;
		}
		memmove(chars + to, chars + i, bytes);
		to += bytes;
		i += bytes;
	}
	return to;
}

void
text_show(struct text *text, const char *allowed)
{
	if (text->n_ > 0)
		text_cut(
		    text, text_make_shown(text->chars_, text->n_, allowed));
}

void
text_add_shown_bytes(struct text *text, const char *chars, size_t n)
{
	const size_t before = text->n_;

	text_add_bytes(text, chars, n);
	if (text->failed_ || n == 0)
		return;
	text_cut(text, before + text_make_shown(text->chars_ + before, n, ""));
}

void
text_add_shown(struct text *text, const char *chars)
{
	text_add_shown_bytes(text, chars, strlen(chars));
}

/* What stands for a character in XML; NULL: itself. */
static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
	case '\r':
		return " ";
	case '\n':
		return "\n";
	default:
		return NULL;
	}
}

void
text_add_xml(struct text *text, const char *chars)
{
	const size_t n = strlen(chars);
	size_t bytes;

	for (size_t i = 0; i < n; i += bytes) {
		const char *entity = entity_of(chars[i]);

		bytes = any_bytes(chars + i, n - i);
		if (entity == NULL && shown_bytes(chars + i, n - i) == 0)
			entity = "\xef\xbf\xbd";
		if (entity != NULL)
			text_add(text, "%s", entity);
		else
			text_add_bytes(text, chars + i, bytes);
	}
}
