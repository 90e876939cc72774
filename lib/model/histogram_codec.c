/* The records of histograms: `histogram` and `norm`. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "model/histogram.h"

static void
pack_spread(struct pack *pack, const struct spread *s)
{
	pack_key_int(pack, "n", s->n);
	pack_key_real(pack, "norm", s->norm);
	pack_key_real(pack, "mean", s->mean);
	pack_key_real(pack, "sd", s->sd);
	pack_key_real(pack, "min", s->min);
	pack_key_real(pack, "max", s->max);
}

static int
write_histogram(struct writer *writer, const struct histogram *h,
    const struct histogram_choice *choice, const struct model *model,
    struct error *err)
{
	const double range[2] = {h->edges.lo, h->edges.hi};
	struct pack header = {0};
	char digest[DIGEST_TEXT_BYTES];
	int status;

	if (model_digest(model, digest, err) < 0)
		return -1;
	pack_open(&header);
	pack_key_text(&header, "model", digest);
	pack_key_text(&header, "label", h->label);
	pack_key_text(&header, "arch", h->arch);
	pack_key_text(&header, "over", histogram_over_words[choice->over]);
	pack_spread(&header, &h->all);
	pack_key_reals(&header, "range", range, 2);
	pack_key_ints(&header, "counts", h->counts, (size_t)h->edges.num - 1);
	pack_key_int(&header, "below", h->below);
	pack_key_int(&header, "above", h->above);
	pack_key_int(&header, "nan", h->nan);
	if (!pack_is_empty(&model->meta))
		pack_key_pack(&header, "meta", &model->meta);
	pack_close(&header);
	status = writer_record(writer, "histogram", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

static int
write_length(
    struct writer *writer, const struct graph *g, size_t i, struct error *err)
{
	const struct tensor *t = &g->tensors[i];
	struct spread spread = histogram_spread(t->f32, t->n);
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_int(&header, "tensor", (int64_t)i);
	pack_key_text(&header, "name", t->name);
	pack_key_text(&header, "role", tensor_role_word(t->role));
	pack_key_ints(&header, "shape", t->dim, (size_t)t->rank);
	pack_spread(&header, &spread);
	pack_close(&header);
	status = writer_record(writer, "norm", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

int
histogram_write(struct writer *writer, const struct histogram *h,
    const struct histogram_choice *choice, const struct model *model,
    struct error *err)
{
	const struct graph *g = &model->graph;

	if (write_histogram(writer, h, choice, model, err) < 0)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++)
		if (histogram_takes(choice, &g->tensors[i]) &&
		    write_length(writer, g, i, err) < 0)
			return -1;
	return 0;
}

/* ---- reading ---- */

/* Sums in double of many numbers, in another order. */
static const double slack = 1e-6;

static int
check_spread(const struct spread *s, struct error *err)
{
	const double n = (double)s->n;
	const double square = n * (s->mean * s->mean + s->sd * s->sd);
	const double wide = slack * (fabs(s->min) + fabs(s->max));

	if (s->norm < 0 || s->sd < 0)
		return error_set(err,
		    "norm is %g, sd is %g, expected neither below 0", s->norm,
		    s->sd);
	if (s->min > s->max)
		return error_set(err, "min is %g, max is %g", s->min, s->max);
	if (s->mean < s->min - wide || s->mean > s->max + wide)
		return error_set(err, "mean is %g, min %g and max %g", s->mean,
		    s->min, s->max);
	if (fabs(s->norm * s->norm - square) > slack * square)
		return error_set(err, "norm is %g, n, mean and sd make %g",
		    s->norm, sqrt(square));
	return 0;
}

static int
unpack_spread(struct spread *s, const struct value *header, struct error *err)
{
	if (field_int(header, "n", 0, INT64_MAX, &s->n, err) < 0 ||
	    field_real(header, "norm", &s->norm, err) < 0 ||
	    field_real(header, "mean", &s->mean, err) < 0 ||
	    field_real(header, "sd", &s->sd, err) < 0 ||
	    field_real(header, "min", &s->min, err) < 0 ||
	    field_real(header, "max", &s->max, err) < 0)
		return -1;
	return check_spread(s, err);
}

static int
unpack_range(struct range *edges, const struct value *header, struct error *err)
{
	double v[2];
	size_t n;

	if (field_reals(header, "range", v, 2, &n, err) < 0)
		return -1;
	if (n != 2 || !isfinite(v[0]) || !isfinite(v[1]) || !(v[0] < v[1]))
		return error_set(err, "range is no [lo, hi] with lo below hi");
	edges->lo = v[0];
	edges->hi = v[1];
	return 0;
}

static int
unpack_counts(
    struct histogram *h, const struct value *header, struct error *err)
{
	const struct value *counts =
	    field_array(header, "counts", BINS_MAX, err);
	size_t n;
	int64_t left = h->all.n;

	if (counts == NULL)
		return -1;
	n = array_count(counts);
	if (n == 0)
		return error_set(err, "counts is empty, expected a number");
	h->counts = memory_new(n, sizeof(*h->counts), err);
	if (h->counts == NULL ||
	    field_ints(header, "counts", 0, INT64_MAX, h->counts, n, &n, err) <
		0 ||
	    field_int(header, "below", 0, INT64_MAX, &h->below, err) < 0 ||
	    field_int(header, "above", 0, INT64_MAX, &h->above, err) < 0 ||
	    field_int(header, "nan", 0, INT64_MAX, &h->nan, err) < 0)
		return -1;
	h->edges.num = (int64_t)n + 1;
	for (size_t i = 0; i < n + 3 && left >= 0; i++) {
		int64_t part = i < n       ? h->counts[i]
			       : i == n    ? h->below
			       : i > n + 1 ? h->nan
					   : h->above;

		left = part <= left ? left - part : -1;
	}
	if (left != 0)
		return error_set(err,
		    "counts, below, above and nan do not add up to n, which "
		    "is %" PRId64,
		    h->all.n);
	return 0;
}

/* What lies beyond the bins is counted there, and the other way about. */
static int
check_ends(const struct histogram *h, struct error *err)
{
	if (h->nan == 0 && h->all.n > 0 &&
	    (h->all.min < h->edges.lo) != (h->below > 0))
		return error_set(err,
		    "below is %" PRId64 ", min is %g, range begins at %g",
		    h->below, h->all.min, h->edges.lo);
	if (h->nan == 0 && h->all.n > 0 &&
	    (h->all.max > h->edges.hi) != (h->above > 0))
		return error_set(err,
		    "above is %" PRId64 ", max is %g, range ends at %g",
		    h->above, h->all.max, h->edges.hi);
	return 0;
}

int
histogram_unpack(
    struct histogram *h, const struct value *header, struct error *err)
{
	*h = (struct histogram){0};
	if (field_text(header, "label", h->label, sizeof(h->label), err) < 0 ||
	    field_text(header, "arch", h->arch, sizeof(h->arch), err) < 0 ||
	    unpack_spread(&h->all, header, err) < 0 ||
	    unpack_range(&h->edges, header, err) < 0 ||
	    unpack_counts(h, header, err) < 0 || check_ends(h, err) < 0)
		return error_prefix(err, "histogram");
	return 0;
}

/* ---- the tensors of a histogram ---- */

/* The norms that came behind a histogram: together, what it says of all. */
struct sums {
	const struct histogram *histogram; /* NULL: none yet */
	int64_t n, norms;
	double squares;
};

static int
read_length(struct sums *sums, const struct value *header, struct error *err)
{
	int64_t dim[TENSOR_RANK_MAX], n = 1;
	char name[TENSOR_NAME_MAX + 1];
	struct spread s;
	size_t rank;

	if (sums->histogram == NULL)
		return error_set(err, "norm: no histogram stands before it");
	if (field_text(header, "name", name, sizeof(name), err) < 0 ||
	    field_ints(header, "shape", 0, INT64_MAX, dim, TENSOR_RANK_MAX,
		&rank, err) < 0 ||
	    unpack_spread(&s, header, err) < 0)
		return error_prefix(err, "norm");
	for (size_t i = 0; i < rank; i++)
		n = n > 0 && dim[i] > INT64_MAX / n ? -1 : n * dim[i];
	if (n != s.n)
		return error_set(err,
		    "norm '%s': n is %" PRId64 ", the shape has %" PRId64
		    " element%s",
		    name, s.n, n, plural_s(n));
	sums->norms++;
	sums->n += s.n;
	sums->squares += s.norm * s.norm;
	return 0;
}

/* Every norm of a histogram has come, or none. */
static int
check_sums(const struct sums *sums, struct error *err)
{
	const struct spread *all;
	double square;

	if (sums->histogram == NULL || sums->norms == 0)
		return 0;
	all = &sums->histogram->all;
	square = all->norm * all->norm;
	if (sums->n != all->n)
		return error_set(err,
		    "histogram: n is %" PRId64 ", its norms have %" PRId64,
		    all->n, sums->n);
	if (fabs(sums->squares - square) > slack * square)
		return error_set(err,
		    "histogram: norm is %g, its norms make %g", all->norm,
		    sqrt(sums->squares));
	return 0;
}

struct reading {
	struct histogram_list *list;
	struct sums sums;
};

static int
add(void *context, const struct value *header, struct error *err)
{
	struct reading *r = context;
	struct histogram_list *list = r->list;
	struct histogram *h;

	if (memory_grow(&list->item, &list->room, list->n + 1,
		sizeof(*list->item), err) < 0)
		return -1;
	h = &list->item[list->n++];
	r->sums.histogram = h;
	return histogram_unpack(h, header, err);
}

static int
add_length(void *context, const struct value *header, struct error *err)
{
	return read_length(&((struct reading *)context)->sums, header, err);
}

static int
finish(void *context, struct error *err)
{
	struct reading *r = context;

	if (check_sums(&r->sums, err) < 0)
		return -1;
	r->sums = (struct sums){0};
	return 0;
}

int
histograms_read(
    struct histogram_list *list, struct reader *reader, struct error *err)
{
	struct reading reading = {.list = list};
	const struct listing listing = {.kind = "histogram",
	    .part = "norm",
	    .maker = "nethist",
	    .add = add,
	    .add_part = add_length,
	    .finish = finish,
	    .context = &reading};

	return listing_read(&listing, reader, &list->from, err);
}

void
histogram_list_free(struct histogram_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		histogram_free(&list->item[i]);
	free(list->item);
	listed_free(&list->from);
	*list = (struct histogram_list){0};
}
