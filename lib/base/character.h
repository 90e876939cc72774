/*
 * Characters of texts that come from outside.  A label, the name of a file or a
 * tensor, a status: whoever wrote it chose its bytes, and a terminal, a
 * spreadsheet or a browser may take some of them for commands, or show a text
 * that is not the one that stands there.  Whatever leaves for such readers
 * passes one of these functions.
 */
#ifndef BASE_CHARACTER_H
#define BASE_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The UTF-8 character (RFC 3629) at the head of n > 0 bytes: how many bytes it
 * has, 0 when there is none.  Control characters are characters.
 */
size_t character_read(const char *bytes, size_t n, unsigned *code);

/*
 * Can it be shown as it is?  Not so controls (of ASCII and U+0080 to U+009F),
 * line and paragraph separators, what changes the direction of a text (U+202A
 * to U+202E, U+2066 to U+2069, U+200E, U+200F, U+061C), what cannot be seen
 * (U+200B, U+2060, U+FEFF, soft hyphens, tags and the like) and noncharacters.
 */
bool character_is_shown(unsigned code);

/*
 * At the head of n > 0 bytes: how many make a character that can be shown, 0
 * when there is none; how many make any character, 1 when there is none.
 */
size_t character_shown(const char *bytes, size_t n);
size_t character_any(const char *bytes, size_t n);

/*
 * Are n bytes well-formed UTF-8 without control characters?  Names from files
 * must be, because streams carry them as msgpack texts.
 */
bool text_is_printable(const void *bytes, size_t n);

/* As text_make_shown leaves it? */
bool text_is_shown(const char *chars, size_t n);

/*
 * Replaces every character that cannot be shown, and every byte that is none,
 * by '?', in place.  allowed (such as "\n"): ASCII characters that stay all the
 * same.  Returns the new length, at most n; chars is not terminated.
 */
size_t text_make_shown(char *chars, size_t n, const char *allowed);

#endif
