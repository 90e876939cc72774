/*
 * A file of directions that another program made: arrays by number (those of
 * the reference tool's groups, those that numpy gives to a list) in an npz
 * archive, or by the names of the model's tensors in an npz archive,
 * safetensors or a PyTorch file.
 */
#ifndef DIRECTION_DIRECTION_FILE_H
#define DIRECTION_DIRECTION_FILE_H

#include "base/digest.h"
#include "direction/source.h"

struct direction_file {
	const char *name; /* borrowed, for messages */
	struct content content;
	struct archive *archive; /* of arrays by number, or NULL */
	struct checkpoint named; /* else */
	char digest[DIGEST_TEXT_BYTES];
};

/* Opens the file at path; release with direction_file_close in any case. */
int direction_file_open(
    struct direction_file *file, const char *path, struct error *err);
void direction_file_close(struct direction_file *file);

/* A source of its directions, which borrows the file. */
struct direction_source *direction_file_source(
    const struct direction_file *file, struct error *err);

#endif
