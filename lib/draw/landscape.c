#include "draw/landscape.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "direction/direction.h"
#include "draw/field.h"
#include "draw/naming.h"
#include "draw/panel.h"

/* ---- values ---- */

/* Fills values; returns how many points have the field. */
static int64_t
take_field(const struct panel *panel, const char *field, double *values)
{
	const struct points *points = panel->points;
	int64_t found = 0;

	for (int64_t i = 0; i < panel->n + (int64_t)panel->n_asked; i++) {
		values[i] = NAN;
		found += field_value(
		    points, panel_index(panel, i), field, &values[i]);
	}
	return found;
}

static void
take_missing(struct panel *panel)
{
	const struct points *points = panel->points;
	struct grid_place place = {.rep = panel->rep, .set = panel->set};
	int64_t nx = grid_num(&points->grid, 0);

	for (int64_t i = 0; i < panel->n; i++) {
		place.ix = i % nx;
		place.iy = i / nx;
		panel->missing[i] =
		    points->at[grid_index(&points->grid, &place)].bytes == NULL;
		caption_count(
		    &panel->gaps, points, grid_index(&points->grid, &place));
	}
	caption_gaps(&panel->gaps, panel->note, sizeof(panel->note));
}

static int
fill_panel(
    struct panel *panel, const char *field, int64_t *found, struct error *err)
{
	const struct grid *grid = &panel->points->grid;
	double **values[] = {
	    &panel->z, &panel->half, &panel->lo, &panel->hi, &panel->accuracy};
	size_t all;

	panel->n = grid_num(grid, 0) * grid_num(grid, 1);
	if (panel_take_asked(panel, err) < 0)
		return -1;
	all = (size_t)panel->n + panel->n_asked;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		*values[i] = memory_new(all, sizeof(double), err);
		if (*values[i] == NULL)
			return -1;
	}
	panel->missing = memory_new((size_t)panel->n, 1, err);
	if (panel->missing == NULL)
		return -1;
	for (int a = 0; a < grid->axes; a++) {
		int64_t num = grid_num(grid, a);

		panel->at[a] = memory_new((size_t)num, sizeof(double), err);
		if (panel->at[a] == NULL)
			return -1;
		for (int64_t i = 0; i < num; i++)
			panel->at[a][i] = range_at(&grid->range[a], i);
	}
	*found += take_field(panel, field, panel->z);
	panel_take_intervals(panel, strcmp(field, "error") == 0);
	panel->has_half = strcmp(field, "loss") == 0;
	take_missing(panel);
	return curvature_layer_make(
	    &panel->layer, panel->points, panel->rep, panel->set, field, err);
}

/* ---- texts ---- */

/* What the summary says of the panel's directions; their seed in words. */
static void
name_directions(struct panel *panel, char *seed, size_t room)
{
	snprintf(seed, room, "rep %d", panel->rep);
	for (int a = 0; a < AXES_MAX; a++) {
		const struct sheet_direction *d =
		    points_direction(panel->points, panel->rep, a);

		snprintf(panel->axis_label[a], LABEL_BYTES,
		    "weight units, direction %s", axis_word(a));
		if (d == NULL)
			continue;
		caption_axis(&d->direction, panel->axis_label[a], LABEL_BYTES);
		if (a == 0 && d->direction.kind == DIRECTION_RANDOM)
			snprintf(
			    seed, room, "seed %" PRIu64, d->direction.seed);
	}
}

static void
append_part(char *label, const char *part)
{
	size_t n = strlen(label);

	snprintf(label + n, LABEL_BYTES - n, "%s%s", n > 0 ? ", " : "", part);
}

static int
name_panel(struct panel *panel, struct error *err)
{
	const struct grid *grid = &panel->points->grid;
	char name[FACT_BYTES], seed[48], marks[96];

	if (naming_facts(
		&panel->facts, panel->points, panel->rep, panel->set, err) < 0)
		return -1;
	facts_get(&panel->facts, "label", name);
	snprintf(panel->label, sizeof(panel->label), "%s", name);
	snprintf(panel->set_name, sizeof(panel->set_name), "%s",
	    grid->set[panel->set]);
	name_directions(panel, seed, sizeof(seed));
	if (grid->reps > 1)
		append_part(panel->label, seed);
	if (caption_marks(&panel->points->grid_header, &panel->points->begin,
		marks, sizeof(marks), err) < 0)
		return -1;
	if (others_find(&panel->others, panel->points, panel->rep, err) < 0 ||
	    others_norms(&panel->others, panel->points, panel->norms,
		sizeof(panel->norms), err) < 0)
		return -1;
	if (panel->others.leads && marks[0] == '\0' && panel->norms[0] != '\0')
		snprintf(marks, sizeof(marks), "bn fixed");
	snprintf(panel->family, sizeof(panel->family), "%s", name);
	if (marks[0] != '\0') {
		append_part(panel->label, marks);
		append_part(panel->family, marks);
	}
	return caption_subset(panel->points, panel->set, panel->subset,
	    sizeof(panel->subset), err);
}

/* The paths that are seen in the panel, and how far from it they run. */
static int
take_paths(struct panel *panel, const struct text *beside, const char *field,
    struct error *err)
{
	const struct grid_place sheet = {.rep = panel->rep, .set = panel->set};

	if (routes_make(&panel->routes, panel->points, &sheet, beside,
		&panel->others, err) < 0)
		return -1;
	routes_say_off(
	    &panel->routes, panel->off_plane, sizeof(panel->off_plane));
	routes_say_networks(
	    &panel->routes, panel->networks, sizeof(panel->networks));
	if (strcmp(field, "loss") == 0)
		routes_say_gap(&panel->routes, panel->gap, sizeof(panel->gap));
	return 0;
}

/* Labels, or families, that would read the same get what differs. */
static int
tell_names_apart(struct landscape *l, bool families, struct error *err)
{
	struct facts_item *items = memory_new(l->n, sizeof(*items), err);
	int status = -1;

	for (size_t i = 0; items != NULL && i < l->n; i++) {
		struct panel *p = &l->panels[i];

		items[i] = (struct facts_item){.facts = &p->facts,
		    .name = families ? p->family : p->label,
		    .set = p->set_name,
		    .run = p->run,
		    .extra = p->extra};
	}
	if (items != NULL)
		status = facts_tell_apart(items, l->n, err);
	free(items);
	for (size_t i = 0; i < l->n && status == 0; i++) {
		struct panel *p = &l->panels[i];

		if (p->extra[0] != '\0')
			append_part(families ? p->family : p->label, p->extra);
	}
	return status;
}

static int
tell_apart(struct landscape *l, struct error *err)
{
	int sets = 0;

	if (tell_names_apart(l, false, err) < 0 ||
	    tell_names_apart(l, true, err) < 0)
		return -1;
	/* a surface has no dashes to tell its set by */
	for (size_t i = 1; l->axes == 2 && i < l->n; i++)
		sets |=
		    strcmp(l->panels[i].set_name, l->panels[0].set_name) != 0;
	for (size_t i = 0; sets != 0 && i < l->n; i++)
		append_part(l->panels[i].label, l->panels[i].set_name);
	return 0;
}

static void
name_values(
    struct landscape *l, const struct points_list *list, const char *field)
{
	const char *loss = list->item[0].grid.loss;
	const char *unit = strcmp(loss, "crossentropy") == 0
			       ? " (cross-entropy)"
			   : strcmp(loss, "mse") == 0 ? " (mean squared error)"
						      : "";

	for (size_t i = 1; i < list->n; i++)
		if (strcmp(list->item[i].grid.loss, loss) != 0)
			unit = "";
	if (strcmp(field, "acc") == 0)
		field = "accuracy (%)";
	if (strcmp(field, "error") == 0)
		field = "error (%)";
	snprintf(l->value_label, sizeof(l->value_label), "%.40s%s",
	    curvature_label(field), strcmp(field, "loss") == 0 ? unit : "");
}

/* ---- all together ---- */

static int
check_axes(
    struct landscape *l, const struct points_list *list, struct error *err)
{
	if (list->n == 0)
		return error_set(err, "the input has no grid, expected the "
				      "points of evalgrid or gridmerge "
				      "(--style training draws a run)");
	l->axes = list->item[0].grid.axes;
	for (size_t i = 0; i < list->n; i++) {
		const struct grid *grid = &list->item[i].grid;

		if (grid->axes != l->axes)
			return error_set(err,
			    "run %.16s has %d %s, the first run has %d",
			    grid->run, grid->axes,
			    plural(grid->axes, "axis", "axes"), l->axes);
		if (grid->axes == 0)
			return error_set(err,
			    "run %.16s has no axes, expected 1 or 2",
			    grid->run);
		if (grid_points(grid) == 0)
			return error_set(err,
			    "run %.16s has requested points only, expected a "
			    "grid (--x and --y of evalgrid)",
			    grid->run);
		for (int a = 0; a < grid->axes; a++)
			if (grid_num(grid, a) < 2)
				return error_set(err,
				    "axis %s has one coordinate, expected at "
				    "least 2",
				    axis_word(a));
		l->n += (size_t)grid->reps * (size_t)grid->sets;
	}
	return 0;
}

static int
make_panels(struct landscape *l, const struct points_list *list,
    const char *field, struct error *err)
{
	int64_t found = 0;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct points *points = &list->item[i];

		for (int k = 0; k < points->grid.reps * points->grid.sets;
		     k++) {
			struct panel *panel = &l->panels[n++];

			panel->points = points;
			panel->gaps.no_end = list->no_end;
			panel->rep = k / points->grid.sets;
			panel->set = k % points->grid.sets;
			panel->group = i * SETS_MAX + (size_t)panel->set;
			panel->run = i;
			if (fill_panel(panel, field, &found, err) < 0 ||
			    name_panel(panel, err) < 0 ||
			    (l->axes == 2 && take_paths(panel, &list->paths,
						 field, err) < 0))
				return -1;
			if (l->eigenvalues)
				append_part(panel->label, "lines: λmin");
			curvature_subset(l->eigenvalues ? "min_eig" : field,
			    panel->subset, sizeof(panel->subset));
		}
		if (i > 0)
			text_add(&l->history, "\n");
		text_add(&l->history, "run %.16s: ", points->grid.run);
		if (caption_history(&l->history, &points->begin, err) < 0)
			return -1;
	}
	if (found == 0)
		return field_refuse(list, field, err);
	for (size_t i = 0; i < l->n; i++)
		l->paths +=
		    l->panels[i].routes.n - l->panels[i].routes.networks;
	return 0;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* Errors, when there are any. */
static const double *
half_of(const struct panel *p)
{
	for (int64_t i = 0; p->has_half && i < p->n; i++)
		if (p->half[i] > 0)
			return p->half;
	return NULL;
}

/* What the summary says of the directions' lengths and their angle. */
static void
take_lengths(const struct panel *p, struct drawn_surface *surface)
{
	const struct sheet_direction *x =
	    points_direction(p->points, p->rep, 0);
	const struct sheet_direction *y =
	    points_direction(p->points, p->rep, 1);

	if (x == NULL || y == NULL)
		return;
	surface->length_x = x->length;
	surface->length_y = y->length;
	surface->cosine = x->cosine;
}

static void
make_surface(struct landscape *l, size_t i)
{
	const struct panel *p = &l->panels[i];

	l->surfaces[i] = (struct drawn_surface){.label = or_null(p->label),
	    .note = or_null(p->note),
	    .x_label = p->axis_label[0],
	    .y_label = p->axis_label[1],
	    .nx = (int)grid_num(&p->points->grid, 0),
	    .ny = (int)grid_num(&p->points->grid, 1),
	    .x = p->at[0],
	    .y = p->at[1],
	    .z = p->z,
	    .missing = p->missing,
	    .half = half_of(p),
	    .step_x = p->at[0][1] - p->at[0][0],
	    .step_y = p->at[1][1] - p->at[1][0],
	    .doubtful = p->layer.doubtful,
	    .over = l->eigenvalues ? p->layer.over : NULL,
	    .trails = p->routes.trails,
	    .n_trails = p->routes.n,
	    .captions = {[CAPTION_SUBSET] = or_null(p->subset),
		[CAPTION_NORMS] = or_null(p->norms),
		[CAPTION_TRAILS] = or_null(p->off_plane),
		[CAPTION_NETWORKS] = or_null(p->networks),
		[CAPTION_GAP] = or_null(p->gap)}};
	take_lengths(p, &l->surfaces[i]);
}

static void
make_curve(struct landscape *l, size_t i, const char *field)
{
	const struct panel *p = &l->panels[i];
	const bool loss = strcmp(field, "loss") == 0;
	const bool shown =
	    strcmp(field, "acc") == 0 || strcmp(field, "error") == 0;
	const bool has = loss && take_field(p, "acc", p->accuracy) > 0;

	l->has_accuracy |= has;
	l->curves[i] = (struct curve){.label = or_null(p->label),
	    .family = or_null(p->family),
	    .group = p->group,
	    .set = or_null(p->set_name),
	    .x_label = p->axis_label[0],
	    .dashed = strcmp(p->set_name, "test") == 0,
	    .n = (size_t)p->n,
	    .x = p->at[0],
	    .left = p->z,
	    .right = has ? p->accuracy : NULL,
	    .other = p->others.n > 0 ? p->others.item[0].label : NULL,
	    .other_at = p->others.n > 0 ? p->others.item[0].at.x : 0,
	    .half = p->has_half ? p->half : NULL,
	    .left_lo = shown ? p->lo : NULL,
	    .left_hi = shown ? p->hi : NULL,
	    .right_lo = has ? p->lo : NULL,
	    .right_hi = has ? p->hi : NULL};
}

static int
note_curves(struct landscape *l, struct error *err)
{
	char note[512];

	panels_note(l->panels, l->n, note, sizeof(note));
	if (note[0] == '\0')
		return 0;
	l->note = memory_text(note, err);
	return l->note != NULL ? 0 : -1;
}

int
landscape_make(struct landscape *l, const struct points_list *list,
    const char *field, struct error *err)
{
	if (check_axes(l, list, err) < 0)
		return -1;
	l->panels = memory_new(l->n, sizeof(*l->panels), err);
	l->surfaces = memory_new(l->n, sizeof(*l->surfaces), err);
	l->curves = memory_new(l->n, sizeof(*l->curves), err);
	if (l->panels == NULL || l->surfaces == NULL || l->curves == NULL ||
	    make_panels(l, list, field, err) < 0)
		return -1;
	name_values(l, list, field);
	if (tell_apart(l, err) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		for (int64_t k = 0; k < l->panels[i].n; k++) {
			const double z = l->panels[i].z[k];

			l->negative |= z < 0;
			if (isfinite(z) && z > l->highest)
				l->highest = z;
		}
		if (l->axes == 2)
			make_surface(l, i);
		else
			make_curve(l, i, field);
		l->panels[i].points = NULL;
	}
	return l->axes == 1 ? note_curves(l, err) : 0;
}

int
landscape_titles(struct landscape *l, const char *pattern, struct error *err)
{
	for (size_t i = 0; i < l->n; i++) {
		struct panel *p = &l->panels[i];

		snprintf(p->title, sizeof(p->title), "%s",
		    l->axes == 1 ? p->family : p->label);
		if (pattern != NULL && facts_title(&p->facts, pattern, p->title,
					   sizeof(p->title), err) < 0)
			return -1;
		if (l->axes == 2)
			l->surfaces[i].label = or_null(p->title);
		else
			l->curves[i].panel = p->title;
	}
	return 0;
}

void
landscape_free(struct landscape *l)
{
	for (size_t i = 0; l->panels != NULL && i < l->n; i++)
		panel_free(&l->panels[i]);
	free(l->panels);
	free(l->surfaces);
	free(l->curves);
	free(l->note);
	text_free(&l->history);
	*l = (struct landscape){0};
}
