/*
 * Reading HDF5 files, through libhdf5, from bytes in memory.
 *
 * Of what the format can do only datasets of numbers are read that the file
 * itself holds, under plain names: no links to elsewhere, no external or
 * virtual storage, no filters from plug-ins.  A dataset may unpack to at most
 * 64 times the file and 16 MiB.
 */
#ifndef HDF5_H5_READ_H
#define HDF5_H5_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/content.h"
#include "tensor/tensor.h"

struct h5;

/* Does content begin like an HDF5 file? */
bool h5_is(const uint8_t *bytes, size_t n);

/* Opens the file in content, whose bytes libhdf5 copies. */
struct h5 *h5_open(const struct content *content, struct error *err);
void h5_close(struct h5 *h5);

struct h5_shape {
	int rank;
	int64_t dim[TENSOR_RANK_MAX], n; /* n: the product */
};

/* Is there something of this name ("xdirection/0")? */
bool h5_has(struct h5 *h5, const char *name);

/* 0, or -1 when any question of h5_has could not be answered. */
int h5_check(const struct h5 *h5, struct error *err);

/*
 * Reads a whole dataset of reals or integers into new memory (free it), as
 * float64 or float32; shape receives what it has.  NULL with an error.
 */
double *h5_read_f64(
    struct h5 *h5, const char *name, struct h5_shape *shape, struct error *err);
float *h5_read_f32(
    struct h5 *h5, const char *name, struct h5_shape *shape, struct error *err);

#endif
