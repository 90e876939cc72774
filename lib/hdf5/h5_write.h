/*
 * Writing HDF5 files, through libhdf5, into memory: the same content gives the
 * same bytes.
 */
#ifndef HDF5_H5_WRITE_H
#define HDF5_H5_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct h5_writer;

struct h5_writer *h5_writer_new(struct error *err);
void h5_writer_free(struct h5_writer *writer);

/* Makes a group. */
int h5_add_group(struct h5_writer *writer, const char *name, struct error *err);

/* Adds a dataset, row by row; rank 0 is a scalar. */
int h5_add_f64(struct h5_writer *writer, const char *name, int rank,
    const int64_t *dim, const double *values, struct error *err);
int h5_add_f32(struct h5_writer *writer, const char *name, int rank,
    const int64_t *dim, const float *values, struct error *err);

/* Adds a text, as h5py stores one: a scalar of variable length, UTF-8. */
int h5_add_text(struct h5_writer *writer, const char *name, const char *text,
    struct error *err);

/* The whole file: *bytes (free it) of *n. */
int h5_finish(
    struct h5_writer *writer, uint8_t **bytes, size_t *n, struct error *err);

#endif
