#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/output.h"

static int
open_file(struct scratch *s, struct error *err)
{
	struct output out;

	if (s->file != 0)
		return 0;
	if (output_open_temporary(&out, err) < 0)
		return -1;
	/* programs that we start have no business with it */
	fcntl(out.fd, F_SETFD, FD_CLOEXEC);
	s->file = out.fd + 1;
	return 0;
}

static int
write_file(struct scratch *s, uint64_t at, const char *bytes, size_t n,
    struct error *err)
{
	if (open_file(s, err) < 0)
		return -1;
	while (n > 0) {
		ssize_t done = pwrite(s->file - 1, bytes, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_set(err, "temporary file:");
		bytes += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

/*
 * Does the window take n bytes at this place?  A hole is left only before there
 * is a file, when nothing can lie in it.
 */
static int
fits(const struct scratch *s, uint64_t at, size_t n)
{
	uint64_t end = s->from + s->held;

	return at >= s->from && (at <= end || s->file == 0) &&
	       n <= SCRATCH_WINDOW && at - s->from <= SCRATCH_WINDOW - n;
}

/* Puts n bytes at this place of the window, which they fit. */
static int
hold(struct scratch *s, uint64_t at, const void *bytes, size_t n,
    struct error *err)
{
	size_t start = (size_t)(at - s->from), end = start + n;

	if (memory_grow(&s->window, &s->room, end, 1, err) < 0)
		return -1;
	if (start > s->held)
		memset(s->window + s->held, 0, start - s->held);
	memcpy(s->window + start, bytes, n);
	if (end > s->held)
		s->held = end;
	return 0;
}

int
scratch_write(struct scratch *s, uint64_t at, const void *bytes, size_t n,
    struct error *err)
{
	if (n == 0)
		return 0;
	if (!fits(s, at, n)) {
		if (s->held > 0 &&
		    write_file(s, s->from, s->window, s->held, err) < 0)
			return -1;
		s->held = 0;
		s->from = at;
	}
	if ((fits(s, at, n) ? hold(s, at, bytes, n, err)
			    : write_file(s, at, bytes, n, err)) < 0)
		return -1;
	if (at + n > s->n)
		s->n = at + n;
	return 0;
}

int
scratch_add(struct scratch *s, const void *bytes, size_t n, struct error *err)
{
	return scratch_write(s, s->n, bytes, n, err);
}

/* Fills out from the file; what it does not have is zeros. */
static int
read_file(const struct scratch *s, uint64_t at, char *out, size_t n,
    struct error *err)
{
	ssize_t got = s->file != 0 ? 1 : 0;

	while (n > 0 && got != 0) {
		got = pread(s->file - 1, out, n, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, "temporary file:");
		out += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	memset(out, 0, n);
	return 0;
}

int64_t
scratch_read(const struct scratch *s, uint64_t at, void *out, size_t n,
    struct error *err)
{
	uint64_t lo, hi;

	if (at >= s->n)
		return 0;
	if (n > s->n - at)
		n = (size_t)(s->n - at);
	if (read_file(s, at, out, n, err) < 0)
		return -1;
	/* the window is newer than the file */
	lo = at > s->from ? at : s->from;
	hi = at + n < s->from + s->held ? at + n : s->from + s->held;
	if (lo < hi)
		memcpy((char *)out + (lo - at), s->window + (lo - s->from),
		    (size_t)(hi - lo));
	return (int64_t)n;
}

void
scratch_free(struct scratch *s)
{
	if (s->file != 0)
		close(s->file - 1);
	free(s->window);
	*s = (struct scratch){0};
}
