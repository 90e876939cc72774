#include "kernel/kernel.h"

size_t
winograd_weight_floats(int k, int c)
{
	return (size_t)WINOGRAD_POINTS * WINOGRAD_POINTS * kernel_padded(k) * c;
}

/* All tiles of a job, but at most most. */
static int
tiles_of(int h, int w, int images, int most)
{
	int tiles_x = (w + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
	int tiles_y = (h + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
	int tiles = tiles_x * tiles_y * images;

	return most < tiles ? most : tiles;
}

/*
 * Measured (Zen 5): a chunk's weights come from the cache that holds them, and
 * its points and sums take the first one's room.  8 tiles are best while the
 * first cache holds the weights, 16 while the second does (32 and 64 channels:
 * 3 % of ResNet-20), else 64 (7 to 12 % of ResNet-18, VGG-9, WRN-56-4).
 */
int
winograd_tiles(int c, int k, int h, int w, int images)
{
	enum { FIRST_CACHE = 1 << 14, SECOND_CACHE = 1 << 18 }; /* floats */
	const size_t weights = winograd_weight_floats(k, c);

	return tiles_of(h, w, images,
	    weights > SECOND_CACHE  ? 64
	    : weights > FIRST_CACHE ? 16
				    : 8);
}

size_t
winograd_work_floats(int c, int k, int h, int w, int images)
{
	size_t tiles = (size_t)winograd_tiles(c, k, h, w, images);

	/* v; m, and in what it leaves of its block, partial sums */
	return tiles * WINOGRAD_FLOATS * (kernel_blocks(c) + 1);
}

size_t
strided_work_floats(int c, int k, int h, int w, int images)
{
	size_t tiles = (size_t)winograd_tiles(c, k, h, w, images);

	return tiles * STRIDED_POINTS * STRIDED_POINTS * KERNEL_BLOCK *
	       (kernel_blocks(c) + 1);
}

size_t
winograd_gradient_floats(int k, int c)
{
	return winograd_weight_floats(k, c);
}

/*
 * 32 tiles: the accumulators of a point are loaded and stored once for all
 * tiles of a chunk.
 */
int
winograd_gradient_tiles(int h, int w, int images)
{
	return tiles_of(h, w, images, 32);
}

size_t
winograd_gradient_work_floats(int c, int k, int h, int w, int images)
{
	size_t tiles = (size_t)winograd_gradient_tiles(h, w, images);

	return tiles * WINOGRAD_FLOATS * (kernel_blocks(c) + kernel_blocks(k));
}
