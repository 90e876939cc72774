#include "file/gzip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/plural.h"

enum { DEFLATE_RATIO_MAX = 1032, INPUT_BYTES = 1 << 20, SKIP_BYTES = 1 << 14 };

struct gzip {
	const uint8_t *next; /* not yet given to zlib, or not yet read */
	size_t left;
	uint64_t limit;
	bool packed, ended;
	z_stream z;
};

static bool
is_packed(const uint8_t *bytes, size_t n)
{
	return n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

struct gzip *
gzip_open(const struct content *content, struct error *err)
{
	struct gzip *g = memory_new(1, sizeof(*g), err);

	if (g == NULL)
		return NULL;
	g->next = content->bytes;
	g->left = content->n;
	g->limit = content->n;
	g->packed = is_packed(content->bytes, content->n);
	if (!g->packed)
		return g;
	if (__builtin_mul_overflow(
		g->limit, (uint64_t)DEFLATE_RATIO_MAX, &g->limit))
		g->limit = UINT64_MAX;
	/* 15: the largest window; 16: gzip, with its checksum */
	if (inflateInit2(&g->z, 15 + 16) != Z_OK) {
		error_set(err, "out of memory for gzip");
		free(g);
		return NULL;
	}
	return g;
}

void
gzip_close(struct gzip *gzip)
{
	if (gzip == NULL)
		return;
	if (gzip->packed)
		inflateEnd(&gzip->z);
	free(gzip);
}

uint64_t
gzip_limit(const struct gzip *gzip)
{
	return gzip->limit;
}

/* A member has ended: does another follow? */
static int
next_member(struct gzip *g, struct error *err)
{
	if (g->z.avail_in == 0 && g->left == 0) {
		g->ended = true;
		return 0;
	}
	return inflateReset(&g->z) == Z_OK ? 0 : error_set(err, "gzip failed");
}

/* Unpacks up to n bytes; *got is less only at the end of all members. */
static int
unpack(struct gzip *g, uint8_t *out, size_t n, size_t *got, struct error *err)
{
	g->z.next_out = out;
	g->z.avail_out = (uInt)n;
	while (g->z.avail_out > 0 && !g->ended) {
		int status;

		if (g->z.avail_in == 0) {
			size_t now =
			    g->left < INPUT_BYTES ? g->left : INPUT_BYTES;

			g->z.next_in = (Bytef *)g->next;
			g->z.avail_in = (uInt)now;
			g->next += now;
			g->left -= now;
		}
		status = inflate(&g->z, Z_NO_FLUSH);
		if (status == Z_STREAM_END) {
			if (next_member(g, err) < 0)
				return -1;
		} else if (status == Z_BUF_ERROR && g->left == 0) {
			return error_set(err, "the gzip data is truncated");
		} else if (status != Z_OK) {
			return error_set(err, "the gzip data is damaged (%s)",
			    g->z.msg != NULL ? g->z.msg : "zlib");
		}
	}
	*got = n - g->z.avail_out;
	return 0;
}

static int
read_some(
    struct gzip *g, uint8_t *out, size_t n, size_t *got, struct error *err)
{
	if (g->packed)
		return unpack(g, out, n, got, err);
	*got = n < g->left ? n : g->left;
	memcpy(out, g->next, *got);
	g->next += *got;
	g->left -= *got;
	return 0;
}

int
gzip_read(struct gzip *gzip, void *out, size_t n, struct error *err)
{
	uint8_t skipped[SKIP_BYTES] = {0}, *p = out;

	while (n > 0) {
		size_t most = p != NULL ? INPUT_BYTES : sizeof(skipped), got;
		size_t now = n < most ? n : most;
		uint8_t *to = p;

		if (to == NULL)
			to = skipped;
		if (read_some(gzip, to, now, &got, err) < 0)
			return -1;
		if (got < now)
			return error_set(err,
			    "the data ends %zu byte%s too early", n - got,
			    plural_s((int64_t)(n - got)));
		if (p != NULL)
			p += now;
		n -= now;
	}
	return 0;
}

int
gzip_finish(struct gzip *gzip, struct error *err)
{
	uint8_t more;
	size_t got = 0;

	if (read_some(gzip, &more, 1, &got, err) < 0)
		return -1;
	return got == 0 ? 0 : error_set(err, "the data goes on behind its end");
}
