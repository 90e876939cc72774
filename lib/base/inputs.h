/*
 * The files that a program reads, by device and inode: whatever name a result
 * is given, it never takes the place of one of them.
 */
#ifndef BASE_INPUTS_H
#define BASE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/error.h"

/* A file whatever its name; zeroes are none. */
struct file_id {
	dev_t device;
	ino_t inode;
};

struct inputs {
	struct file_id *item; /* owned */
	size_t n, room;
};

/*
 * Adds what is kept in memory after it was read, a regular file, a block device
 * or a FIFO; what else there is (a terminal, /dev/null) may be read and written
 * at once.  inputs NULL: does nothing.
 */
int inputs_add(
    struct inputs *inputs, const struct stat *file, struct error *err);

/*
 * Adds the file that an argument names: PATH or NAME=PATH.  One that is not
 * there, or "-", is left out: opening it says so.
 */
int inputs_add_argument(
    struct inputs *inputs, const char *text, struct error *err);

/* Adds what is open as a descriptor, if it is. */
int inputs_add_descriptor(struct inputs *inputs, int fd, struct error *err);

bool inputs_have(const struct inputs *inputs, const struct stat *file);

#endif
