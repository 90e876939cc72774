/* Tensors in files beside an ONNX model. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/plural.h"
#include "onnx/onnx_tensor.h"

enum { LOCATION_MAX = 1024, TIMES_READ = 2 };

/* The folder that holds the model. */
static int
open_folder(const char *model, struct error *err)
{
	const char *slash = strrchr(model, '/');
	char path[4096] = ".";
	size_t n = slash != NULL ? (size_t)(slash - model) : 0;
	int fd;

	if (n >= sizeof(path))
		return error_set(err, "the model's path is too long");
	if (slash != NULL) {
		memcpy(path, model, n);
		path[n] = '\0';
	}
	if (slash == model)
		strcpy(path, "/");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_set(err, "%s:", path) : fd;
}

/* Opens location part by part: a link among them is an error. */
static int
open_parts(int folder, char *location, struct error *err)
{
	int fd = folder;

	for (char *part = location, *next; part != NULL; part = next) {
		int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
		int inner;

		next = strchr(part, '/');
		if (next != NULL) {
			*next++ = '\0';
			flags |= O_DIRECTORY;
		}
		if (part[0] == '\0' || strcmp(part, "..") == 0) {
			inner = error_set(err,
			    "external data lies at '%s', "
			    "expected a path beneath the "
			    "model's folder",
			    part);
		} else {
			inner = openat(fd, part, flags);
			if (inner < 0)
				error_set(err, "external data '%s':", part);
		}
		close(fd);
		if (inner < 0)
			return -1;
		fd = inner;
	}
	return fd;
}

static int
read_range(int fd, uint64_t offset, uint8_t *to, size_t n, struct error *err)
{
	while (n > 0) {
		ssize_t got = pread(fd, to, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? error_set(err, "external data:")
				       : error_set(err, "external data ends");
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* Tied tensors may be read again, but not for ever. */
static int
check_range(struct onnx_folder *folder, int fd, uint64_t offset, size_t n,
    struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(err, "external data:");
	if (!S_ISREG(st.st_mode))
		return error_set(err, "external data is no regular file");
	if (offset > (uint64_t)st.st_size || n > (uint64_t)st.st_size - offset)
		return error_set(err,
		    "external data has %lld byte%s, expected %zu at offset "
		    "%llu",
		    (long long)st.st_size, plural_s(st.st_size), n,
		    (unsigned long long)offset);
	if ((uint64_t)st.st_size > folder->largest) {
		folder->bytes = 0;
		folder->largest = (uint64_t)st.st_size;
	}
	folder->bytes += n;
	if (folder->bytes / TIMES_READ > folder->largest)
		return error_set(err,
		    "the tensors read external data more than %d times over",
		    TIMES_READ);
	return inputs_add(folder->inputs, &st, err);
}

int
onnx_external_read(struct onnx_folder *folder, struct onnx_text location,
    uint64_t offset, uint8_t *to, size_t n, struct error *err)
{
	char path[LOCATION_MAX];
	int fd, status;

	if (folder->path == NULL)
		return error_set(err,
		    "the elements lie in another file, which a model on "
		    "standard input cannot have: name the model's file");
	if (location.n == 0 || location.n >= sizeof(path) ||
	    memchr(location.chars, '\0', location.n) != NULL)
		return error_set(err,
		    "the path of external data has %zu byte%s, expected 1 to "
		    "%d",
		    location.n, plural_s((int64_t)location.n),
		    LOCATION_MAX - 1);
	memcpy(path, location.chars, location.n);
	path[location.n] = '\0';
	fd = open_folder(folder->path, err);
	if (fd < 0 || (fd = open_parts(fd, path, err)) < 0)
		return -1;
	status = check_range(folder, fd, offset, n, err);
	if (status == 0)
		status = read_range(fd, offset, to, n, err);
	close(fd);
	return status;
}
