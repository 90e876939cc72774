#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/character.h"
#include "base/descriptor.h"
#include "base/destination.h"
#include "base/memory.h"
#include "base/text.h"

/* A copy of the descriptor, which must be open for writing. */
static int
copy_descriptor(int number, const char *name, struct error *err)
{
	const int flags = fcntl(number, F_GETFL);
	int copy;

	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
		return error_set(err, "%s is open for reading only", name);
	copy = flags < 0 ? -1 : fcntl(number, F_DUPFD_CLOEXEC, 3);
	return copy < 0 ? error_set(err, "%s:", name) : copy;
}

static char *
join(const char *path, const char *ending, struct error *err)
{
	struct text text = {0};

	char *joined = NULL;
	const char *chars;

	text_add(&text, "%s%s", path, ending);
	chars = text_chars(&text, err);
	if (chars != NULL)
		joined = memory_text(chars, err);
	text_free(&text);
	return joined;
}

/* ---- what is never replaced ---- */

bool
output_begins(const unsigned char *head, size_t n, const char *text)
{
	const size_t want = strlen(text);

	return n >= want && memcmp(head, text, want) == 0;
}

bool
output_has(const unsigned char *head, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (output_begins(head + i, n - i, text))
			return true;
	return false;
}

/* As much of the file's beginning as tells its kind: its length, or -1. */
static ssize_t
read_head(const char *path, unsigned char head[OUTPUT_HEAD], struct error *err)
{
	const int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	/* somebody may have renamed it since it was seen */
	if (fd < 0 && errno == ENOENT)
		return 0;
	while (got > 0 && n < OUTPUT_HEAD) {
		got = descriptor_read(fd, head + n, OUTPUT_HEAD - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		error_set(err, "%s:", path);
	if (fd >= 0)
		close(fd);
	return got < 0 ? -1 : (ssize_t)n;
}

static int
check_kind(const char *path, bool part, const struct output_order *order,
    struct error *err)
{
	const struct output_kind *kind = order->kind;
	unsigned char *head = memory_new(OUTPUT_HEAD, 1, err);
	const ssize_t n = head == NULL ? -1 : read_head(path, head, err);
	int status = n < 0 ? -1 : 0;

	if (n > 0 && !kind->is(head, (size_t)n))
		status = error_set(err,
		    "%s is not %s: choose another -o, or --force replaces it",
		    path, kind->name);
	else if (n > 0 && part && order->manner == OUTPUT_QUICK &&
		 kind->took_long != NULL && kind->took_long(head, (size_t)n))
		status = error_set(err,
		    "%s is what a program that takes long has left: remove it, "
		    "choose another -o, or --force",
		    path);
	free(head);
	return status;
}

/* What lies at one of the names that are written. */
static int
check_file(const char *path, bool part, const struct output_order *order,
    struct error *err)
{
	struct stat is;
	/* a .part that is a link is not followed: part_open says so */
	const int missing = part ? lstat(path, &is) : stat(path, &is);

	if (missing < 0)
		return 0;
	if (inputs_have(order->inputs, &is))
		return error_set(err,
		    "%s is also read, a result cannot take its place: choose "
		    "another -o",
		    path);
	if (!S_ISREG(is.st_mode) || order->kind == NULL || order->force)
		return 0;
	return check_kind(path, part, order, err);
}

static int
check_descriptor(
    int fd, const char *name, const struct inputs *inputs, struct error *err)
{
	struct stat is;

	if (fstat(fd, &is) == 0 && inputs_have(inputs, &is))
		return error_set(err,
		    "%s goes to a file that is read: what is written would be "
		    "read again",
		    name);
	return 0;
}

/* names: how many of those that are written, the result first. */
enum { NAMES = 3 };

static int
check_destination(const struct destination *to, int names,
    const struct output_order *order, struct error *err)
{
	static const char *const endings[NAMES] = {"", ".part", ".part.new"};

	switch (to->manner) {
	case DESTINATION_STANDARD:
		return check_descriptor(
		    STDOUT_FILENO, "standard output", order->inputs, err);
	case DESTINATION_DESCRIPTOR:
		return check_descriptor(
		    to->number, order->path, order->inputs, err);
	case DESTINATION_OPEN:
	case DESTINATION_FILE:
		break;
	}
	for (int i = 0; i < names; i++) {
		char *name = join(to->path.chars_, endings[i], err);
		int status =
		    name == NULL ? -1 : check_file(name, i > 0, order, err);

		free(name);
		if (status < 0)
			return -1;
		if (to->manner == DESTINATION_OPEN)
			break;
	}
	return 0;
}

int
output_check(struct output_order *order, struct error *err)
{
	struct destination to;
	int status = destination_find(&to, order->path, err);

	if (status == 0)
		status = check_destination(&to, NAMES, order, err);
	if (status == 0 && to.manner == DESTINATION_DESCRIPTOR &&
	    order->descriptor < 0) {
		order->descriptor =
		    copy_descriptor(to.number, order->path, err);
		status = order->descriptor < 0 ? -1 : 0;
	}
	destination_free(&to);
	return status;
}

/* ---- opening ---- */

/* What stands there is written, not replaced, nor cut. */
static int
open_standing(
    struct output *out, const struct destination *to, struct error *err)
{
	out->fd =
	    open(to->path.chars_, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
	if (out->fd < 0)
		return error_set(err, "%s:", out->name);
	return 0;
}

static int
open_file(struct output *out, const struct destination *to, struct error *err)
{
	const char *path = to->path.chars_;

	if (out->order->kind == NULL)
		return error_set(
		    err, "%s: of what kind the result is was not said", path);
	out->path = memory_text(path, err);
	if (out->path == NULL ||
	    part_open(&out->file, path, to->there ? &to->is : NULL,
		out->order->manner == OUTPUT_LONG, err) < 0)
		return -1;
	out->part = out->file.name;
	out->fd = out->file.fd;
	return 0;
}

void
output_open_standard(struct output *out)
{
	*out = (struct output){.fd = STDOUT_FILENO,
	    .name = "standard output",
	    .file = {.fd = -1, .held = -1}};
}

int
output_open(
    struct output *out, const struct output_order *order, struct error *err)
{
	struct destination to;
	int status = destination_find(&to, order->path, err);

	output_open_standard(out);
	if (status == 0 && to.manner != DESTINATION_STANDARD) {
		out->fd = -1;
		out->name = order->path;
		out->order = order;
	}
	if (status == 0)
		status = check_destination(&to, NAMES, order, err);
	if (status == 0 && to.manner == DESTINATION_DESCRIPTOR)
		out->fd = order->descriptor;
	else if (status == 0 && to.manner == DESTINATION_OPEN)
		status = open_standing(out, &to, err);
	else if (status == 0 && to.manner == DESTINATION_FILE)
		status = open_file(out, &to, err);
	destination_free(&to);
	if (status < 0)
		output_abandon(out);
	return status;
}

int
output_open_temporary(struct output *out, struct error *err)
{
	const char *folder = getenv("TMPDIR");
	struct text text = {0};
	const char *path;
	char *name;

	*out = (struct output){.fd = -1, .name = "temporary file"};
	if (folder == NULL || folder[0] == '\0')
		folder = "/tmp";
	text_add(&text, "%s/losspipe.XXXXXX", folder);
	path = text_chars(&text, err);
	name = path != NULL ? memory_text(path, err) : NULL;
	text_free(&text);
	if (name == NULL)
		return -1;
	out->fd = mkstemp(name);
	if (out->fd < 0) {
		error_set(err, "%s:", name);
	} else {
		fcntl(out->fd, F_SETFD, FD_CLOEXEC);
		unlink(name);
	}
	free(name);
	return out->fd < 0 ? -1 : 0;
}

int
output_settle(struct output *out, struct error *err)
{
	return part_settle(&out->file, err);
}

bool
output_is_held(const struct output *out)
{
	return out->file.held >= 0;
}

int
output_write(struct output *out, const void *bytes, size_t n, struct error *err)
{
	out->has_left |= n > 0;
	return descriptor_write(out->fd, bytes, n) == 0
		   ? 0
		   : error_set(err, "%s:", out->name);
}

int
output_text(
    struct output *out, struct text *text, size_t at_least, struct error *err)
{
	const char *chars = text_chars(text, err);

	if (chars == NULL)
		return -1;
	if (text_length(text) < at_least)
		return 0;
	text_show(text, "\n\t");
	if (output_write(out, chars, text_length(text), err) < 0)
		return -1;
	text_cut(text, 0);
	return 0;
}

static void
forget(struct output *out)
{
	free(out->path);
	output_open_standard(out);
	out->fd = -1;
}

/* What may have come to stand there since it was opened? */
static int
take_place(struct output *out, struct error *err)
{
	struct destination to;
	int status = destination_find(&to, out->path, err);

	if (status == 0 && (to.manner != DESTINATION_FILE ||
			       strcmp(to.path.chars_, out->path) != 0))
		status = error_set(err,
		    "%s is no regular file any more, as it was before",
		    out->path);
	if (status == 0)
		status = check_destination(&to, 1, out->order, err);
	destination_free(&to);
	if (status == 0)
		status = part_finish(&out->file, out->path, err);
	return status;
}

int
output_commit(struct output *out, struct error *err)
{
	int status;

	if (out->path == NULL) {
		status = close(out->fd);
		if (status < 0)
			error_set(err, "%s:", out->name);
		forget(out);
		return status;
	}
	if (part_settle(&out->file, err) < 0 ||
	    part_sync(&out->file, err) < 0) {
		output_abandon(out);
		return -1;
	}
	status = take_place(out, err);
	if (status < 0 && part_is_there(&out->file))
		error_prefix(err, "the result is in %s", out->file.grows);
	part_drop(&out->file, true);
	forget(out);
	return status;
}

void
output_abandon(struct output *out)
{
	/* a failure that shows already is not told a second time */
	if (out->path == NULL && out->has_left && out->torn != NULL)
		(void)descriptor_write(out->fd, out->torn, out->torn_bytes);
	if (out->path != NULL)
		part_drop(&out->file, out->order->manner == OUTPUT_LONG);
	else if (out->fd > STDERR_FILENO)
		close(out->fd);
	forget(out);
}

int
output_close(struct output *out, int status, struct error *err)
{
	if (status == 0)
		return output_commit(out, err);
	output_abandon(out);
	return status;
}

int
output_is_stdout(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 &&
	       S_ISREG(b.st_mode) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}
