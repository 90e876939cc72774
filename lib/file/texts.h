/*
 * Texts in an array of numpy, as UTF-8.
 */
#ifndef FILE_TEXTS_H
#define FILE_TEXTS_H

#include <stddef.h>

#include "base/error.h"
#include "file/archive.h"

struct texts {
	char **text; /* n of them, owned; nothing in them that cannot be shown
			(base/character.h) */
	size_t n, room;
};

enum { TEXTS_MAX = 1 << 16, TEXT_LENGTH_MAX = 200 /* characters */ };

/*
 * The texts of the array `name` of an archive, which has one dimension, of
 * Unicode ('<U9') or bytes ('|S9').  An array that holds something else, more
 * or longer texts, leaves texts empty, as none does.  -1: its bytes are
 * damaged, or memory is short.  Release with texts_free in any case.
 */
int texts_read(struct texts *texts, struct archive *archive, const char *name,
    struct error *err);
void texts_free(struct texts *texts);

#endif
