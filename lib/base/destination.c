#include "base/destination.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40, DESCRIPTOR_MAX = 1 << 20 };

/* Names of what is open already, whether or not the system has them. */
static bool
is_descriptor(const char *path, int *number)
{
	static const char *const streams[] = {
	    "/dev/stdin", "/dev/stdout", "/dev/stderr"};
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};

	for (int i = 0; i < 3; i++)
		if (strcmp(path, streams[i]) == 0) {
			*number = i;
			return true;
		}
	for (int i = 0; i < 2; i++) {
		const size_t n = strlen(folders[i]);
		char *end;
		long value;

		if (strncmp(path, folders[i], n) != 0 || path[n] < '0' ||
		    path[n] > '9')
			continue;
		value = strtol(path + n, &end, 10);
		if (*end == '\0' && value < DESCRIPTOR_MAX) {
			*number = (int)value;
			return true;
		}
	}
	return false;
}

int
destination_folder(struct text *folder, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');

	text_cut(folder, 0);
	if (slash == NULL)
		text_add(folder, ".");
	else
		text_add_bytes(folder, path,
		    slash > path ? (size_t)(slash - path) : (size_t)1);
	return text_check(folder, err);
}

/* A link in /proc says what a process has open; its text is no path. */
static int
is_of_process(const char *path, struct error *err)
{
	struct text folder = {0};
	char *real = NULL;
	int is = destination_folder(&folder, path, err);

	if (is == 0) {
		real = realpath(folder.chars_, NULL);
		is = real != NULL && strncmp(real, "/proc/", 6) == 0;
		if (real == NULL && errno == ENOMEM)
			is = error_memory(err, 0);
	}
	free(real);
	text_free(&folder);
	return is;
}

/* path becomes what the link there says. */
static int
follow(struct text *path, struct error *err)
{
	char target[PATH_MAX];
	const ssize_t n = readlink(path->chars_, target, sizeof(target));
	struct text next = {0};
	const char *slash = strrchr(path->chars_, '/');

	if (n < 0 || n == (ssize_t)sizeof(target))
		return error_set(err, "%s:", path->chars_);
	if (target[0] != '/' && slash != NULL)
		text_add_bytes(
		    &next, path->chars_, (size_t)(slash + 1 - path->chars_));
	text_add_bytes(&next, target, (size_t)n);
	text_free(path);
	*path = next;
	return text_check(path, err);
}

/* Can a file be made beside path? */
static int
check_folder(const char *path, struct error *err)
{
	struct text folder = {0};
	int status = destination_folder(&folder, path, err);

	if (status == 0 &&
	    faccessat(AT_FDCWD, folder.chars_, W_OK | X_OK, AT_EACCESS) < 0)
		status = error_set(
		    err, "%s: no file can be made in %s:", path, folder.chars_);
	text_free(&folder);
	return status;
}

static int
new_file(struct destination *to, struct error *err)
{
	const struct text *path = &to->path;

	to->manner = DESTINATION_FILE;
	if (path->chars_[path->n_ - 1] == '/')
		return error_set(err,
		    "%s: the name of a folder, expected that of a file",
		    path->chars_);
	return check_folder(path->chars_, err);
}

static int
look(struct destination *to, struct error *err)
{
	const char *path = to->path.chars_;

	if (S_ISDIR(to->is.st_mode))
		return error_set(
		    err, "%s: a folder, expected the name of a file", path);
	to->manner = DESTINATION_OPEN;
	if (!S_ISREG(to->is.st_mode))
		return 0;
	to->manner = DESTINATION_FILE;
	to->there = true;
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0)
		return error_set(err, "%s:", path);
	return check_folder(path, err);
}

static int
walk(struct destination *to, const char *name, struct error *err)
{
	struct text *path = &to->path;

	for (int links = 0; links < LINKS_MAX; links++) {
		int of_process;

		if (is_descriptor(path->chars_, &to->number)) {
			to->manner = DESTINATION_DESCRIPTOR;
			return 0;
		}
		if (lstat(path->chars_, &to->is) < 0)
			return errno == ENOENT
				   ? new_file(to, err)
				   : error_set(err, "%s:", path->chars_);
		if (!S_ISLNK(to->is.st_mode))
			return look(to, err);
		of_process = is_of_process(path->chars_, err);
		if (of_process != 0) {
			to->manner = DESTINATION_OPEN;
			return of_process < 0 ? -1 : 0;
		}
		if (follow(path, err) < 0)
			return -1;
	}
	errno = ELOOP;
	return error_set(err, "%s:", name);
}

int
destination_find(struct destination *to, const char *name, struct error *err)
{
	*to = (struct destination){.manner = DESTINATION_STANDARD};
	if (name == NULL || strcmp(name, "-") == 0)
		return 0;
	if (name[0] == '\0')
		return error_set(err, "-o '': expected the name of a file");
	text_add(&to->path, "%s", name);
	if (text_check(&to->path, err) < 0)
		return -1;
	return walk(to, name, err);
}

void
destination_free(struct destination *to)
{
	text_free(&to->path);
}
