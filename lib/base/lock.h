/*
 * A lock on a file that is being written.  It belongs to the descriptor, so
 * that it ends with the process, however that ends; a child that has the
 * descriptor no longer (O_CLOEXEC) does not hold it.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum lock_state {
	LOCK_HELD,  /* by this descriptor */
	LOCK_TAKEN, /* by another, which an error names */
	LOCK_NONE   /* the file system has no locks */
};

/*
 * Takes the lock of the file that is open as fd, for writing.  path is its
 * name, for the error.
 */
enum lock_state lock_take(int fd, const char *path, struct error *err);

#endif
