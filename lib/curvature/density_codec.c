/* The records of spectral densities: `density` and `quadrature`. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "curvature/density.h"

enum { TENSORS_MAX = 20000 }; /* as in a model */

static void
pack_tensors(struct pack *pack, const struct density_origin *origin)
{
	const struct graph *g = origin->graph;
	size_t n = 0;

	for (size_t i = 0; i < g->n_tensors; i++)
		n += origin->moves[i];
	pack_key(pack, "tensors");
	pack_array(pack, n);
	for (size_t i = 0; i < g->n_tensors; i++)
		if (origin->moves[i])
			pack_text(pack, g->tensors[i].name);
}

static int
write_density(struct writer *writer, const struct density *d,
    const struct density_origin *origin, struct error *err)
{
	const double range[2] = {d->lo, d->hi};
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_text(&header, "model", origin->model);
	pack_key_text(&header, "label", d->label);
	pack_key_text(&header, "arch", d->arch);
	pack_key_text(&header, "kernel", origin->kernel);
	pack_key_text(&header, "set", d->set);
	pack_key_text(&header, "data", origin->data);
	pack_key_int(&header, "images", d->images);
	pack_key_int(&header, "total", d->total);
	pack_key_text(&header, "loss", origin->loss);
	pack_tensors(&header, origin);
	pack_key_int(&header, "n", (int64_t)d->n);
	pack_key_int(&header, "probes", d->probes);
	pack_key_real(&header, "trace", d->trace);
	pack_key_real(&header, "trace_se", d->trace_error);
	pack_key_real(&header, "width", d->width);
	pack_key_reals(&header, "range", range, 2);
	pack_key_reals(&header, "values", d->value, (size_t)d->points);
	pack_key_reals(&header, "se", d->error, (size_t)d->points);
	pack_key_real(&header, "integral", d->integral);
	pack_close(&header);
	status = writer_record(writer, "density", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

static int
write_quadrature(struct writer *writer, int64_t probe,
    const struct quadrature *q, struct error *err)
{
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_int(&header, "probe", probe);
	pack_key_reals(&header, "nodes", q->node, (size_t)q->n);
	pack_key_reals(&header, "weights", q->weight, (size_t)q->n);
	pack_close(&header);
	status = writer_record(writer, "quadrature", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

int
density_write(struct writer *writer, const struct density *density,
    const struct density_origin *origin, struct error *err)
{
	if (write_density(writer, density, origin, err) < 0)
		return -1;
	for (int64_t p = 0; p < density->probes; p++)
		if (write_quadrature(writer, p, &density->probe[p], err) < 0)
			return -1;
	return 0;
}

/* ---- reading ---- */

static int
unpack_texts(struct density *d, const struct value *header, struct error *err)
{
	const struct value *tensors =
	    field_array(header, "tensors", TENSORS_MAX, err);
	char digest[DIGEST_TEXT_BYTES];

	if (tensors == NULL ||
	    field_hex(header, "model", digest, sizeof(digest) - 1, err) < 0 ||
	    field_hex(header, "data", digest, sizeof(digest) - 1, err) < 0)
		return -1;
	if (array_count(tensors) == 0)
		return error_set(err, "tensors is empty, expected names");
	if (field_text(header, "label", d->label, sizeof(d->label), err) < 0 ||
	    field_text(header, "arch", d->arch, sizeof(d->arch), err) < 0 ||
	    field_text(header, "set", d->set, sizeof(d->set), err) < 0)
		return -1;
	return 0;
}

static int
unpack_numbers(struct density *d, const struct value *header, struct error *err)
{
	double range[2];
	int64_t rows;
	size_t n;

	if (field_int(header, "n", 1, INT64_MAX, &rows, err) < 0 ||
	    field_int(
		header, "probes", 2, DENSITY_PROBES_MAX, &d->probes, err) < 0 ||
	    field_int(header, "total", 1, INT64_MAX, &d->total, err) < 0 ||
	    field_int(header, "images", 1, d->total, &d->images, err) < 0 ||
	    field_real(header, "trace", &d->trace, err) < 0 ||
	    field_real_in(
		header, "trace_se", 0, INFINITY, &d->trace_error, err) < 0 ||
	    field_real(header, "integral", &d->integral, err) < 0 ||
	    field_real(header, "width", &d->width, err) < 0 ||
	    field_reals(header, "range", range, 2, &n, err) < 0)
		return -1;
	d->n = (size_t)rows;
	d->lo = range[0];
	d->hi = range[1];
	if (n != 2 || !isfinite(range[0]) || !isfinite(range[1]) ||
	    !(range[0] < range[1]))
		return error_set(err, "range is no [lo, hi] with lo below hi");
	if (!isfinite(d->width) || !(d->width > 0.0))
		return error_set(
		    err, "width is %g, expected more than 0", d->width);
	return 0;
}

/* Sums of many numbers, in another order. */
static const double slack = 1e-6;

static int
check_integral(const struct density *d, struct error *err)
{
	const double spacing = (d->hi - d->lo) / (double)(d->points - 1);
	double sum = 0.0;

	for (int64_t i = 0; i + 1 < d->points; i++)
		sum += 0.5 * (d->value[i] + d->value[i + 1]) * spacing;
	if (fabs(sum - d->integral) <= slack * sum)
		return 0;
	return error_set(
	    err, "integral is %g, the values make %g", d->integral, sum);
}

static int
unpack_curve(struct density *d, const struct value *header, struct error *err)
{
	const struct value *values =
	    field_array(header, "values", DENSITY_POINTS_MAX, err);
	size_t n, errors;

	if (values == NULL)
		return -1;
	n = array_count(values);
	if (n < 2)
		return error_set(err,
		    "values has %zu number%s, expected 2 or more", n,
		    plural_s((int64_t)n));
	d->points = (int64_t)n;
	d->value = memory_new(n, sizeof(*d->value), err);
	d->error = memory_new(n, sizeof(*d->error), err);
	if (d->value == NULL || d->error == NULL ||
	    field_reals(header, "values", d->value, n, &n, err) < 0 ||
	    field_reals(header, "se", d->error, n, &errors, err) < 0)
		return -1;
	if (errors != n)
		return error_set(err, "se has %zu number%s, values has %zu",
		    errors, plural_s((int64_t)errors), n);
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(d->value[i]) || d->value[i] < 0.0)
			return error_set(err,
			    "value %zu is %g, expected a density", i,
			    d->value[i]);
		if (!(d->error[i] >= 0.0))
			return error_set(err,
			    "se of value %zu is %g, expected 0 or more", i,
			    d->error[i]);
	}
	return check_integral(d, err);
}

int
density_unpack(
    struct density *density, const struct value *header, struct error *err)
{
	*density = (struct density){0};
	if (unpack_texts(density, header, err) < 0 ||
	    unpack_numbers(density, header, err) < 0 ||
	    unpack_curve(density, header, err) < 0)
		return error_prefix(err, "density");
	return 0;
}

/* The next quadrature of a density: as many nodes as weights, which add up. */
static int
check_quadrature(const struct value *header, int64_t number, struct error *err)
{
	const struct value *nodes =
	    field_array(header, "nodes", DENSITY_STEPS_MAX, err);
	const struct value *weights =
	    field_array(header, "weights", DENSITY_STEPS_MAX, err);
	double node, weight, before = -INFINITY, sum = 0.0;
	int64_t probe;

	if (nodes == NULL || weights == NULL ||
	    field_int(header, "probe", number, number, &probe, err) < 0)
		return -1;
	if (array_count(nodes) != array_count(weights))
		return error_set(err, "nodes has %zu number%s, weights has %zu",
		    array_count(nodes), plural_s((int64_t)array_count(nodes)),
		    array_count(weights));
	for (size_t i = 0; i < array_count(nodes); i++) {
		if (!value_real(array_at(nodes, i), &node) || !isfinite(node) ||
		    node < before)
			return error_set(err,
			    "node %zu is no finite number, or below the one "
			    "before it",
			    i);
		if (!value_real(array_at(weights, i), &weight) ||
		    !(weight >= -slack))
			return error_set(
			    err, "weight %zu is no number from 0 on", i);
		before = node;
		sum += weight;
	}
	return fabs(sum - 1.0) <= slack
		   ? 0
		   : error_set(err, "weights add up to %g, expected 1", sum);
}

struct reading {
	struct density_list *list;
	int64_t probes; /* quadratures behind the last density */
};

static int
add(void *context, const struct value *header, struct error *err)
{
	struct density_list *list = ((struct reading *)context)->list;

	if (memory_grow(&list->item, &list->room, list->n + 1,
		sizeof(*list->item), err) < 0)
		return -1;
	return density_unpack(&list->item[list->n++], header, err);
}

static int
add_quadrature(void *context, const struct value *header, struct error *err)
{
	struct reading *r = context;

	if (r->list->n > 0 && check_quadrature(header, r->probes++, err) < 0)
		return error_prefix(err, "quadrature");
	return 0;
}

/* Every quadrature of a density has come, or none. */
static int
finish(void *context, struct error *err)
{
	struct reading *r = context;
	const struct density_list *list = r->list;
	const int64_t came = r->probes;

	r->probes = 0;
	if (list->n == 0 || came == 0 || came == list->item[list->n - 1].probes)
		return 0;
	return error_set(err,
	    "density: probes is %" PRId64 ", %" PRId64 " quadrature%s came",
	    list->item[list->n - 1].probes, came, plural_s(came));
}

int
densities_read(
    struct density_list *list, struct reader *reader, struct error *err)
{
	struct reading reading = {.list = list};
	const struct listing listing = {.kind = "density",
	    .part = "quadrature",
	    .maker = "hessdens",
	    .add = add,
	    .add_part = add_quadrature,
	    .finish = finish,
	    .context = &reading};

	return listing_read(&listing, reader, &list->from, err);
}

void
density_list_free(struct density_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		density_free(&list->item[i]);
	free(list->item);
	listed_free(&list->from);
	*list = (struct density_list){0};
}
