#include "stream/input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/magic.h"
#include "base/memory.h"

enum { READ_BYTES = 256 << 10 };

const struct input input_none = {.fd = -1, .left = UINT64_MAX};

static int
refuse_folder(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	return magic_refuse_folder(path, "losspipe records", err) < 0
		   ? error_prefix(err, "%s", path)
		   : 0;
}

int
input_open_next(struct input *in, struct error *err)
{
	const char *path = in->paths[in->next_path++];

	in->left = UINT64_MAX;
	in->scratch = NULL;
	scratch_free(&in->aside);
	if (strcmp(path, "-") == 0) {
		in->fd = STDIN_FILENO;
		in->name = "standard input";
		return 0;
	}
	in->name = path;
	in->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return error_set(err, "%s:", path);
	return refuse_folder(in->fd, path, err);
}

void
input_close(struct input *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
}

void
input_free(struct input *in)
{
	input_close(in);
	scratch_free(&in->aside);
	free(in->buffer);
}

/* Up to n bytes of whatever is read, at the buffer's end; 0 at its end. */
static int64_t
read_some(struct input *in, size_t n, struct error *err)
{
	uint8_t *to = in->buffer + in->end;
	int64_t got;

	if (n > in->left)
		n = (size_t)in->left;
	if (in->scratch != NULL) {
		got = scratch_read(in->scratch, in->scratch_at, to, n, err);
		in->scratch_at += got > 0 ? (uint64_t)got : 0;
	} else {
		got = descriptor_read(in->fd, to, n);
		if (got < 0)
			error_set(err, "%s:", in->name);
	}
	if (got > 0 && in->left != UINT64_MAX)
		in->left -= (uint64_t)got;
	return got;
}

int
input_fill(struct input *in, size_t need, struct error *err)
{
	int64_t got;

	if (in->fd < 0 && in->scratch == NULL)
		return 0;
	if (in->start > 0) {
		memmove(
		    in->buffer, in->buffer + in->start, in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	/* Room follows the bytes that came, not the bytes that are claimed. */
	if (need > 2 * in->end + READ_BYTES)
		need = 2 * in->end + READ_BYTES;
	if (need < in->end + READ_BYTES)
		need = in->end + READ_BYTES;
	if (memory_grow(&in->buffer, &in->room, need, 1, err) < 0)
		return -1;
	got = read_some(in, in->room - in->end, err);
	if (got < 0) {
		in->broken = true;
		return -1;
	}
	in->end += (size_t)got;
	return got > 0;
}

int
input_put_aside(struct input *in, struct error *err)
{
	int status;

	do {
		if (scratch_add(&in->aside, in->buffer + in->start,
			in->end - in->start, err) < 0)
			return -1;
		in->end = in->start = 0;
		status = input_fill(in, 1, err);
	} while (status > 0);
	input_close(in);
	in->scratch = &in->aside;
	in->scratch_at = 0;
	return status;
}
