#include "evaluate/setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "data/dataset_fit.h"
#include "evaluate/surface_images.h"
#include "run/path.h"

static int
setup_grid(struct grid *grid, const struct surface_choice *choice,
    const struct plane *plane, struct error *err)
{
	bool none = plane->requests.given;

	*grid = (struct grid){.axes = plane->axes,
	    .reps = plane->reps,
	    .sets = choice->sets,
	    .shard = choice->shard,
	    .shards = choice->shards};
	for (int a = 0; a < AXES_MAX; a++) {
		grid->range[a] = choice->range[a];
		none = none && choice->range[a].num == 0;
		if (a >= plane->axes && choice->range[a].num > 0)
			return error_set(err,
			    "--%s is given, the stream has directions for %d "
			    "%s",
			    axis_word(a), plane->axes,
			    plural(plane->axes, "axis", "axes"));
	}
	for (int a = 0; a < plane->axes; a++)
		if (choice->range[a].num == 0 && !none)
			grid->range[a] = (struct range){-1.0, 1.0, 51};
	for (int a = 0; a < plane->axes; a++)
		if (choice->fit[a] &&
		    path_fit(&plane->others, a, choice->range[a].num,
			&grid->range[a], err) < 0)
			return -1;
	for (int i = 0; i < choice->sets; i++)
		strcpy(grid->set[i], choice->name[i]);
	if (choice->exec.command != NULL) {
		grid->sets = 1;
		strcpy(grid->set[0], "exec");
	}
	snprintf(grid->loss, sizeof(grid->loss), "%s",
	    choice->exec.command != NULL ? choice->exec.loss
					 : loss_any_words[choice->loss]);
	if (grid_num(grid, 0) * grid_num(grid, 1) > GRID_POINTS_MAX ||
	    grid_points(grid) > GRID_POINTS_MAX)
		return error_set(err,
		    "the grid has %" PRId64 " point%s, at most %d are allowed",
		    grid_points(grid), plural_s(grid_points(grid)),
		    GRID_POINTS_MAX);
	return 0;
}

static int
setup_requests(struct surface *s, const struct plane *plane, struct error *err)
{
	if (plane->requests.given && plane->axes == 0)
		return error_set(err, "points are requested, but the model has "
				      "no directions");
	if (requests_check_plane(&plane->requests, &s->plane, err) < 0 ||
	    asked_add_requests(&s->asked, &plane->requests, &s->grid, err) < 0)
		return -1;
	if (s->asked.n * (size_t)s->grid.sets > GRID_POINTS_MAX)
		return error_set(err,
		    "%zu point%s are requested, at most %d are allowed",
		    s->asked.n * (size_t)s->grid.sets,
		    plural_s((int64_t)(s->asked.n * (size_t)s->grid.sets)),
		    GRID_POINTS_MAX);
	return asked_unite(&s->asked, err);
}

static int
setup_pixels(struct surface *s, const struct surface_choice *choice,
    const struct model *model, struct error *err)
{
	if (choice->data[0].tokens)
		return pixels_refuse(&choice->pixels, err);
	if (choice->images.raw)
		return 0;
	if (choice->data[0].channels > CHANNELS_MAX)
		return error_set(err,
		    "%d channel%s, expected at most %d (--raw takes any)",
		    choice->data[0].channels,
		    plural_s(choice->data[0].channels), CHANNELS_MAX);
	memcpy(s->mean, model->mean, sizeof(model->mean));
	memcpy(s->std, model->std, sizeof(model->std));
	return pixels_complete(&choice->pixels,
	    (size_t)choice->data[0].channels, model->n_channels, s->mean,
	    s->std, err);
}

static int
check_images(const struct surface_choice *choice, const struct graph *g,
    struct error *err)
{
	for (int i = 0; i < choice->sets; i++) {
		const struct dataset *d = &choice->data[i];

		if (dataset_fit(d, g, choice->loss == LOSS_L2, err) < 0)
			return error_prefix(err, "%s", choice->path[i]);
		if (dataset_rows(d) != dataset_rows(&choice->data[0]))
			return error_set(err,
			    "%s: %d label%s for each image, %s has %d",
			    choice->path[i], d->n_labels, plural_s(d->n_labels),
			    choice->path[0], choice->data[0].n_labels);
	}
	return 0;
}

static int
setup_norms(struct norms_rule *rule, const struct surface_choice *choice,
    const struct plane *plane, struct error *err)
{
	const struct graph *g = &plane->model.graph;
	bool move = norms_move(plane);

	rule->mode = choice->norms >= 0 ? (enum norms_mode)choice->norms
		     : move             ? NORMS_STATES
					: NORMS_FIXED;
	rule->data = &choice->norms_data;
	if (rule->mode == NORMS_STATES && norms_present(plane) &&
	    plane->axes > 0 && !move)
		return error_set(err,
		    "--bn states: no direction moves running statistics "
		    "(dirgen --over states makes one)");
	if (rule->mode != NORMS_RECOMPUTE)
		return 0;
	if (dataset_fit(rule->data, g, false, err) < 0)
		return error_prefix(err, "images of --bn recompute");
	return 0;
}

/* Can what images say be told by their classes? */
static int
check_classes(const struct dataset *d, struct error *err)
{
	if (d->targets != NULL)
		return error_set(
		    err, "real targets, --per-class wants labels of classes");
	if (d->n_labels > 1)
		return error_set(err,
		    "%d label%s for each image, --per-class wants one",
		    d->n_labels, plural_s(d->n_labels));
	if (d->classes > CLASSES_MAX)
		return error_set(err,
		    "labels of %d class%s, --per-class takes at most %d",
		    d->classes, plural(d->classes, "", "es"), CLASSES_MAX);
	return 0;
}

/* We evaluate: plan, images, input constants. */
static int
setup_images(struct surface *s, const struct surface_choice *choice,
    const struct model *model, struct error *err)
{
	s->plan = plan_new(&model->graph, NULL, (int)choice->block, err);
	if (s->plan == NULL || check_images(choice, &model->graph, err) < 0 ||
	    setup_pixels(s, choice, model, err) < 0)
		return -1;
	for (int i = 0; i < choice->sets; i++)
		s->data[i] = &choice->data[i];
	for (int i = 0; i < choice->sets && choice->per_class; i++)
		if (check_classes(&choice->data[i], err) < 0)
			return error_prefix(err, "%s", choice->path[i]);
	for (int i = 0; i < choice->sets && choice->groups; i++)
		if (choice->data[i].n < SCORE_GROUPED_MIN)
			return error_set(err,
			    "--groups of %" PRId64
			    " image%s, expected %d images or more",
			    choice->data[i].n, plural_s(choice->data[i].n),
			    SCORE_GROUPED_MIN);
	s->groups = choice->groups != 0;
	s->per_image = choice->per_image != 0;
	s->per_class = choice->per_class != 0;
	return 0;
}

static void
name_kernel(struct surface *s)
{
	char norms[NORMS_KERNEL_BYTES];

	if (s->plan == NULL)
		snprintf(s->kernel, sizeof(s->kernel), "exec");
	else
		snprintf(s->kernel, sizeof(s->kernel), "%s %s%s",
		    plan_name(s->plan), plan_kernel(s->plan),
		    norms_kernel(s->evaluation.norms.mode, norms));
}

int
surface_setup(struct surface *s, const struct surface_choice *choice,
    const struct plane *plane, struct error *err)
{
	struct norms_rule norms;

	*s = (struct surface){0};
	if (plane_identify(plane, &s->plane, err) < 0 ||
	    model_digest(&plane->model, s->model, err) < 0 ||
	    path_check(plane, &s->plane, &s->guessed, err) < 0 ||
	    setup_grid(&s->grid, choice, plane, err) < 0 ||
	    setup_requests(s, plane, err) < 0 ||
	    (choice->exec.command == NULL &&
		setup_images(s, choice, &plane->model, err) < 0) ||
	    setup_norms(&norms, choice, plane, err) < 0)
		return -1;
	s->evaluation = (struct evaluation){.plane = plane,
	    .plan = s->plan,
	    .sets = s->grid.sets,
	    .data = s->data,
	    .mean = s->mean,
	    .std = s->std,
	    .loss = (enum loss_kind)choice->loss,
	    .norms = norms,
	    .look = choice->look,
	    .anchors = choice->anchors_path != NULL ? &choice->anchors : NULL,
	    .set = (const char(*)[SET_NAME_BYTES])s->grid.set,
	    .exec = choice->exec,
	    .threads = (int)choice->threads};
	s->order = choice->look.error > 0.0 ? choice->images.sample_seed : 0;
	s->evaluation.exec.order = s->order;
	if (s->plan != NULL)
		look_settle(&s->evaluation.look, s->evaluation.loss,
		    plan_classes(s->plan) / dataset_rows(s->data[0]));
	if (s->evaluation.anchors != NULL &&
	    anchors_check(&choice->anchors, &s->plane, &s->grid, s->data, err) <
		0)
		return -1;
	name_kernel(s);
	return surface_identify(s, err);
}

void
surface_free(struct surface *surface)
{
	plan_free(surface->plan);
	asked_free(&surface->asked);
	*surface = (struct surface){0};
}
