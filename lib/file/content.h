/*
 * The content of a file, as bytes in memory: a regular file is mapped, a pipe
 * is read to its end.  What kind of file it is, is told by these bytes, never
 * by the name.
 *
 * A mapped file must not be shortened by somebody else while it is in use.
 */
#ifndef FILE_CONTENT_H
#define FILE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/inputs.h"

struct content {
	const uint8_t *bytes; /* not NULL, not even when n is 0 */
	size_t n;
	bool mapped;
	struct stat file; /* what it was read from */
	const char *path; /* borrowed; NULL: standard input */
	/* Where files are added that its reader opens beside it; or NULL. */
	struct inputs *inputs;
	/* Zip archives in it may lack CRCs (PyTorch can leave them out): their
	 * entries count as read all the same. */
	bool no_checksum;
};

/*
 * Opens path (NULL or "-": standard input).  known, when not NULL, is asked
 * about the beginning of a pipe (512 bytes, fewer when it is shorter) and says
 * with an error what it expected: an endless stream of something else is
 * refused before it fills the memory.  Errors name the path.
 */
int content_open(struct content *content, const char *path,
    int (*known)(const uint8_t *bytes, size_t n, struct error *err),
    struct error *err);

/* Releases the bytes; content is empty afterwards. */
void content_close(struct content *content);

#endif
