#include "evaluate/surface_images.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Of which point. */
static void
pack_point(struct pack *h, const struct surface *s, int64_t number, int set)
{
	const struct place p = surface_place(s, number);

	pack_key_int(h, "rep", p.rep);
	pack_key_text(h, "set", s->grid.set[set]);
	surface_pack_place(h, s, number);
	pack_key_real(h, "x", p.a);
	pack_key_real(h, "y", p.b);
}

/* ---- by class ---- */

struct class_sums {
	int64_t n, right;
	double loss, squares; /* sums, then the mean; of deviations from it */
};

/* Sums in the order of the images, as the point's own. */
static void
sum_classes(struct class_sums *sums, const struct dataset *data,
    const struct score *score)
{
	for (int64_t i = 0; i < score->n; i++) {
		struct class_sums *c = &sums[data->labels[i]];

		c->n++;
		c->loss += score->losses[i];
		c->right += score->correct[i];
	}
	for (int k = 0; k < data->classes; k++)
		if (sums[k].n > 0)
			sums[k].loss /= (double)sums[k].n;
	for (int64_t i = 0; i < score->n; i++) {
		struct class_sums *c = &sums[data->labels[i]];
		const double off = score->losses[i] - c->loss;

		c->squares += off * off;
	}
}

/* Arrays with an entry for each class that images are of. */
enum column { CLASS, NAME, IMAGES, LOSS, ACC, SD, COLUMNS };

static void
pack_cell(struct pack *h, const struct dataset *data, int k,
    const struct class_sums *c, enum column column)
{
	switch (column) {
	case CLASS:
		pack_int(h, k);
		break;
	case NAME:
		pack_text(h, dataset_class_name(data, k));
		break;
	case IMAGES:
		pack_int(h, c->n);
		break;
	case LOSS:
		pack_real(h, c->loss);
		break;
	case ACC:
		pack_real(h, 100.0 * (double)c->right / (double)c->n);
		break;
	default:
		pack_real(
		    h, c->n > 1 ? sqrt(c->squares / (double)(c->n - 1)) : 0.0);
	}
}

static void
pack_classes(
    struct pack *h, const struct dataset *data, const struct class_sums *sums)
{
	static const char *const words[] = {
	    "class", "name", "n", "loss", "acc", "sd"};
	size_t present = 0;
	bool named = true;

	for (int k = 0; k < data->classes; k++)
		if (sums[k].n > 0) {
			present++;
			named &= dataset_class_name(data, k) != NULL;
		}
	for (int column = 0; column < COLUMNS; column++) {
		if (column == NAME && !named)
			continue;
		pack_key(h, words[column]);
		pack_array(h, present);
		for (int k = 0; k < data->classes; k++)
			if (sums[k].n > 0)
				pack_cell(
				    h, data, k, &sums[k], (enum column)column);
	}
}

static int
write_classes(const struct surface *s, int64_t number, int set,
    const struct score *score, struct writer *writer, struct error *err)
{
	const struct dataset *data = s->data[set];
	struct class_sums *sums =
	    memory_new((size_t)data->classes, sizeof(*sums), err);
	struct pack h = {0};
	int status;

	if (sums == NULL)
		return -1;
	sum_classes(sums, data, score);
	pack_open(&h);
	pack_point(&h, s, number, set);
	pack_classes(&h, data, sums);
	pack_close(&h);
	status = writer_record(writer, "classes", &h, NULL, 0, err);
	pack_free(&h);
	free(sums);
	return status;
}

/* ---- one by one ---- */

/* Losses of single images, as float32. */
static int
write_losses(const struct surface *s, int64_t number, int set,
    const struct score *score, struct writer *writer, struct error *err)
{
	const int64_t most = CHUNK_BYTES_MAX / (int64_t)sizeof(float);
	int64_t room = score->n < most ? score->n : most;
	float *chunk = memory_new((size_t)room, sizeof(*chunk), err);
	int status = chunk != NULL ? 0 : -1;

	for (int64_t i = 0, n; i < score->n && status == 0; i += n) {
		struct pack h = {0};

		n = score->n - i < room ? score->n - i : room;
		for (int64_t k = 0; k < n; k++)
			chunk[k] = (float)score->losses[i + k];
		pack_open(&h);
		pack_point(&h, s, number, set);
		pack_key_int(&h, "offset", i);
		pack_close(&h);
		status = writer_record(writer, "losses", &h, chunk,
		    (size_t)n * sizeof(*chunk), err);
		pack_free(&h);
	}
	free(chunk);
	return status;
}

int
surface_write_images(const struct surface *s, int64_t number, int set,
    const struct score *score, struct writer *writer, struct error *err)
{
	if (score->losses == NULL)
		return 0;
	if (s->per_class && score->status == SCORE_OK &&
	    write_classes(s, number, set, score, writer, err) < 0)
		return -1;
	return s->per_image && score->status == SCORE_OK
		   ? write_losses(s, number, set, score, writer, err)
		   : 0;
}
