/*
 * numpy arrays: .npy files, and .npz archives of them, read piece by piece.
 *
 * An array is opened by its header and its elements then come in file order,
 * so that one never needs to fit in memory.  Types: truth values, integers,
 * f2 f4 f8, either byte order; objects (pickles) are refused.
 */
#ifndef FILE_NPY_H
#define FILE_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "file/archive.h"
#include "file/content.h"
#include "file/element.h"
#include "tensor/tensor.h"

struct npy_header {
	struct element element;
	bool fortran; /* the first axis runs fastest */
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	int64_t n; /* elements */
};

struct npy {
	struct npy_header header;
	struct archive_entry *entry; /* in an archive, or */
	const uint8_t *bytes;        /* in memory (borrowed) */
	uint64_t left_bytes;         /* not yet read */
};

/* Does content begin like a .npy file? */
bool npy_is(const struct content *content);

/*
 * Opens the .npy file in content (borrowed), or the array `name` (the entry
 * NAME.npy, or NAME itself) of an archive.  The header must fit the number of
 * bytes that follow it exactly.  Release with npy_close in any case.
 */
int npy_open(struct npy *npy, const struct content *content, struct error *err);
int npz_open(struct npy *npy, struct archive *archive, const char *name,
    struct error *err);
void npy_close(struct npy *npy);

/* Has the archive an entry that npz_open would open? */
bool npz_has(const struct archive *archive, const char *name);

/*
 * Appends what the archive holds, for messages: 'a' (uint8 60000x28x28), 'b'
 * (int64 60000).  0, or -1 when memory is short.
 */
int npz_list(struct archive *archive, struct text *text, struct error *err);

/*
 * The next n elements in file order: converted to type to (float32 or int64),
 * or raw as they are in the file.  Reading the last one checks the CRC.
 */
int npy_read(struct npy *npy, size_t n, enum tensor_type to, void *out,
    struct error *err);
int npy_read_raw(struct npy *npy, size_t n, void *out, struct error *err);

/*
 * The whole array as a tensor with this name, row-major whatever the file's
 * order; reals as float32, integers as int64.  npy has just been opened.
 */
int npy_read_tensor(struct npy *npy, const char *name, struct tensor *tensor,
    struct error *err);

/* npz_open, npy_read_tensor and npy_close in one. */
int npz_read_tensor(struct archive *archive, const char *name,
    struct tensor *tensor, struct error *err);

#endif
