/*
 * What kind of file something is, told by its first bytes: for messages about
 * files that are not what was expected.
 */
#ifndef BASE_MAGIC_H
#define BASE_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { MAGIC_WANTS = 512 }; /* bytes that tell all kinds apart */

/* What a reader wants, and so who or what helps. */
enum magic_want {
	MAGIC_RECORDS,
	MAGIC_NETWORK,
	MAGIC_BESIDE, /* what netload takes beside a network: a graph, names */
	MAGIC_IMAGES
};

struct magic {
	const char *is;     /* "a PyTorch checkpoint" */
	const char *takes;  /* which program reads it; NULL: none does */
	const char *to_do;  /* what makes a network of it, or something that is
			       read at all; or NULL */
	const char *images; /* what makes images of it, or NULL */
	bool network;       /* it holds one */
};

/*
 * The kind of n bytes (at least MAGIC_WANTS, fewer when the file is shorter);
 * NULL when it is none that is known here.
 */
const struct magic *magic_find(const void *bytes, size_t n);

/*
 * Sets "IS, expected WHAT: who reads it, or what to do"; for bytes of no kind
 * "of no kind that is known here, expected WHAT", for none "empty, expected
 * WHAT".  Returns -1.
 */
int magic_refuse(const void *bytes, size_t n, const char *expected,
    enum magic_want want, struct error *err);

/* The same of a folder, by what lies in it: "a folder, expected WHAT: ...". */
int magic_refuse_folder(
    const char *path, const char *expected, struct error *err);

/*
 * Sets "IS that ends early: ..." for a file whose beginning is right and whose
 * end is not there.  Returns -1.
 */
int magic_cut(const void *bytes, size_t n, struct error *err);

#endif
