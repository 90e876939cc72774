#include "evaluate/surface.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "data/dataset_fit.h"
#include "evaluate/surface_images.h"

/* ---- identity ---- */

static void
add_reals(struct digest *digest, const double *v, size_t n)
{
	digest_add_u64(digest, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &v[i], sizeof(bits));
		digest_add_u64(digest, bits);
	}
}

/* fixed adds nothing: runs from before there was a choice keep their names. */
static void
identify_norms(struct digest *digest, const struct norms_rule *norms)
{
	if (norms->mode != NORMS_FIXED)
		digest_add_text(digest, norms_words[norms->mode]);
	if (norms->mode == NORMS_RECOMPUTE)
		digest_add_text(digest, norms->data->digest);
}

/* Channels that have input constants: none where reals enter as they are. */
static size_t
pixel_channels(const struct evaluation *e)
{
	return e->data[0]->raw || e->data[0]->tokens
		   ? 0
		   : (size_t)e->data[0]->channels;
}

static void
identify_data(struct digest *digest, const struct surface *surface)
{
	const struct evaluation *e = &surface->evaluation;

	for (int s = 0; s < e->sets; s++) {
		digest_add_text(digest, surface->grid.set[s]);
		digest_add_text(digest, e->data[s]->digest);
		digest_add_u64(digest, (uint64_t)e->data[s]->total);
	}
	add_reals(digest, e->mean, pixel_channels(e));
	add_reals(digest, e->std, pixel_channels(e));
}

/*
 * What a program says of ranges of its images, and what it says of all at once,
 * agree to rounding only: these are two runs.
 */
static void
identify_exec(struct digest *digest, const struct evaluation *e)
{
	digest_add_text(digest, e->exec.command);
	if (e->look.error > 0.0)
		digest_add_text(digest, "ranges");
}

/*
 * A point on all images is the same in any order; 0, which nobody chose, leaves
 * the run of one that takes all of them.
 */
static void
identify_order(struct digest *digest, uint64_t order)
{
	if (order == 0)
		return;
	digest_add_text(digest, "order");
	digest_add_u64(digest, order);
}

static int
identify_work(
    struct digest *digest, const struct surface_work *work, struct error *err)
{
	struct pack pack = {0};
	const void *bytes;
	size_t n;

	if (work == NULL)
		return 0;
	work->pack(work->context, &pack);
	bytes = pack_encoded(&pack, &n, err);
	digest_add_text(digest, work->program);
	if (bytes != NULL)
		digest_add(digest, bytes, n);
	pack_free(&pack);
	return bytes != NULL ? 0 : -1;
}

int
surface_identify(struct surface *surface, struct error *err)
{
	const struct evaluation *e = &surface->evaluation;
	const struct grid *g = &surface->grid;
	struct digest digest;

	digest_start(&digest);
	digest_add_text(&digest, surface->plane.digest);
	if (e->exec.command != NULL)
		identify_exec(&digest, e);
	else
		identify_data(&digest, surface);
	digest_add_text(&digest, g->loss);
	identify_norms(&digest, &e->norms);
	identify_order(&digest, surface->order);
	if (e->anchors != NULL) {
		digest_add_text(&digest, "anchors");
		digest_add_text(&digest, e->anchors->digest);
	}
	for (int a = 0; a < g->axes; a++) {
		const double range[3] = {
		    g->range[a].lo, g->range[a].hi, (double)g->range[a].num};

		add_reals(&digest, range, 3);
	}
	if (identify_work(&digest, surface->work, err) < 0)
		return -1;
	digest_finish_text(&digest, surface->grid.run);
	return 0;
}

/* ---- what comes before the points ---- */

static void
pack_dataset(struct pack *pack, const struct dataset *d)
{
	pack_key_text(pack, "name", d->name);
	pack_key_int(pack, "n", d->n);
	pack_key_int(pack, "total", d->total);
	pack_key_text(pack, "digest", d->digest);
}

static void
pack_norms(struct pack *pack, const struct norms_rule *norms)
{
	pack_key_text(pack, "bn", norms_words[norms->mode]);
	if (norms->mode != NORMS_RECOMPUTE)
		return;
	pack_key(pack, "bn_data");
	pack_open(pack);
	pack_dataset(pack, norms->data);
	pack_close(pack);
}

/* One key: what the points are computed from, or by. */
static void
pack_data(struct pack *pack, const struct surface *s)
{
	const struct evaluation *e = &s->evaluation;

	if (e->exec.command != NULL) {
		pack_key_text(pack, "exec", e->exec.command);
		if (e->look.error > 0.0)
			pack_key_bool(pack, "ranges", 1);
		return;
	}
	pack_key(pack, "data");
	pack_array(pack, (size_t)e->sets);
	for (int i = 0; i < e->sets; i++) {
		pack_open(pack);
		pack_key_text(pack, "set", s->grid.set[i]);
		pack_dataset(pack, e->data[i]);
		pack_close(pack);
	}
}

static void
pack_work(struct pack *pack, const struct surface *s)
{
	if (s->evaluation.anchors != NULL)
		pack_key_text(pack, "anchors", s->evaluation.anchors->digest);
	if (s->order != 0)
		pack_key_int(pack, "order", (int64_t)s->order);
	if (s->work != NULL)
		s->work->pack(s->work->context, pack);
}

static int
write_begin(const struct surface *s, struct writer *writer, struct error *err)
{
	const struct plane *plane = s->evaluation.plane;
	struct pack entry = {0};
	char number[3][NUMBER_TEXT_BYTES], range[128];
	int status;

	history_open(&entry, s->work != NULL ? s->work->program : "evalgrid");
	for (int a = 0; a < s->grid.axes; a++) {
		const struct range *r = &s->grid.range[a];

		if (r->num == 0)
			continue;
		snprintf(range, sizeof(range), "%s:%s:%s",
		    number_format(r->lo, number[0]),
		    number_format(r->hi, number[1]),
		    number_format((double)r->num, number[2]));
		pack_key_text(&entry, axis_word(a), range);
	}
	pack_key_text(&entry, "loss", s->grid.loss);
	pack_norms(&entry, &s->evaluation.norms);
	pack_data(&entry, s);
	pack_work(&entry, s);
	pack_key_text(&entry, "kernel", s->kernel);
	history_close(&entry);
	status = writer_begin_after(writer, &plane->begin, &entry, err);
	pack_free(&entry);
	return status;
}

static void
pack_pixels(struct pack *pack, const struct evaluation *e)
{
	size_t channels = pixel_channels(e);

	pack_key_reals(pack, "mean", e->mean, channels);
	pack_key_reals(pack, "std", e->std, channels);
}

/* Of each label; and how many labels, where an image has several. */
static void
pack_classes(struct pack *pack, const struct surface *s)
{
	const size_t rows = dataset_rows(s->data[0]);

	pack_key_int(pack, "classes", (int64_t)(plan_classes(s->plan) / rows));
	if (rows > 1)
		pack_key_int(pack, "labels", (int64_t)rows);
}

static int
write_grid(const struct surface *s, struct writer *writer, struct error *err)
{
	const struct evaluation *e = &s->evaluation;
	const struct model *m = &e->plane->model;
	const bool pixels = e->exec.command == NULL;
	struct pack header = {0};
	int status;

	pack_open(&header);
	grid_pack(&header, &s->grid);
	pack_norms(&header, &e->norms);
	/* a program may have some under names that are not ours */
	if (pixels || norms_present(e->plane))
		pack_key_bool(&header, "bn_there", norms_present(e->plane));
	pack_key_text(&header, "plane", s->plane.digest);
	pack_key_text(&header, "model", s->model);
	pack_key_text(&header, "arch", m->arch);
	pack_key_text(&header, "label", m->label);
	pack_key_text(&header, "kernel", s->kernel);
	pack_data(&header, s);
	pack_work(&header, s);
	if (pixels)
		pack_pixels(&header, e);
	if (pixels && e->loss != LOSS_L2)
		pack_classes(&header, s);
	if (!pack_is_empty(&m->meta))
		pack_key_pack(&header, "meta", &m->meta);
	pack_close(&header);
	status = writer_record(writer, "grid", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

/* What each direction was, with its norm and the cosine between the axes. */
static int
write_direction(const struct plane *plane, int rep, int axis,
    struct writer *writer, struct error *err)
{
	struct pack extra = {0}, header = {0};
	struct decoded *d = NULL;
	int status = -1;

	pack_open(&extra);
	pack_key_real(&extra, "length", plane_length(plane, rep, axis));
	if (plane->axes > 1)
		pack_key_real(&extra, "cosine", plane_cosine(plane, rep));
	pack_close(&extra);
	d = pack_decode(&extra, err);
	if (d != NULL &&
	    direction_pack(&header, &plane->direction[rep * plane->axes + axis],
		decoded_value(d), err) == 0)
		status =
		    writer_record(writer, "direction", &header, NULL, 0, err);
	decoded_free(d);
	pack_free(&extra);
	pack_free(&header);
	return status;
}

int
surface_write_head(
    const struct surface *s, struct writer *writer, struct error *err)
{
	const struct plane *plane = s->evaluation.plane;

	if (write_begin(s, writer, err) < 0 || write_grid(s, writer, err) < 0)
		return -1;
	for (int rep = 0; rep < plane->reps && plane->axes > 0; rep++)
		for (int axis = 0; axis < plane->axes; axis++)
			if (write_direction(plane, rep, axis, writer, err) < 0)
				return -1;
	if (writer_copy_scratch(writer, &plane->others, err) < 0)
		return -1;
	for (size_t i = 0; i < plane->requests.n; i++)
		if (writer_copy_all(writer, plane->requests.item[i].bytes,
			plane->requests.item[i].n_bytes, err) < 0)
			return -1;
	return 0;
}

/* ---- a point ---- */

/* How far a point on some of the images may be from all of them. */
static void
pack_halves(struct pack *h, const struct score *score, double half, bool acc,
    int64_t total)
{
	pack_key_real(h, "half", half);
	if (score->anchors > 0)
		pack_key_int(h, "anchors", score->anchors);
	if (acc) {
		const struct accuracy_interval sure =
		    look_accuracy(score, total);

		pack_key_real(h, "acc_lo", sure.lo);
		pack_key_real(h, "acc_hi", sure.hi);
	}
}

/* What our own evaluation knows of a point. */
static void
pack_spread(struct pack *h, const struct surface *s, const struct score *score,
    const struct dataset *data)
{
	const struct look_state state =
	    look_state(&s->evaluation.look, score, data->total);

	pack_key_real(h, "se", state.se);
	pack_key_real(h, "sd", score->sd);
	pack_key_int(h, "n", score->n);
	if (score->n < data->n)
		pack_halves(
		    h, score, state.half, data->targets == NULL, data->total);
	if (score->n < data->total)
		pack_key_real(h, "top1", score->top);
	if (s->groups && score->status == SCORE_OK)
		pack_key_reals(h, "groups", score->group, SCORE_GROUPS);
}

/* What a program has said of its images. */
static void
pack_said(struct pack *h, const struct surface *s, const struct score *score)
{
	const struct look_rule *rule = &s->evaluation.look;

	if (score->n > 0 && score->total > 0 && !isnan(score->sd))
		pack_key_real(h, "se", score_error(score, score->total));
	if (!isnan(score->sd))
		pack_key_real(h, "sd", score->sd);
	if (score->n > 0)
		pack_key_int(h, "n", score->n);
	if (rule->error > 0.0 && score->n < score->total)
		pack_halves(h, score,
		    look_state(rule, score, score->total).half,
		    !isnan(score->acc), score->total);
}

int
surface_write_point(const struct surface *s, int64_t number, int set,
    const struct score *score, struct writer *writer, struct error *err)
{
	const struct grid *g = &s->grid;
	const struct place p = surface_place(s, number);
	const struct dataset *data = s->data[set]; /* NULL: a program's */
	const struct surface_work *work = s->work;
	struct pack h = {0};
	char run[RUN_BYTES];
	int status;

	snprintf(run, sizeof(run), "%.16s", g->run);
	pack_open(&h);
	pack_key_text(&h, "run", run);
	pack_key_int(&h, "rep", p.rep);
	pack_key_text(&h, "set", g->set[set]);
	surface_pack_place(&h, s, number);
	pack_key_real(&h, "x", p.a);
	pack_key_real(&h, "y", p.b);
	pack_key_real(&h, "loss", score->loss);
	if (data != NULL ? data->targets == NULL : !isnan(score->acc))
		pack_key_real(&h, "acc", score->acc);
	if (data != NULL)
		pack_spread(&h, s, score, data);
	else
		pack_said(&h, s, score);
	pack_key_text(&h, "status", score_status_words[score->status]);
	if (score->status == SCORE_BADVAR)
		pack_key_text(&h, "why", score->why);
	if (work != NULL)
		work->pack_point(work->context, set, &h);
	pack_close(&h);
	status = writer_record(writer, "point", &h, NULL, 0, err);
	pack_free(&h);
	return status == 0
		   ? surface_write_images(s, number, set, score, writer, err)
		   : -1;
}
