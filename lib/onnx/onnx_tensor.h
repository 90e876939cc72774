/*
 * The elements of an ONNX file's tensors: raw bytes, lists of numbers, or data
 * in another file beneath the model's folder.
 */
#ifndef MODEL_ONNX_TENSOR_H
#define MODEL_ONNX_TENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/inputs.h"
#include "onnx/onnx_file.h"
#include "tensor/tensor.h"

/* Where external data may lie, and how much of it was read. */
struct onnx_folder {
	const char *path;      /* of the model (borrowed), or NULL: nowhere */
	uint64_t bytes;        /* read so far */
	uint64_t largest;      /* of the files seen so far */
	struct inputs *inputs; /* files are added when they are read; or NULL */
};

/* Does it hold reals; integers or truth values?  (Or something unreadable) */
bool onnx_tensor_is_real(const struct onnx_tensor *tensor);
bool onnx_tensor_is_whole(const struct onnx_tensor *tensor);

/*
 * Gives `to`, a float32 tensor of as many elements, its elements; all types of
 * numbers are converted.  Fails when there are fewer or more than the shape
 * says.
 */
int onnx_tensor_floats(const struct onnx_tensor *tensor,
    struct onnx_folder *folder, struct tensor *to, struct error *err);

/* The same as n doubles; for small tensors. */
int onnx_tensor_doubles(const struct onnx_tensor *tensor,
    struct onnx_folder *folder, double *to, struct error *err);

/*
 * Reads n bytes at offset of the file `location`: a regular file beneath the
 * folder of the model, reached through no symbolic link.  For onnx_tensor.c.
 */
int onnx_external_read(struct onnx_folder *folder, struct onnx_text location,
    uint64_t offset, uint8_t *to, size_t n, struct error *err);

#endif
