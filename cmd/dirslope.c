#include "dirslope.h"

#include <inttypes.h>
#include <unistd.h>

const char *const dirslope_ends[] = {"largest", "smallest", NULL};

enum { BASIS = 48 }; /* as hessgrid */

void
dirslope_start(struct dirslope *d)
{
	*d = (struct dirslope){.order = {.smallest = -1,
				   .lanczos = {.basis = BASIS,
				       .products = 1000,
				       .tolerance = 1e-3}},
	    .choice = {.block = 64,
		.shards = 1,
		.norms = NORMS_FIXED,
		.pixels = {.choice = -1}}};
}

void
dirslope_check(struct dirslope *d, enum direction_kind kind, int vectors,
    const struct frame *frame)
{
	struct surface_choice *c = &d->choice;
	const bool ours =
	    kind == DIRECTION_HESSIAN || kind == DIRECTION_GRADIENT;

	if (!ours && (c->sets > 0 || c->threads > 0 || c->images.first > 0 ||
			 c->images.sample > 0 || d->order.pattern != NULL))
		frame_usage(frame,
		    "--data, --images, --sample, --threads and --tensors are "
		    "for --kind hessian and gradient");
	if (kind != DIRECTION_HESSIAN && d->order.smallest >= 0)
		frame_usage(frame, "--which is for --kind hessian");
	if (!ours)
		return;
	if (c->sets != 1)
		frame_usage(
		    frame, "%d data sets, expected one: -d PATH", c->sets);
	if (kind == DIRECTION_GRADIENT && vectors > 1)
		frame_usage(frame, "a gradient is one axis, expected --axes 1");
	if (c->images.first > 0 && c->images.sample > 0)
		frame_usage(frame, "-n and --sample exclude each other");
	if (!(d->order.lanczos.tolerance > 0.0))
		frame_usage(frame, "--tolerance is %g, expected more than 0",
		    d->order.lanczos.tolerance);
	if (c->threads == 0)
		c->threads = sysconf(_SC_NPROCESSORS_ONLN);
	d->order.kind = kind;
	d->order.vectors = vectors;
	d->order.smallest = d->order.smallest > 0;
}

static void
report(const struct dirslope *d, const struct frame *frame)
{
	const struct dataset *data = &d->choice.data[0];
	const struct slope *s = &d->slope;
	const bool hessian = d->order.kind == DIRECTION_HESSIAN;

	if (data->n < data->total)
		frame_warn(frame, "%" PRId64 " of %" PRId64 " images%s",
		    data->n, data->total,
		    hessian ? ": extremes biased outward" : "");
	for (int i = 0; hessian && i < d->order.vectors; i++)
		frame_say(frame,
		    "eigenvalue %.6g, residual %.2g (%" PRId64 " products)",
		    s->value[i], s->residual[i], s->products);
	if (!hessian)
		frame_say(frame, "gradient of norm %.6g", s->norm);
}

int
dirslope_make(struct dirslope *d, struct reader *reader,
    const struct frame *frame, struct error *err)
{
	if (choice_open_data(&d->choice, frame->output.inputs, err) < 0 ||
	    slope_make(&d->slope, &d->order, &d->choice, reader, err) < 0)
		return -1;
	report(d, frame);
	return 0;
}

void
dirslope_pack(const struct dirslope *d, struct pack *entry)
{
	const struct slope_order *o = &d->order;

	pack_key_text(entry, "data", d->choice.data[0].digest);
	pack_key_int(entry, "n", d->choice.data[0].n);
	pack_key_text(entry, "loss", loss_any_words[d->choice.loss]);
	pack_key_text(entry, "tensors", o->pattern != NULL ? o->pattern : "*");
	pack_key_text(entry, "ignore", direction_ignore_words[o->ignore]);
	if (o->kind != DIRECTION_HESSIAN)
		return;
	pack_key_text(entry, "which", dirslope_ends[o->smallest]);
	pack_key_real(entry, "tolerance", o->lanczos.tolerance);
	pack_key_int(entry, "products", d->slope.products);
}

void
dirslope_end(struct dirslope *d)
{
	slope_free(&d->slope);
	choice_free_data(&d->choice);
}
