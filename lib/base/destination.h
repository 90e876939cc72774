/*
 * Where a name of -o leads: to standard output, a descriptor that is open
 * already, something that is written as it stands (a device, a FIFO), or a
 * regular file, there or not yet, that a result may take the place of.
 */
#ifndef BASE_DESTINATION_H
#define BASE_DESTINATION_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"

enum destination_manner {
	DESTINATION_STANDARD,   /* no name, or "-" */
	DESTINATION_DESCRIPTOR, /* /dev/stdout, /dev/fd/N and the like: number
				 */
	DESTINATION_OPEN,       /* opened and written: path */
	DESTINATION_FILE,       /* a regular file: path, with links followed */
};

struct destination {
	enum destination_manner manner;
	int number;
	struct text path;
	bool there; /* DESTINATION_FILE: it exists, and is what stat said */
	struct stat is;
};

/*
 * Follows name (borrowed; NULL or "-": standard output) without opening it.
 * Links are followed to their end, a dangling one to the file that it would
 * create; those of the descriptors of a process never.  A folder is an error,
 * and a file whose folder is not there or takes no new file, or that may not
 * be written.  destination_free in any case.
 */
int destination_find(
    struct destination *to, const char *name, struct error *err);
void destination_free(struct destination *to);

/* The folder of a path: "." when it has no slash. */
int destination_folder(
    struct text *folder, const char *path, struct error *err);

#endif
