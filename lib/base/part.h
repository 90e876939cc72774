/*
 * The file in which a result grows, beside the one whose place it takes:
 * PATH.part.  One process at a time writes it.
 *
 * The lock is that of the file, not of its name: after it was taken, and before
 * anything is renamed or removed, the name must still lead to the locked file.
 */
#ifndef BASE_PART_H
#define BASE_PART_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

struct part_file {
	char *name;    /* PATH.part */
	char *grows;   /* what is written: PATH.part, or PATH.part.new */
	int fd;        /* of the latter */
	int held;      /* of an earlier PATH.part that is still there, or -1 */
	bool unlocked; /* the file system has no locks */
};

/*
 * Opens and locks PATH.part, which must not be a link, nor a file with other
 * names, nor one that somebody else put into a folder of all.  What it held is
 * cut off, or with resumes kept: then PATH.part.new grows until part_settle.
 * like: what stands at path, whose mode and if possible owner are taken; or
 * NULL.  A process that writes it already is an error that names it.
 */
int part_open(struct part_file *part, const char *path, const struct stat *like,
    bool resumes, struct error *err);

/* PATH.part.new holds all that PATH.part had: takes its place, if any. */
int part_settle(struct part_file *part, struct error *err);

/* Does its name still lead to it?  False also after part_finish. */
bool part_is_there(const struct part_file *part);

/* What was written goes to the disk, as far as that can be had. */
int part_sync(struct part_file *part, struct error *err);

/*
 * It is complete, settled and synced: takes the place of path.  On success it
 * is closed, and -1 then means late news of a write.
 */
int part_finish(struct part_file *part, const char *path, struct error *err);

/*
 * It is not complete: closed, and removed unless keep (then only when it is
 * empty).  An earlier PATH.part stays in any case.
 */
void part_drop(struct part_file *part, bool keep);

#endif
