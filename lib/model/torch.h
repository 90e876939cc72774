/*
 * The common part of PyTorch's two file forms: a pickle whose tensors refer to
 * storages, and storages kept beside it.  Only the checkpoint reader uses this.
 */
#ifndef MODEL_TORCH_H
#define MODEL_TORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/archive.h"
#include "file/content.h"
#include "file/element.h"
#include "file/pickle.h"
#include "model/checkpoint.h"
#include "tensor/tensor.h"

/* A storage as a persistent id describes it, or a part (a view) of it. */
struct torch_storage {
	const char *key; /* n_key characters */
	size_t n_key;
	enum element_kind kind; /* bytes when the storage is untyped */
	int64_t n;     /* elements of the whole storage, at most 2^60 */
	int64_t first; /* the part: elements first ... first + part - 1 */
	int64_t part;
};

struct torch_file {
	const struct content *content; /* borrowed */
	struct pickle pickle;
	bool swapped;        /* numbers are most significant byte first */
	uint64_t left_bytes; /* that tensors may still take */

	/* The bytes of a whole storage, good until the next call. */
	const uint8_t *(*fetch)(struct torch_file *file,
	    const struct torch_storage *storage, struct error *err);

	/* The zip form: the archive, its prefix, and the last storage read. */
	struct archive *archive;
	char *prefix; /* with room for the name of an entry behind it */
	size_t n_prefix;
	uint8_t *pickle_bytes;
	uint8_t *cached;
	int64_t cached_entry;

	/* The legacy form: where each storage is. */
	struct torch_place *places;
	size_t n_places;
};

/*
 * Open file (content borrowed until torch_close) and read its pickle.  Release
 * with torch_close in any case.
 */
int torch_open_zip(
    struct torch_file *file, const struct content *content, struct error *err);
int torch_open_legacy(
    struct torch_file *file, const struct content *content, struct error *err);
void torch_close(struct torch_file *file);

/*
 * Reads a persistent id, ('storage', torch.FloatStorage, key, location, n) with
 * view metadata behind it in the legacy form.
 */
int torch_parse_storage(const struct pickle_value *persistent,
    struct torch_storage *storage, struct error *err);

/* Where a tensor lies: in bytes of its storage, strides in elements. */
struct torch_view {
	const char *key; /* n_key characters */
	size_t n_key;
	enum element_kind kind;
	int64_t first, end; /* its first byte, and the one behind its last */
	int64_t n;          /* elements */
	int rank;
	int64_t dim[TENSOR_RANK_MAX], stride[TENSOR_RANK_MAX];
};

/* Of what torch_is_tensor says yes to. */
int torch_find_view(const struct pickle_value *value, struct torch_view *view,
    struct error *err);

/*
 * What n tensors have in common, one entry each; *shares is NULL when that is
 * nothing, else free() it.
 */
int torch_find_shares(const struct torch_view *views, size_t n,
    struct checkpoint_share **shares, struct error *err);

/* Is value what PyTorch writes for a tensor or parameter? */
bool torch_is_tensor(const struct pickle_value *value);

/*
 * What is wrong with a tensor that is none of plain numbers (quantised, sparse,
 * ...), or a pair that begins with one: the end of a sentence.  NULL for all
 * other values.
 */
const char *torch_find_strange(const struct pickle_value *value);

/* That tensor, with its elements, under this name. */
int torch_read_tensor(struct torch_file *file, const struct pickle_value *value,
    const char *name, struct tensor *tensor, struct error *err);

#endif
