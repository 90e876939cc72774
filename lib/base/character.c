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

size_t
character_shown(const char *p, size_t n)
{
	unsigned code;
	size_t bytes;

	if (*p >= 0x20 && *p < 0x7f)
		return 1;
	bytes = character_read(p, n, &code);
	return bytes > 0 && character_is_shown(code) ? bytes : 0;
}

size_t
character_any(const char *p, size_t n)
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
		bytes = character_shown(chars + i, n - i);
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
		size_t bytes = character_shown(chars + i, n - i);

		if (bytes == 0 && chars[i] != '\0' &&
		    strchr(allowed, chars[i]) != NULL)
			bytes = 1;
		if (bytes == 0) {
			i += character_any(chars + i, n - i);
			chars[to++] = '?';
			continue;
		}
		memmove(chars + to, chars + i, bytes);
		to += bytes;
		i += bytes;
	}
	return to;
}
