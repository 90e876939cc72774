/* dataset_shuffle: the images of a data set in another order. */
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "data/dataset.h"

/* An array of a data set: bytes of an image, or NULL: it has none. */
struct column {
	void *data;
	size_t bytes;
};

enum { COLUMNS = 4, PIECE_BYTES = 512 };

static void
swap(struct column column, int64_t i, int64_t j)
{
	char *a = column.data, *b = column.data, piece[PIECE_BYTES];

	if (a == NULL)
		return;
	a += (size_t)i * column.bytes;
	b += (size_t)j * column.bytes;
	for (size_t left = column.bytes, n; left > 0; left -= n) {
		n = left < sizeof(piece) ? left : sizeof(piece);
		memcpy(piece, a, n);
		memcpy(a, b, n);
		memcpy(b, piece, n);
		a += n;
		b += n;
	}
}

/* Fisher and Yates's, from the last image to the second (Knuth, 3.4.2 P). */
int
dataset_shuffle(struct dataset *d, uint64_t seed, struct error *err)
{
	const struct random_stream random =
	    random_open(seed, RANDOM_ORDER, "images");
	const size_t pixels =
	    (size_t)d->channels * (size_t)d->height * (size_t)d->width;
	const struct column column[COLUMNS] = {{d->bytes, pixels},
	    {d->reals, pixels * sizeof(*d->reals)},
	    {d->labels, (size_t)d->n_labels * sizeof(*d->labels)},
	    {d->targets, (size_t)d->n_targets * sizeof(*d->targets)}};

	d->order = memory_new((size_t)d->n, sizeof(*d->order), err);
	if (d->order == NULL)
		return -1;
	for (int64_t i = 0; i < d->n; i++)
		d->order[i] = i;
	for (int64_t i = d->n - 1; i > 0; i--) {
		const int64_t j =
		    random_below(&random, (uint64_t)i, (uint32_t)(i + 1));
		const int64_t other = d->order[j];

		d->order[j] = d->order[i];
		d->order[i] = other;
		for (int k = 0; k < COLUMNS && i != j; k++)
			swap(column[k], i, j);
	}
	return 0;
}
