/*
 * Checkpoints that training programs left behind: the tensors of a network and
 * what was noted beside them.  Nothing in a file is ever executed.
 *
 * Read are PyTorch files of both forms, the zip archive (torch 1.6 and later)
 * and the older sequence of five pickles; safetensors; npz archives with an
 * array per tensor; and the JSON index of a checkpoint that is kept in several
 * such files (shards) beside it.  A whole module, TorchScript, a plain pickle
 * and the files of other frameworks are refused with a sentence that says what
 * to do.
 */
#ifndef MODEL_CHECKPOINT_H
#define MODEL_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/content.h"
#include "tensor/tensor.h"

enum note_kind { NOTE_INTEGER, NOTE_REAL, NOTE_TEXT };

/* Something the file says about its network: epoch, acc, best_prec1, arch. */
struct checkpoint_note {
	char *name; /* owned */
	enum note_kind kind;
	int64_t integer;
	double real; /* the value of an integer, too */
	char *text;  /* owned */
};

/*
 * What a tensor has in common with others of its file: `same` is the first one
 * that is the same part of the same storage, or itself (tied weights have
 * several names); `meets` one that has a part of its elements, or itself.
 */
struct checkpoint_share {
	size_t same, meets;
};

struct checkpoint {
	struct tensor
	    *tensors; /* in the file's order; their role is not known */
	size_t n_tensors;
	struct checkpoint_share *shares; /* of each; NULL: nothing is shared */
	struct checkpoint_note *notes;
	size_t n_notes;
};

/*
 * Does n bytes at the beginning of something (512 suffice) look like a
 * checkpoint?  Else -1 with an error that says what it may be.  For
 * content_open.
 */
int checkpoint_known(const uint8_t *bytes, size_t n, struct error *err);

/*
 * Reads a checkpoint; of a PyTorch file the dict under "state_dict", "net",
 * "model_state_dict" or "model" of the file's dict, else that dict itself, else
 * the only dict of tensors in it or in one of its dicts.
 * Reals become float32, integers int64; strides, offsets and shared storages
 * are resolved (shares tells of them); prefixes "module." and "_orig_mod." that
 * all names have are taken off.  Notes are the numbers and short texts of
 * PyTorch's outer dicts, the metadata of safetensors (a text that is a number
 * becomes one), and the 0-d arrays of an npz whose name has no dot.
 *
 * The tensors together hold at most 16 times the bytes of the file and 16 MiB,
 * whatever strides and compression promise.  On failure checkpoint is empty.
 */
int checkpoint_read(struct checkpoint *checkpoint,
    const struct content *content, struct error *err);

/* The same without the tensors: the notes alone. */
int checkpoint_read_notes(struct checkpoint *checkpoint,
    const struct content *content, struct error *err);

void checkpoint_free(struct checkpoint *checkpoint);

/* The note of this name, or NULL. */
const struct checkpoint_note *checkpoint_find_note(
    const struct checkpoint *checkpoint, const char *name);

#endif
