/* hessdens: models in, densities of their Hessian's eigenvalues out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/plural.h"
#include "base/processors.h"
#include "base/progress.h"
#include "curvature/density.h"
#include "evaluate/hessian.h"
#include "evaluate/setup.h"
#include "frame.h"
#include "stream/kind.h"

struct settings {
	const struct frame *frame;
	struct surface_choice choice;
	struct hessian_rule hessian;
	struct density_rule density;
	struct progress progress;
};

static const char *const over_words[] = {"weights", "all", NULL};

static int
parse_range(void *target, const char *text, struct error *err)
{
	struct density_rule *rule = target;
	double v[2];
	size_t n;

	if (number_parse_reals(text, "--range", v, 2, &n, err) < 0)
		return -1;
	if (n != 2 || !(v[0] < v[1]))
		return error_set(err,
		    "--range is '%.60s', expected lo,hi with lo below hi",
		    text);
	rule->lo = v[0];
	rule->hi = v[1];
	rule->ranged = true;
	return 0;
}

static void
pack_data(struct pack *entry, const struct surface *surface)
{
	pack_key(entry, "data");
	pack_array(entry, (size_t)surface->grid.sets);
	for (int s = 0; s < surface->grid.sets; s++) {
		pack_open(entry);
		pack_key_text(entry, "set", surface->grid.set[s]);
		pack_key_int(entry, "n", surface->data[s]->n);
		pack_key_text(entry, "digest", surface->data[s]->digest);
		pack_close(entry);
	}
}

static int
begin(struct writer *writer, const struct settings *s,
    const struct surface *surface, struct error *err)
{
	const struct density_rule *rule = &s->density;
	const double range[2] = {rule->lo, rule->hi};
	const struct plane *plane = surface->evaluation.plane;
	struct pack entry = {0};
	int status;

	history_open(&entry, "hessdens");
	pack_data(&entry, surface);
	pack_key_text(&entry, "loss", surface->grid.loss);
	pack_key_text(&entry, "over", over_words[s->hessian.all]);
	pack_key_text(&entry, "tensors",
	    s->hessian.pattern != NULL ? s->hessian.pattern : "*");
	pack_key_int(&entry, "probes", rule->probes);
	pack_key_int(&entry, "steps", rule->steps);
	pack_key_int(&entry, "points", rule->points);
	pack_key_int(&entry, "seed", (int64_t)rule->seed);
	if (rule->width > 0.0)
		pack_key_real(&entry, "width", rule->width);
	if (rule->ranged)
		pack_key_reals(&entry, "range", range, 2);
	history_close(&entry);
	status = writer_begin_after(writer, &plane->begin, &entry, err);
	pack_free(&entry);
	return status;
}

static int
print_cost(const struct settings *s, struct hessian *hessian,
    const struct surface *surface, struct error *err)
{
	const int64_t products = s->density.probes * s->density.steps;
	struct hessian_cost cost;
	char time[32];

	if (s->frame->quiet)
		return 0;
	if (hessian_cost(hessian, surface, &cost, err) < 0)
		return -1;
	frame_show(s->frame,
	    "%" PRId64 " product%s x %" PRId64
	    " image%s: %s at %d thread%s (%.3g s a product), %zu parameter%s, "
	    "%.0f MB",
	    products, plural_s(products), surface->data[0]->n,
	    plural_s(surface->data[0]->n),
	    progress_duration(cost.seconds * (double)products, time),
	    surface->evaluation.threads, plural_s(surface->evaluation.threads),
	    cost.seconds, cost.size, plural_s((int64_t)cost.size),
	    (double)cost.bytes * 1e-6);
	for (int i = 0; i < surface->grid.sets; i++)
		if (surface->data[i]->n < surface->data[i]->total)
			frame_warn(s->frame,
			    "%" PRId64 " of %" PRId64
			    " image%s: extremes biased outward",
			    surface->data[i]->n, surface->data[i]->total,
			    plural_s(surface->data[i]->total));
	return 0;
}

struct product {
	struct hvp *hvp;
	struct settings *settings;
};

static void
apply(void *context, const float *v, double *hv)
{
	const struct product *p = context;

	hvp_apply(p->hvp, v, hv);
	frame_step(p->settings->frame, &p->settings->progress, 0, "product");
}

/* The density on one data set. */
static int
write_set(struct writer *writer, struct settings *s,
    const struct hessian *hessian, const struct surface *surface, int set,
    struct error *err)
{
	const struct model *model = &surface->evaluation.plane->model;
	const struct dataset *data = surface->data[set];
	struct hvp *hvp = hessian->hvp[set];
	struct product product = {hvp, s};
	const struct krylov_operator op = {hvp_size(hvp), apply, &product};
	const struct density_origin origin = {.model = surface->model,
	    .data = data->digest,
	    .loss = surface->grid.loss,
	    .kernel = surface->kernel,
	    .graph = &model->graph,
	    .moves = hessian->moves};
	struct density density = {0};
	int status = hvp_bind(hvp, model->graph.tensors, err);

	if (status == 0)
		status = density_probe(
		    &density, &op, &s->density, hessian->workers, err);
	if (status == 0)
		status = density_lay(&density, &s->density, err);
	if (status == 0) {
		strcpy(density.label, model->label);
		strcpy(density.arch, model->arch);
		strcpy(density.set, surface->grid.set[set]);
		density.images = data->n;
		density.total = data->total;
		status = density_write(writer, &density, &origin, err);
	}
	density_free(&density);
	return status;
}

static int
write_model(void *context, const struct plane *plane, struct writer *writer,
    struct error *err)
{
	struct settings *s = context;
	struct hessian hessian = {0};
	struct surface surface;
	int status = surface_setup(&surface, &s->choice, plane, err);

	if (status == 0)
		status = hessian_open(&hessian, &s->hessian, &surface, err);
	if (status == 0)
		status = print_cost(s, &hessian, &surface, err);
	if (status == 0)
		status = begin(writer, s, &surface, err);
	progress_start(&s->progress,
	    s->choice.sets * s->density.probes * s->density.steps);
	s->progress.most = true;
	for (int i = 0; i < s->choice.sets && status == 0; i++)
		status = write_set(writer, s, &hessian, &surface, i, err);
	frame_progress_end(s->frame, &s->progress, "product");
	hessian_close(&hessian);
	surface_free(&surface);
	if (status == 0)
		status = writer_copy_scratch(writer, &plane->others, err);
	return status == 0 ? writer_end(writer, err) : -1;
}

static int
write_all(void *context, struct reader *reader, struct output *output,
    struct error *err)
{
	return plane_each(reader, output, write_model, context, err);
}

static int
run(struct settings *s, char **operands, int n, struct error *err)
{
	struct reader *reader = frame_reader(s->frame, operands, n, err);
	int status = -1;

	if (reader != NULL &&
	    choice_open_data(&s->choice, s->frame->output.inputs, err) == 0)
		status = frame_filter(s->frame, reader, write_all, s, err);
	else
		reader_free(reader);
	choice_free_data(&s->choice);
	return status;
}

/* What does not go together; defaults. */
static void
check(struct settings *s)
{
	struct surface_choice *c = &s->choice;
	struct error err;

	if (c->sets == 0)
		frame_usage(s->frame, "no data: -d PATH is needed");
	if (choice_check(c, &err) < 0)
		frame_usage_error(s->frame, &err);
	if (!(s->density.width >= 0.0))
		frame_usage(s->frame, "--width is %g, expected more than 0",
		    s->density.width);
	if (c->threads == 0)
		c->threads = processors_count();
	s->hessian.lanczos.basis = (int)s->density.steps;
	frame_refuse_terminal(s->frame);
}

static void
add_options(struct option_table *table, struct settings *s)
{
	const struct option_row first[] = {
	    OPTION_INT(0, "probes", "N", &s->density.probes, 2,
		DENSITY_PROBES_MAX, "random vectors (10)"),
	    OPTION_INT(0, "steps", "N", &s->density.steps, 1, DENSITY_STEPS_MAX,
		"of Lanczos for each of them (80)"),
	    OPTION_REAL(0, "width", "W", &s->density.width,
		"of the Gaussians (a 200th of what the nodes span)"),
	    OPTION_CALL(0, "range", "LO,HI", &s->density, parse_range,
		"eigenvalues that the curve spans (all)"),
	    OPTION_INT(0, "points", "N", &s->density.points, 2,
		DENSITY_POINTS_MAX, "of the curve (2000)"),
	    OPTION_CHOICE(0, "over", over_words, &s->hessian.all,
		"weights of two dimensions or more, or bias and BN too"),
	    OPTION_TEXT(0, "tensors", "PATTERN", &s->hessian.pattern,
		"of these, the tensors whose names match"),
	    OPTION_U64('s', "seed", "SEED", &s->density.seed,
		"of the random vectors (0)"),
	    OPTION_END};
	const struct option_row last[] = {
	    OPTION_INT('j', "threads", "N", &s->choice.threads, 1, WORKERS_MAX,
		"threads (all processors)"),
	    OPTION_END};

	options_add(table, first);
	choice_add_options(
	    table, &s->choice, loss_words, "what is differentiated");
	options_add(table, last);
}

static const struct frame_needs needs[] = {{"sample-seed", {"sample"}}, {0}};

int
main(int argc, char **argv)
{
	struct settings s = {
	    .density = {.probes = 10, .steps = 80, .points = 2000}};
	struct option_table options = {0};
	struct frame frame = {.name = "hessdens",
	    .synopsis = "-d DATA [model ...]",
	    .reads = true,
	    .purpose = "density of the Hessian's eigenvalues",
	    .output = {.manner = OUTPUT_QUICK, .kind = &stream_of_densities},
	    .options = options.row};
	struct error err;
	int first;

	choice_start(&s.choice);
	add_options(&options, &s);
	s.frame = &frame;
	first = frame_start(&frame, argc, argv);
	frame_check_needs(&frame, needs);
	check(&s);
	if (run(&s, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
