/* hessgrid: model and directions in, extreme Hessian eigenvalues out. */

#include <inttypes.h>
#include <stdio.h>

#include "base/plural.h"
#include "evaluate/hessian.h"
#include "gridrun.h"

enum { BASIS_MIN = 8, BASIS_MAX = 1024 };

/* What a run takes when nobody knows the spectrum: this many products a point.
 */
enum { PRODUCTS_GUESS = 50 };

/* On standard error, or with --estimate as the output. */
static int
print_cost(const struct gridrun *run, const struct hessian *hessian,
    const struct surface *surface, const struct hessian_cost *cost,
    struct error *err)
{
	const int64_t places = surface_places(surface);
	const struct lanczos_rule *rule = &hessian->rule.lanczos;
	const int64_t searching =
	    rule->products < PRODUCTS_GUESS ? rule->products : PRODUCTS_GUESS;
	const int64_t products = searching + 2 * rule->k + hessian->rule.probes;
	struct text text = {0};
	const char *said;
	char time[32];

	text_add(&text, "%" PRId64 " point%s x about %" PRId64 " product%s x ",
	    places, plural_s(places), products, plural_s(products));
	gridrun_add_images(&text, &surface->evaluation);
	text_add(&text,
	    ": %s at %d thread%s (%.3g s a product), %zu parameter%s, "
	    "%.0f MB\n",
	    progress_duration(
		cost->seconds * (double)(products * places), time),
	    surface->evaluation.threads, plural_s(surface->evaluation.threads),
	    cost->seconds, cost->size, plural_s((int64_t)cost->size),
	    (double)cost->bytes * 1e-6);
	if (run->estimate) {
		frame_print(run->frame, &text);
		return 0;
	}
	text_cut(&text, text_length(&text) - 1);
	said = text_chars(&text, err);
	if (said != NULL)
		frame_show(run->frame, "%s", said);
	text_free(&text);
	return said != NULL ? 0 : -1;
}

static void
warn_about_subset(const struct gridrun *run, const struct surface *surface)
{
	for (int s = 0; s < surface->grid.sets; s++) {
		const struct dataset *d = surface->data[s];

		if (d->n < d->total)
			frame_warn(run->frame,
			    "%" PRId64 " of %" PRId64
			    " image%s: extremes biased outward",
			    d->n, d->total, plural_s(d->total));
	}
}

static int
evaluate(struct gridrun *run, struct surface *surface, struct error *err)
{
	struct hessian hessian;
	struct hessian_cost cost;
	int status = hessian_open(&hessian, run->context, surface, err);

	if (status == 0)
		status = hessian_cost(&hessian, surface, &cost, err);
	if (status == 0 && (run->estimate || !run->frame->quiet))
		status = print_cost(run, &hessian, surface, &cost, err);
	if (status == 0 && !run->estimate) {
		warn_about_subset(run, surface);
		status = gridrun_write(run, surface, err);
	}
	hessian_close(&hessian);
	return status;
}

static const char *const over_words[] = {"weights", "all", NULL};

struct settings {
	struct hessian_rule rule;
	int64_t k, basis;
};

static void
add_options(struct option_table *table, struct settings *s)
{
	const struct option_row own[] = {
	    OPTION_INT('k', "eigenvalues", "N", &s->k, 1, HESSIAN_K_MAX,
		"how many at each end (1)"),
	    OPTION_CHOICE(0, "over", over_words, &s->rule.all,
		"weights of two dimensions or more, or bias and BN too"),
	    OPTION_TEXT(0, "tensors", "PATTERN", &s->rule.pattern,
		"of these, the tensors whose names match"),
	    OPTION_REAL(0, "tolerance", "T", &s->rule.lanczos.tolerance,
		"of a residual, relative to its eigenvalue (0.001)"),
	    OPTION_INT(0, "basis", "N", &s->basis, BASIS_MIN, BASIS_MAX,
		"vectors that Lanczos keeps (48)"),
	    OPTION_INT(0, "products", "N", &s->rule.lanczos.products, 1,
		INT32_MAX, "Hessian-vector products a point at most (1000)"),
	    OPTION_INT(0, "trace", "N", &s->rule.probes, 2, INT32_MAX,
		"estimate the trace from N random vectors"),
	    OPTION_U64('s', "seed", "SEED", &s->rule.lanczos.seed,
		"of first and random vectors (0)"),
	    OPTION_END};

	options_add(table, own);
}

int
main(int argc, char **argv)
{
	struct frame frame = {.name = "hessgrid",
	    .synopsis = "-d DATA [FILE ...]",
	    .reads = true,
	    .purpose =
		"extreme eigenvalues of the Hessian on a grid of points"};
	struct settings s = {.k = 1,
	    .basis = 48,
	    .rule.lanczos = {.tolerance = 1e-3, .products = 1000}};
	struct hessian_rule *rule = &s.rule;
	struct gridrun run;
	struct option_table options = {0};
	int first;

	gridrun_start(&run, &frame);
	gridrun_add_options(&options, &run, loss_words);
	add_options(&options, &s);
	run.plane = evaluate;
	run.context = rule;
	frame.options = options.row;
	first = frame_start(&frame, argc, argv);
	gridrun_check(&run);
	if (!(rule->lanczos.tolerance > 0.0))
		frame_usage(&frame, "--tolerance is %g, expected more than 0",
		    rule->lanczos.tolerance);
	if (s.basis < 4 * s.k + 4)
		frame_usage(&frame,
		    "--basis is %d, expected %d or more for %d eigenvalue%s at "
		    "each end",
		    (int)s.basis, (int)(4 * s.k + 4), (int)s.k, plural_s(s.k));
	rule->lanczos.k = (int)s.k;
	rule->lanczos.basis = (int)s.basis;
	return gridrun_main(&run, argv + first, argc - first);
}
