#include "base/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/destination.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/text.h"

enum {
	TRIES = 100,
	FLAGS = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
};

static char *
join(const char *path, const char *ending, struct error *err)
{
	struct text text = {0};

	text_add(&text, "%s%s", path, ending);
	if (text_check(&text, err) == 0)
		return text.chars_;
	text_free(&text);
	return NULL;
}

/* ---- which file ---- */

/* Does the name lead to what is open as fd? */
static bool
is_at(int fd, const char *name)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && lstat(name, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static int
check_at(int fd, const char *name, struct error *err)
{
	return is_at(fd, name)
		   ? 0
		   : error_set(err,
			 "%s was removed or replaced while it was written",
			 name);
}

/* Opens the one that is there, or makes one; *made says which. */
static int
open_or_make(const char *name, mode_t mode, bool *made)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = open(name, FLAGS);

		*made = false;
		if (fd >= 0 || errno != ENOENT)
			return fd;
		fd = open(name, FLAGS | O_CREAT | O_EXCL, mode);
		*made = fd >= 0;
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* Can somebody else have put it there, so that we write into his file? */
static bool
is_planted(const char *name, const struct stat *is, struct error *err)
{
	struct text folder = {0};
	struct stat at;
	bool planted =
	    is->st_uid != geteuid() &&
	    (destination_folder(&folder, name, err) < 0 ||
		stat(folder.chars_, &at) < 0 || (at.st_mode & S_IWOTH) != 0);

	text_free(&folder);
	return planted;
}

static int
check_file(int fd, const char *name, struct error *err)
{
	struct stat is;

	if (fstat(fd, &is) < 0)
		return error_set(err, "%s:", name);
	if (!S_ISREG(is.st_mode))
		return error_set(err, "%s is no regular file: remove it", name);
	if (is.st_nlink > 1)
		return error_set(
		    err, "%s is a file with several names: remove it", name);
	if (is_planted(name, &is, err))
		return error_set(err,
		    "%s belongs to user %ld, in a folder where anybody can "
		    "write: remove it or choose another -o",
		    name, (long)is.st_uid);
	return 0;
}

/*
 * 1: locked and at its name.  0: somebody renamed or removed it meanwhile.
 * -1: not ours.
 */
static int
lock(struct part_file *part, bool made, struct error *err)
{
	switch (lock_take(part->fd, part->name, err)) {
	case LOCK_TAKEN:
		return -1;
	case LOCK_NONE:
		part->unlocked = true;
		break;
	case LOCK_HELD:
		break;
	}
	if (!is_at(part->fd, part->name))
		return 0;
	if (!made && check_file(part->fd, part->name, err) < 0)
		return -1;
	return 1;
}

static int
open_locked(struct part_file *part, mode_t mode, struct error *err)
{
	for (int i = 0; i < TRIES; i++) {
		bool made;
		int status;

		part->fd = open_or_make(part->name, mode, &made);
		if (part->fd < 0 && errno == ELOOP)
			return error_set(err,
			    "%s is a symbolic link: remove it", part->name);
		if (part->fd < 0)
			return error_set(err, "%s:", part->name);
		status = lock(part, made, err);
		if (status > 0)
			return 0;
		close(part->fd);
		part->fd = -1;
		if (status < 0)
			return -1;
	}
	return error_set(
	    err, "%s is replaced by others all the time", part->name);
}

/* ---- how it looks ---- */

/* A group that cannot be kept gets no more than all others. */
static int
take_looks(int fd, const struct stat *like)
{
	mode_t mode = like->st_mode & 07777;
	struct stat is;

	if (fstat(fd, &is) < 0)
		return -1;
	if ((is.st_uid != like->st_uid || is.st_gid != like->st_gid) &&
	    fchown(fd, like->st_uid, like->st_gid) < 0 &&
	    fchown(fd, (uid_t)-1, like->st_gid) < 0)
		mode &= ~(mode_t)(S_IRWXG & ~((mode & S_IRWXO) << 3));
	return fchmod(fd, mode);
}

/* The earlier file stays, and is held, while a new one grows beside it. */
static int
start_anew(struct part_file *part, const char *path, const struct stat *like,
    const struct stat *before, struct error *err)
{
	part->held = part->fd;
	part->fd = -1;
	free(part->grows);
	part->grows = join(path, ".part.new", err);
	if (part->grows == NULL)
		return -1;
	if (unlink(part->grows) < 0 && errno != ENOENT)
		return error_set(err, "%s:", part->grows);
	part->fd = open(part->grows, FLAGS | O_CREAT | O_EXCL, 0600);
	if (part->fd < 0 ||
	    take_looks(part->fd, like != NULL ? like : before) < 0)
		return error_set(err, "%s:", part->grows);
	/* (nobody looks for this name without the lock of the other) */
	return lock_take(part->fd, part->grows, err) == LOCK_TAKEN ? -1 : 0;
}

int
part_open(struct part_file *part, const char *path, const struct stat *like,
    bool resumes, struct error *err)
{
	const mode_t mode = like != NULL ? 0600 : 0666;
	struct stat before;

	*part = (struct part_file){.fd = -1, .held = -1};
	part->name = join(path, ".part", err);
	part->grows = join(path, ".part", err);
	if (part->name == NULL || part->grows == NULL ||
	    open_locked(part, mode, err) < 0)
		return -1;
	if (fstat(part->fd, &before) < 0)
		return error_set(err, "%s:", part->name);
	if (resumes && before.st_size > 0)
		return start_anew(part, path, like, &before, err);
	if (ftruncate(part->fd, 0) < 0 ||
	    (like != NULL && take_looks(part->fd, like) < 0))
		return error_set(err, "%s:", part->name);
	return 0;
}

/* ---- its end ---- */

static int
move(int fd, const char *from, const char *to, struct error *err)
{
	if (check_at(fd, from, err) < 0)
		return -1;
	return rename(from, to) < 0 ? error_set(err, "%s:", to) : 0;
}

/* A folder that cannot be synced (some file systems) is no error. */
static void
sync_folder(const char *path)
{
	struct text folder = {0};
	struct error none;
	int fd;

	if (destination_folder(&folder, path, &none) == 0) {
		fd = open(folder.chars_, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			(void)fsync(fd);
			close(fd);
		}
	}
	text_free(&folder);
}

bool
part_is_there(const struct part_file *part)
{
	return part->fd >= 0 && is_at(part->fd, part->grows);
}

int
part_sync(struct part_file *part, struct error *err)
{
	if (fsync(part->fd) < 0 && errno != EINVAL && errno != ENOTSUP &&
	    errno != ENOSYS)
		return error_set(err, "%s:", part->grows);
	return 0;
}

int
part_settle(struct part_file *part, struct error *err)
{
	char *name;

	if (part->held < 0)
		return 0;
	name = memory_text(part->name, err);
	if (name == NULL)
		return -1;
	if (check_at(part->held, name, err) < 0 || part_sync(part, err) < 0 ||
	    move(part->fd, part->grows, name, err) < 0) {
		free(name);
		return -1;
	}
	close(part->held);
	part->held = -1;
	free(part->grows);
	part->grows = name;
	return 0;
}

static void
forget(struct part_file *part)
{
	free(part->name);
	free(part->grows);
	*part = (struct part_file){.fd = -1, .held = -1};
}

int
part_finish(struct part_file *part, const char *path, struct error *err)
{
	int status;

	if (move(part->fd, part->grows, path, err) < 0)
		return -1;
	sync_folder(path);
	/* the lock was needed until here; it ends with the descriptor */
	status = close(part->fd);
	if (status < 0)
		error_set(err, "%s:", path);
	forget(part);
	return status;
}

void
part_drop(struct part_file *part, bool keep)
{
	struct stat is;

	if (part->fd >= 0) {
		if ((part->held >= 0 || !keep ||
			(fstat(part->fd, &is) == 0 && is.st_size == 0)) &&
		    is_at(part->fd, part->grows))
			unlink(part->grows);
		close(part->fd);
	}
	if (part->held >= 0)
		close(part->held);
	forget(part);
}
