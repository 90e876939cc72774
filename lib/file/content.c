#include "file/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/magic.h"
#include "base/memory.h"

enum { HEAD_BYTES = 512, STEP_BYTES = 1 << 16 };

/* Appends from fd until content has n bytes or the input ends. */
static int
append(
    struct content *content, size_t *room, int fd, size_t n, struct error *err)
{
	uint8_t *bytes = (uint8_t *)content->bytes;

	if (memory_grow(&bytes, room, n, 1, err) < 0)
		return -1;
	content->bytes = bytes;
	while (content->n < n) {
		ssize_t got =
		    descriptor_read(fd, bytes + content->n, n - content->n);

		if (got < 0)
			return error_set(err, "%s", strerror(errno));
		if (got == 0)
			break;
		content->n += (size_t)got;
	}
	return 0;
}

static int
read_pipe(struct content *content, int fd,
    int (*known)(const uint8_t *bytes, size_t n, struct error *err),
    struct error *err)
{
	size_t room = 0, want = HEAD_BYTES;

	if (append(content, &room, fd, want, err) < 0 ||
	    (known != NULL && known(content->bytes, content->n, err) < 0))
		return -1;
	while (content->n == want) {
		if (__builtin_add_overflow(want, (size_t)STEP_BYTES, &want))
			return error_set(err, "the input has no end");
		if (append(content, &room, fd, want, err) < 0)
			return -1;
	}
	return 0;
}

static int
map_file(struct content *content, int fd, size_t n, struct error *err)
{
	void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return error_set(err, "mmap:");
	content->bytes = p;
	content->n = n;
	content->mapped = true;
	return 0;
}

int
content_open(struct content *content, const char *path,
    int (*known)(const uint8_t *bytes, size_t n, struct error *err),
    struct error *err)
{
	bool standard = path == NULL || strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	const struct stat *st = &content->file;
	int status;

	*content = (struct content){0};
	if (fd < 0)
		return error_set(err, "%s:", path);
	if (fstat(fd, &content->file) < 0)
		status = error_set(err, "fstat:");
	else if (S_ISDIR(st->st_mode))
		status = magic_refuse_folder(path, "a file", err);
	else if (S_ISREG(st->st_mode) && st->st_size > 0 &&
		 lseek(fd, 0, SEEK_CUR) == 0)
		status = map_file(content, fd, (size_t)st->st_size, err);
	else
		status = read_pipe(content, fd, known, err);
	if (!standard)
		close(fd);
	if (status < 0) {
		content_close(content);
		return error_prefix(
		    err, "%s", standard ? "standard input" : path);
	}
	content->path = standard ? NULL : path;
	return 0;
}

void
content_close(struct content *content)
{
	if (content->mapped)
		munmap((void *)content->bytes, content->n);
	else
		free((void *)content->bytes);
	*content = (struct content){0};
}
