/*
 * IDX, the format of MNIST: 00 00, type (08 = bytes), rank, the dimensions as
 * big-endian u32, the elements; usually gzip-compressed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "data/source.h"
#include "file/gzip.h"

enum { IMAGE_RANK = 3, HEAD_BYTES = 4 };

struct idx {
	struct gzip *images;
	int64_t left;
};

/* Also those that are packed; where memory is short, whoever opens it says so.
 */
bool
source_is_idx(const struct content *content)
{
	static const uint8_t wanted[HEAD_BYTES] = {0, 0, 8, IMAGE_RANK};
	uint8_t head[HEAD_BYTES] = {0};
	struct error why = {0};
	struct gzip *gzip = gzip_open(content, &why);
	bool is = gzip == NULL;

	if (gzip != NULL && gzip_read(gzip, head, sizeof(head), &why) == 0)
		is = memcmp(head, wanted, sizeof(head)) == 0;
	gzip_close(gzip);
	return is;
}

/* Reads the head; the elements must fit what the file can hold. */
static int
read_head(struct gzip *gzip, int rank, uint32_t *dim, struct error *err)
{
	uint8_t head[HEAD_BYTES];
	uint64_t size = 1;

	if (gzip_read(gzip, head, sizeof(head), err) < 0)
		return -1;
	if (head[0] != 0 || head[1] != 0 || head[2] != 8 || head[3] != rank)
		return error_set(err,
		    "not IDX bytes of rank %d (it starts %02x %02x %02x %02x)",
		    rank, head[0], head[1], head[2], head[3]);
	for (int i = 0; i < rank; i++) {
		uint8_t b[4];

		if (gzip_read(gzip, b, sizeof(b), err) < 0)
			return -1;
		dim[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
			 (uint32_t)b[2] << 8 | b[3];
		if (__builtin_mul_overflow(size, (uint64_t)dim[i], &size) ||
		    size > gzip_limit(gzip))
			return error_set(err,
			    "the IDX header claims more elements than the file "
			    "can hold");
	}
	return 0;
}

static int
next_image(struct source *source, void *out, struct error *err)
{
	struct idx *x = source->state;

	if (gzip_read(x->images, out, source_pixels(source), err) < 0)
		return error_prefix(err, "images");
	return --x->left == 0 ? gzip_finish(x->images, err) : 0;
}

static void
close_idx(struct source *source)
{
	struct idx *x = source->state;

	if (x != NULL)
		gzip_close(x->images);
	free(x);
}

static int
read_labels(struct source *source, struct gzip *gzip, struct error *err)
{
	uint8_t chunk[4096];
	uint32_t n = 0;

	if (read_head(gzip, 1, &n, err) < 0)
		return -1;
	if (n != source->n)
		return error_set(err, "%u label%s for %lld image%s", n,
		    plural_s((int64_t)n), (long long)source->n,
		    plural_s(source->n));
	if (source_count(source, n, 1, err) < 0)
		return -1;
	for (size_t at = 0; at < n; at += sizeof(chunk)) {
		size_t now = n - at < sizeof(chunk) ? n - at : sizeof(chunk);

		if (gzip_read(gzip, chunk, now, err) < 0)
			return -1;
		for (size_t i = 0; i < now; i++) {
			source->labels[at + i] = chunk[i];
			if (chunk[i] >= source->classes)
				source->classes = chunk[i] + 1;
		}
	}
	return gzip_finish(gzip, err);
}

int
source_idx(struct source *source, const struct content *images,
    const struct content *labels, struct error *err)
{
	struct idx *x = memory_new(1, sizeof(*x), err);
	struct gzip *gzip;
	uint32_t dim[IMAGE_RANK] = {0};
	int status;

	*source = (struct source){.name = "idx",
	    .next = next_image,
	    .close = close_idx,
	    .state = x,
	    .files = images};
	if (x == NULL)
		return -1;
	x->images = gzip_open(images, err);
	if (x->images == NULL)
		return -1;
	if (read_head(x->images, IMAGE_RANK, dim, err) < 0 ||
	    source_shape(source, 1, dim[1], dim[2], err) < 0)
		return error_prefix(err, "images");
	source->n = x->left = dim[0];
	gzip = gzip_open(labels, err);
	if (gzip == NULL)
		return -1;
	status = read_labels(source, gzip, err);
	gzip_close(gzip);
	return status < 0 ? error_prefix(err, "labels") : 0;
}
