#include "kernel/kernel.h"

/*
 * Floats of work for each tile of a chunk: columns and rows of the input side
 * (at most 6 x 6 of t, 6 of v), the output side (6 x 4 of z for all k).
 */
static size_t
tile_floats(int c, int k)
{
	enum { P = WINOGRAD_POINTS, TILE = WINOGRAD_TILE };

	return (size_t)(P * P + P) * kernel_padded(c) +
	       (size_t)P * TILE * kernel_padded(k);
}

size_t
winograd_weight_floats(int k, int c)
{
	return (size_t)WINOGRAD_POINTS * WINOGRAD_POINTS * kernel_padded(k) * c;
}

/*
 * Measured: from 16 to 64 tiles make no difference while the weights stay in
 * some cache; 512 channels, whose weights do not, take 25 % less with 64.
 */
int
winograd_rows(int c, int k, int h, int w, int images)
{
	enum { CACHE_FLOATS = 48 * 1024, WEIGHTS_MANY = 4 << 20 };
	int tiles_x = (w + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
	int rows = (h + WINOGRAD_TILE - 1) / WINOGRAD_TILE * images;
	int least = winograd_weight_floats(k, c) > WEIGHTS_MANY ? 64 : 16;
	int tiles = (int)(CACHE_FLOATS / tile_floats(c, k)), step;

	tiles = tiles > least ? tiles : least;
	step = tiles / tiles_x > 1 ? tiles / tiles_x : 1;
	return step < rows ? step : rows;
}

size_t
winograd_work_floats(int c, int k, int h, int w, int images)
{
	int tiles_x = (w + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
	size_t tiles = (size_t)winograd_rows(c, k, h, w, images) * tiles_x;

	/* m, and the odd block behind every point of v and row of t. */
	return tiles * (tile_floats(c, k) + WINOGRAD_POINTS * KERNEL_BLOCK) +
	       2 * WINOGRAD_POINTS * KERNEL_BLOCK;
}

size_t
winograd_gradient_floats(int k, int c)
{
	return winograd_weight_floats(k, c);
}

/*
 * 32 tiles or more: the accumulators of a point are loaded and stored once for
 * all tiles of a chunk.
 */
int
winograd_gradient_rows(int h, int w, int images)
{
	enum { TILES = 32 };
	int tiles_x = (w + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
	int rows = (h + WINOGRAD_TILE - 1) / WINOGRAD_TILE * images;
	int step = (TILES + tiles_x - 1) / tiles_x;

	return step < rows ? step : rows;
}

size_t
winograd_gradient_work_floats(int c, int k, int h, int w, int images)
{
	enum { P = WINOGRAD_POINTS, TILE = WINOGRAD_TILE, B = KERNEL_BLOCK };
	size_t tiles_x = (size_t)((w + TILE - 1) / TILE);
	size_t rows = (size_t)winograd_gradient_rows(h, w, images);
	size_t cp = (size_t)kernel_padded(c), kp = (size_t)kernel_padded(k);

	/* Columns of in and d_out, then one row of points of both. */
	return P * (rows * (tiles_x * TILE + P - TILE) * cp + B) +
	       P * (rows * tiles_x * TILE * kp + B) +
	       P * (rows * tiles_x * (cp + kp) + 2 * B);
}
