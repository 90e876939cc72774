/*
 * Bytes that may be gzip-compressed: read front to back as if they were not.
 */
#ifndef FILE_GZIP_H
#define FILE_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/content.h"

struct gzip;

/*
 * Opens content (borrowed until gzip_close): one or more gzip members, or plain
 * bytes.  Returns NULL with an error when memory is short.
 */
struct gzip *gzip_open(const struct content *content, struct error *err);
void gzip_close(struct gzip *gzip);

/*
 * The most bytes that can come out: exactly as many as there are when they are
 * plain, the limit of deflate (1032 for one) otherwise.  A size that a header
 * claims is held against this before anything is allocated.
 */
uint64_t gzip_limit(const struct gzip *gzip);

/* Exactly n bytes; into out, or skipped when out is NULL. */
int gzip_read(struct gzip *gzip, void *out, size_t n, struct error *err);

/* Wants to be at the end, where the checksum is; else an error. */
int gzip_finish(struct gzip *gzip, struct error *err);

#endif
