#include "dirslope.h"
#include "base/plural.h"

#include <inttypes.h>

#include "base/processors.h"

static const char *const ends[] = {"largest", "smallest", NULL};

enum { BASIS = 48 }; /* as hessgrid */

void
dirslope_start(struct dirslope *d)
{
	*d = (struct dirslope){
	    .order = {.smallest = -1,
		.lanczos = {
		    .basis = BASIS, .products = 1000, .tolerance = 1e-3}}};
	choice_start(&d->choice);
}

void
dirslope_add_options(struct option_table *table, struct dirslope *d)
{
	struct slope_order *o = &d->order;
	const struct option_row rows[] = {
	    OPTION_INT('j', "threads", "N", &d->choice.threads, 1, WORKERS_MAX,
		"threads (all processors)"),
	    OPTION_CHOICE(0, "which", ends, &o->smallest,
		"eigenvalues from which end (largest)"),
	    OPTION_TEXT(0, "tensors", "PATTERN", &o->pattern,
		"the tensors that move: those whose names match"),
	    OPTION_REAL(0, "tolerance", "T", &o->lanczos.tolerance,
		"of a residual, relative to its eigenvalue (0.001)"),
	    OPTION_INT(0, "products", "N", &o->lanczos.products, 1, INT32_MAX,
		"Hessian-vector products at most (1000)"),
	    OPTION_END};

	choice_add_options(table, &d->choice, loss_words, "what is drawn");
	options_add(table, rows);
}

static const struct frame_needs needs[] = {{"sample-seed", {"sample"}}, {0}};

void
dirslope_check(struct dirslope *d, enum direction_kind kind, int vectors,
    const struct frame *frame)
{
	struct surface_choice *c = &d->choice;
	struct error err;

	frame_check_needs(frame, needs);
	if (c->threads == 0)
		c->threads = processors_count();
	if (kind != DIRECTION_HESSIAN && kind != DIRECTION_GRADIENT)
		return;
	if (c->sets != 1)
		frame_usage(frame, "%d data set%s, expected one: -d PATH",
		    c->sets, plural_s(c->sets));
	if (kind == DIRECTION_GRADIENT && vectors > 1)
		frame_usage(frame, "a gradient is one axis, expected --axes 1");
	if (choice_check(c, &err) < 0)
		frame_usage_error(frame, &err);
	if (!(d->order.lanczos.tolerance > 0.0))
		frame_usage(frame, "--tolerance is %g, expected more than 0",
		    d->order.lanczos.tolerance);
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
		    "eigenvalue %.6g, residual %.2g (%" PRId64 " product%s)",
		    s->value[i], s->residual[i], s->products,
		    plural_s(s->products));
	if (!hessian)
		frame_say(frame, "gradient of norm %.6g", s->norm);
}

/* slope_order.seen */
static void
seen(void *context)
{
	struct dirslope *d = context;

	frame_step(d->frame, &d->progress, 0, "product");
}

int
dirslope_make(struct dirslope *d, struct reader *reader,
    const struct frame *frame, struct error *err)
{
	d->frame = frame;
	d->order.seen = seen;
	d->order.context = d;
	progress_start(&d->progress, d->order.lanczos.products);
	d->progress.most = true;
	if (choice_open_data(&d->choice, frame->output.inputs, err) < 0 ||
	    slope_make(&d->slope, &d->order, &d->choice, reader, err) < 0)
		return -1;
	frame_progress_end(frame, &d->progress, "product");
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
	pack_key_text(entry, "which", ends[o->smallest]);
	pack_key_real(entry, "tolerance", o->lanczos.tolerance);
	pack_key_int(entry, "products", d->slope.products);
}

void
dirslope_end(struct dirslope *d)
{
	slope_free(&d->slope);
	choice_free_data(&d->choice);
}
