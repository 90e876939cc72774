/*
 * Writing zip archives (npz) through libzip, into memory.  Entries are stored,
 * not compressed, with the date 1980-01-01: the same content gives the same
 * bytes.
 */
#ifndef FILE_ARCHIVE_WRITE_H
#define FILE_ARCHIVE_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/output.h"

struct archive_writer;

/* An archive whose first entry is an array (or that has none). */
extern const struct output_kind npz_kind;

struct archive_writer *archive_writer_new(struct error *err);

/* Writes it all: *bytes (free it) of *n. */
int archive_writer_finish(struct archive_writer *writer, uint8_t **bytes,
    size_t *n, struct error *err);

/* Releases it, finished or not (NULL is fine). */
void archive_writer_free(struct archive_writer *writer);

/*
 * Adds the numpy array `name` (the entry name.npy) with rank dimensions, row by
 * row: float64, float32 or int64.  rank 0 is a scalar.
 */
int npz_add_f64(struct archive_writer *writer, const char *name, int rank,
    const int64_t *dim, const double *values, struct error *err);
int npz_add_f32(struct archive_writer *writer, const char *name, int rank,
    const int64_t *dim, const float *values, struct error *err);
int npz_add_i64(struct archive_writer *writer, const char *name, int rank,
    const int64_t *dim, const int64_t *values, struct error *err);

#endif
