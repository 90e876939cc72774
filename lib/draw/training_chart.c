#include "draw/training_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/caption.h"
#include "draw/chart.h"
#include "draw/curve_chart.h"
#include "draw/curves.h"

/* What can be drawn: in training (solid), and on the test set (dashed). */
struct kind {
	const char *field, *label;
	int column, test; /* test -1: it has no other */
	bool complement;  /* 100 - the number */
	bool panel;       /* drawn unless one field is asked for */
};

static const struct kind kinds[] = {
    {"loss", "loss", TRAINING_RUNNING_LOSS, TRAINING_TEST_LOSS, false, true},
    {"acc", "accuracy (%)", TRAINING_RUNNING_ACC, TRAINING_TEST_ACC, false,
	true},
    {"error", "error (%)", TRAINING_RUNNING_ACC, TRAINING_TEST_ACC, true,
	false},
    {"lr", "learning rate", TRAINING_LR, -1, false, true},
    {"weight_norm", "norm of the weights", TRAINING_WEIGHT_NORM, -1, false,
	true},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* The curves of one kind. */
struct part {
	struct curve *curves; /* owned */
	size_t n;
	double *values; /* owned: what curves borrow */
};

struct page {
	const struct training_list *list;
	struct naming naming;
	double *x; /* owned, of all rows */
	const char *x_label;
	struct part part[KINDS];
};

/* ---- curves ---- */

/* Do epochs grow from row to row in all runs, so that they can be an axis? */
static bool
epochs_grow(const struct training_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->item[i].n; k++) {
			const double *row = list->row[list->item[i].first + k];

			if (isnan(row[TRAINING_EPOCH]) ||
			    (k > 0 &&
				!(row[TRAINING_EPOCH] >
				    row[TRAINING_EPOCH - TRAINING_COLUMNS])))
				return false;
		}
	return true;
}

static int
make_axis(struct page *page, struct error *err)
{
	const bool epochs = epochs_grow(page->list);

	page->x_label = epochs ? "epoch" : "step";
	page->x = memory_new(page->list->rows, sizeof(double), err);
	if (page->x == NULL)
		return -1;
	for (size_t i = 0; i < page->list->rows; i++)
		page->x[i] =
		    page->list->row[i][epochs ? TRAINING_EPOCH : TRAINING_STEP];
	return 0;
}

/* One curve, if any checkpoint of the run says it. */
static void
add_curve(struct page *page, const struct kind *kind, struct part *part,
    size_t run, int column, double *values)
{
	const struct training *t = &page->list->item[run];
	const char *title = page->naming.title[run];
	size_t found = 0;

	for (size_t k = 0; k < t->n; k++) {
		const double v = page->list->row[t->first + k][column];

		values[t->first + k] = kind->complement ? 100 - v : v;
		found += isfinite(v);
	}
	if (found == 0)
		return;
	part->curves[part->n++] =
	    (struct curve){.label = page->naming.label[run],
		.panel = title[0] != '\0' ? title : NULL,
		.set = column == kind->test ? "test" : "running",
		.dashed = column == kind->test,
		.x_label = page->x_label,
		.n = t->n,
		.x = page->x + t->first,
		.left = values + t->first};
}

static int
make_part(struct page *page, const struct kind *kind, struct part *part,
    struct error *err)
{
	const size_t rows = page->list->rows;

	part->curves =
	    memory_new(2 * page->list->n, sizeof(*part->curves), err);
	part->values = memory_new(2 * rows, sizeof(double), err);
	if (part->curves == NULL || part->values == NULL)
		return -1;
	for (size_t i = 0; i < page->list->n; i++) {
		add_curve(page, kind, part, i, kind->column, part->values);
		if (kind->test >= 0)
			add_curve(page, kind, part, i, kind->test,
			    part->values + rows);
	}
	return 0;
}

static void
free_page(struct page *page)
{
	for (int i = 0; i < KINDS; i++) {
		free(page->part[i].curves);
		free(page->part[i].values);
	}
	free(page->x);
	naming_free(&page->naming);
}

/* ---- pictures ---- */

/* The accuracies beside the losses, where both are of the same runs. */
static const char *
pair_accuracy(struct part *loss, const struct part *acc)
{
	if (loss->n != acc->n)
		return NULL;
	for (size_t i = 0; i < loss->n; i++)
		loss->curves[i].right = acc->curves[i].left;
	return "accuracy (%)";
}

static int
draw_field(struct page *page, const struct picture *picture, const char *field,
    struct text *out, struct error *err)
{
	const char *note = page->list->from.no_end ? caption_no_end : NULL;
	struct picture single = *picture;
	int kind = 0;

	while (kind < KINDS && strcmp(kinds[kind].field, field) != 0)
		kind++;
	if (kind == KINDS)
		return error_set(err,
		    "--field is '%.60s', expected loss, acc, error, lr or "
		    "weight_norm of a run of training",
		    field);
	if (page->part[kind].n == 0)
		return error_set(
		    err, "no checkpoint says its %s", kinds[kind].label);
	if (kind == 0)
		single.right_label =
		    pair_accuracy(&page->part[0], &page->part[1]);
	single.z_label = kinds[kind].label;
	return curve_chart_draw(&single, page->part[kind].curves,
	    page->part[kind].n, note, out, err);
}

static int
draw_part(const struct chart *chart, const void *what, struct svg *svg,
    const struct plot *plot, struct error *err)
{
	const struct part *part = what;

	(void)chart;
	(void)err;
	curves_draw(svg, plot, part->curves, part->n, 0);
	return 0;
}

/* A rate that falls by decades is on a log scale. */
static int
wants_log(const struct picture *picture, const struct kind *kind,
    const struct part *part)
{
	double lo = INFINITY, hi = 0;

	for (size_t i = 0; i < part->n; i++)
		for (size_t k = 0; k < part->curves[i].n; k++) {
			lo = fmin(lo, part->curves[i].left[k]);
			hi = fmax(hi, part->curves[i].left[k]);
		}
	if (kind->column == TRAINING_LR)
		return lo > 0 && hi > 5 * lo;
	return picture->log && kind->column == TRAINING_RUNNING_LOSS;
}

static int
make_panel(const struct page *page, const struct picture *picture, int kind,
    struct chart *chart, struct chart_panel *panel, struct error *err)
{
	const struct part *part = &page->part[kind];
	const struct part *most =
	    page->part[0].n > part->n ? &page->part[0] : part;

	*panel =
	    (struct chart_panel){.what = part, .left_label = kinds[kind].label};
	if (curves_range(part->curves, part->n,
		wants_log(picture, &kinds[kind], part), &panel->range, err) < 0)
		return -1;
	if (chart->n == 0)
		chart->range = panel->range;
	chart->range.x0 = fmin(chart->range.x0, panel->range.x0);
	chart->range.x1 = fmax(chart->range.x1, panel->range.x1);
	chart->n++;
	return curves_keys(&panel->keys, most->curves, most->n, "", NULL, err);
}

static int
draw_all(const struct page *page, const struct picture *picture,
    struct text *out, struct error *err)
{
	struct chart_panel panels[KINDS] = {{0}};
	struct chart chart = {.panels = panels,
	    .draw = draw_part,
	    .x_label = page->x_label,
	    .lines = {page->list->from.no_end ? caption_no_end : NULL},
	    .document = "training"};
	int status = 0;

	if (picture->range.lo < picture->range.hi)
		return error_set(err, "--range and --zmax are for one field of "
				      "a run (--field loss)");
	for (int i = 0; i < KINDS && status == 0; i++)
		if (kinds[i].panel && page->part[i].n > 0)
			status = make_panel(
			    page, picture, i, &chart, &panels[chart.n], err);
	if (status == 0)
		status = chart_draw(picture, &chart, out, err);
	for (int i = 0; i < KINDS; i++)
		legend_free(&panels[i].keys);
	return status;
}

int
training_chart_draw(const struct picture *picture,
    const struct training_list *list, const char *field,
    const struct naming_panels *panels, struct text *out, struct error *err)
{
	struct page page = {.list = list};
	struct picture titled = *picture;
	int status = naming_make(&page.naming, &list->from, panels, err);

	if (status == 0)
		status = make_axis(&page, err);
	for (int i = 0; i < KINDS && status == 0; i++)
		status = make_part(&page, &kinds[i], &page.part[i], err);
	if (status == 0 && titled.title == NULL && list->n == 1)
		titled.title = page.naming.label[0];
	if (status == 0)
		status = field != NULL
			     ? draw_field(&page, &titled, field, out, err)
			     : draw_all(&page, &titled, out, err);
	free_page(&page);
	return status;
}
