/*
 * Inside the checkpoint readers: what PyTorch files, safetensors and npz have
 * in common, which is tensors under names and notes beside them.
 */
#ifndef MODEL_CHECKPOINT_FORM_H
#define MODEL_CHECKPOINT_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/archive.h"
#include "file/content.h"
#include "model/checkpoint.h"

/* A tensor of a file, still to be read. */
struct entry {
	const char *name; /* n characters (borrowed) */
	size_t n;
	const void *place; /* where it is, for the reader of the form */
};

struct entries {
	struct entry *at; /* free() it */
	size_t n, room;
};

/* Appends one; refuses more than 65,536. */
int entries_add(struct entries *entries, const char *name, size_t n,
    const void *place, struct error *err);

/*
 * Takes off the prefixes that all names have, checks that names are printable,
 * short and different, and reads the tensors one by one: read gives *tensor
 * name and elements.
 */
int entries_read(struct entries *entries, struct checkpoint *checkpoint,
    int (*read)(void *context, const void *place, const char *name,
	struct tensor *tensor, struct error *err),
    void *context, struct error *err);

/* Bytes that the tensors of a file of n bytes may take together. */
uint64_t checkpoint_memory(size_t n);

/* Takes the tensor's bytes from *left_bytes, or fails. */
int checkpoint_pay(
    uint64_t *left_bytes, const struct tensor *tensor, struct error *err);

/*
 * Notes that name (n characters) is an integer, a real or a text (n_text
 * characters).  Passed over: a name or text that is not printable or has more
 * than 255 bytes, a name that is noted already, and more than 64 notes.
 */
int checkpoint_note_integer(struct checkpoint *checkpoint, const char *name,
    size_t n, int64_t value, struct error *err);
int checkpoint_note_real(struct checkpoint *checkpoint, const char *name,
    size_t n, double value, struct error *err);
int checkpoint_note_text(struct checkpoint *checkpoint, const char *name,
    size_t n, const char *text, size_t n_text, struct error *err);

/*
 * The readers of the forms: tensors (unless only the notes are wanted) and
 * notes into checkpoint, which the caller releases when they fail.
 */
int torch_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err);
int safetensors_read(struct checkpoint *checkpoint,
    const struct content *content, bool tensors, struct error *err);
int arrays_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err);

/*
 * An index of a checkpoint in several files, which lie beside it; read reads
 * one of them.
 */
int shards_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors,
    int (*read)(struct checkpoint *part, const char *path,
	const struct content *index, struct error *err),
    struct error *err);

/* Do the bytes begin like JSON, as such an index does? */
bool shards_is(const uint8_t *bytes, size_t n);

/* Do the bytes begin like safetensors?  Is the zip archive one of arrays? */
bool safetensors_is(const uint8_t *bytes, size_t n);
int arrays_is(const struct content *content, struct error *err); /* or -1 */

/*
 * -1 with a sentence that says what the bytes are and how to convert them, or
 * that they are nothing we know.
 */
int foreign_refuse(const uint8_t *bytes, size_t n, struct error *err);

/* The same for an archive that is neither of torch.save nor of arrays. */
int foreign_refuse_archive(const struct archive *archive, struct error *err);

#endif
