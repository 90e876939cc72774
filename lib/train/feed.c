#include "train/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const feed_order_words[] = {"shuffle", "file", NULL};
const char *const feed_augment_words[] = {
    "crop-flip", "crop", "flip", "none", NULL};

enum { CROP_PAD = 4 };

/* What is drawn in an epoch: a stream of its own. */
static struct random_stream
open_epoch(const struct feed *feed, uint32_t purpose, int64_t epoch)
{
	char name[32];

	snprintf(name, sizeof(name), "epoch %lld", (long long)epoch);
	return random_open(feed->rule.seed, purpose, name);
}

/* Word 2i decides whether label i becomes a new one, word 2i + 1 which. */
static void
make_labels(struct feed *feed)
{
	const struct random_stream random =
	    random_open(feed->rule.seed, RANDOM_NOISE, "labels");
	const uint32_t all = UINT32_MAX;

	for (int64_t i = 0; i < feed->data->n * feed->data->n_labels; i++) {
		uint64_t word = 2 * (uint64_t)i;

		feed->labels[i] = feed->data->labels[i];
		if ((double)random_below(&random, word, all) <
		    feed->rule.noise * (double)all)
			feed->labels[i] = (int)random_below(
			    &random, word + 1, (uint32_t)feed->data->classes);
	}
}

int
feed_init(struct feed *feed, const struct feed_rule *rule,
    const struct dataset *data, const double *mean, const double *std,
    struct error *err)
{
	*feed = (struct feed){
	    .rule = *rule, .data = data, .mean = mean, .std = std};
	feed->labels = memory_new(
	    (size_t)(data->n * data->n_labels), sizeof(*feed->labels), err);
	feed->order = memory_new((size_t)data->n, sizeof(*feed->order), err);
	if (feed->labels == NULL || feed->order == NULL)
		return -1;
	make_labels(feed);
	return 0;
}

void
feed_free(struct feed *feed)
{
	free(feed->labels);
	free(feed->order);
	*feed = (struct feed){0};
}

/* Fisher and Yates, from the end: word i says who comes to place i. */
void
feed_start(struct feed *feed, int64_t epoch)
{
	const struct random_stream random =
	    open_epoch(feed, RANDOM_SHUFFLE, epoch);

	feed->augment = open_epoch(feed, RANDOM_AUGMENT, epoch);
	for (int64_t i = 0; i < feed->data->n; i++)
		feed->order[i] = (int)i;
	for (int64_t i = feed->data->n - 1;
	     feed->rule.order == ORDER_SHUFFLE && i > 0; i--) {
		uint32_t j =
		    random_below(&random, (uint64_t)i, (uint32_t)i + 1);
		int other = feed->order[j];

		feed->order[j] = feed->order[i];
		feed->order[i] = other;
	}
}

/*
 * out[y][x] = from[y + dy][x + dx], or flipped left to right; outside it is
 * black.
 */
static void
move_plane(const float *from, int h, int w, int dy, int dx, bool flip,
    float black, float *out)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int sy = y + dy, sx = (flip ? w - 1 - x : x) + dx;
			bool inside = sy >= 0 && sy < h && sx >= 0 && sx < w;

			*out++ = inside ? from[sy * w + sx] : black;
		}
}

/* Words 4i, 4i + 1 and 4i + 2: top, left, flip of image i. */
const int *
feed_image(
    const struct feed *feed, int64_t position, float *scratch, float *out)
{
	const struct dataset *data = feed->data;
	const int image = feed->order[position];
	const int *labels = feed->labels + (int64_t)image * data->n_labels;
	const uint64_t word = 4 * (uint64_t)image;
	const enum feed_augment how = feed->rule.augment;
	const int h = data->height, w = data->width;
	int dy = 0, dx = 0;
	bool flip = false;

	if (how == AUGMENT_NONE) {
		dataset_block(data, image, 1, feed->mean, feed->std, out);
		return labels;
	}
	if (how != AUGMENT_FLIP) {
		const uint32_t n = 2 * CROP_PAD + 1;

		dy = (int)random_below(&feed->augment, word, n) - CROP_PAD;
		dx = (int)random_below(&feed->augment, word + 1, n) - CROP_PAD;
	}
	if (how != AUGMENT_CROP)
		flip = random_below(&feed->augment, word + 2, 2) == 1;
	dataset_block(data, image, 1, feed->mean, feed->std, scratch);
	for (int c = 0; c < data->channels; c++)
		move_plane(scratch + (size_t)c * h * w, h, w, dy, dx, flip,
		    (0.0F - (float)feed->mean[c]) / (float)feed->std[c],
		    out + (size_t)c * h * w);
	return labels;
}
