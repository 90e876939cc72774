/*
 * Inside lib/data: the files that belong to a data set's path, opened.
 */
#ifndef DATA_FILES_H
#define DATA_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "data/dataset.h"
#include "data/source.h"
#include "file/content.h"

struct files {
	int n;
	bool folder; /* they were found in one */
	struct content content[SOURCE_FILES_MAX];
	struct content labels; /* of IDX and .npy images; else empty */
};

/*
 * Opens the file at path, or those of a directory that belong to split; for IDX
 * images also the labels beside them.  files_close in any case.
 */
int files_open(struct files *files, const char *path, enum dataset_split split,
    struct error *err);
/* Adds them to what is read. */
int files_note(
    const struct files *files, struct inputs *inputs, struct error *err);
void files_close(struct files *files);

#endif
