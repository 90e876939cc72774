#include "evaluate/setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- data ---- */

int
choice_add_data(
    struct surface_choice *choice, const char *text, struct error *err)
{
	size_t word = strcspn(text, "=/");

	if (choice->sets == SETS_MAX)
		return error_set(err, "more than %d data sets", SETS_MAX);
	if (word < SET_NAME_BYTES && text[word] == '=') {
		memcpy(choice->name[choice->sets], text, word);
		text += word + 1;
	}
	choice->path[choice->sets++] = text;
	return 0;
}

static int
open_set(struct surface_choice *choice, int i, struct error *err)
{
	struct dataset_choice images = choice->images;
	char *name = choice->name[i];

	images.split = (enum dataset_split)choice->split;
	for (int w = 0; dataset_split_words[w] != NULL; w++)
		if (strcmp(name, dataset_split_words[w]) == 0)
			images.split = (enum dataset_split)w;
	if (name[0] == '\0')
		strcpy(name, dataset_split_words[images.split]);
	for (int j = 0; j < i; j++)
		if (strcmp(choice->name[j], name) == 0)
			return error_set(err,
			    "two data sets are called '%s', expected "
			    "NAME=PATH with different names",
			    name);
	return dataset_open(&choice->data[i], choice->path[i], &images, err);
}

int
choice_open_data(struct surface_choice *choice, struct error *err)
{
	for (int i = 0; i < choice->sets; i++)
		if (open_set(choice, i, err) < 0)
			return -1;
	return 0;
}

void
choice_free_data(struct surface_choice *choice)
{
	for (int i = 0; i < choice->sets; i++)
		dataset_free(&choice->data[i]);
}

/* ---- grid, constants, checks ---- */

static int
setup_grid(struct grid *grid, const struct surface_choice *choice,
    const struct plane *plane, struct error *err)
{
	*grid = (struct grid){.axes = plane->axes,
	    .reps = plane->reps,
	    .sets = choice->sets,
	    .shard = choice->shard,
	    .shards = choice->shards};
	for (int a = 0; a < AXES_MAX; a++) {
		grid->range[a] = choice->range[a];
		if (a >= plane->axes && choice->range[a].num > 0)
			return error_set(err,
			    "--%s is given, the stream has directions for %d "
			    "axes",
			    axis_word(a), plane->axes);
		if (a < plane->axes && choice->range[a].num == 0)
			grid->range[a] = (struct range){-1.0, 1.0, 51};
	}
	for (int i = 0; i < choice->sets; i++)
		strcpy(grid->set[i], choice->name[i]);
	strcpy(grid->loss, loss_words[choice->loss]);
	if (grid_num(grid, 0) * grid_num(grid, 1) > GRID_POINTS_MAX ||
	    grid_points(grid) > GRID_POINTS_MAX)
		return error_set(err,
		    "the grid has %" PRId64 " points, at most %d are allowed",
		    grid_points(grid), GRID_POINTS_MAX);
	return 0;
}

static int
setup_pixels(struct surface *s, const struct surface_choice *choice,
    const struct model *model, struct error *err)
{
	memcpy(s->mean, model->mean, sizeof(model->mean));
	memcpy(s->std, model->std, sizeof(model->std));
	return pixels_settle(&choice->pixels, (size_t)choice->data[0].channels,
	    model->n_channels, s->mean, s->std, err);
}

static int
check_images(const struct surface_choice *choice, const struct graph *g,
    const struct plan *plan, struct error *err)
{
	const struct shape *in = &g->values[g->input].shape;

	if (in->rank != 3)
		return error_set(err,
		    "the model's input has %d dimensions, expected images of "
		    "c h w",
		    in->rank);
	for (int i = 0; i < choice->sets; i++)
		if (dataset_check(&choice->data[i], in->dim[0], in->dim[1],
			in->dim[2], (int64_t)plan_classes(plan), err) < 0)
			return error_prefix(err, "%s", choice->path[i]);
	return 0;
}

int
surface_setup(struct surface *s, const struct surface_choice *choice,
    const struct plane *plane, struct error *err)
{
	const struct graph *g = &plane->model.graph;

	*s = (struct surface){
	    .plan = plan_new(g, NULL, (int)choice->block, err)};
	if (s->plan == NULL || setup_grid(&s->grid, choice, plane, err) < 0 ||
	    check_images(choice, g, s->plan, err) < 0 ||
	    setup_pixels(s, choice, &plane->model, err) < 0)
		return -1;
	for (int i = 0; i < choice->sets; i++)
		s->data[i] = &choice->data[i];
	s->evaluation = (struct evaluation){.plane = plane,
	    .plan = s->plan,
	    .sets = choice->sets,
	    .data = s->data,
	    .mean = s->mean,
	    .std = s->std,
	    .loss = (enum loss_kind)choice->loss,
	    .threads = (int)choice->threads};
	snprintf(s->kernel, sizeof(s->kernel), "%s %s", plan_name(s->plan),
	    plan_kernel(s->plan));
	surface_identify(s);
	return 0;
}

void
surface_free(struct surface *surface)
{
	plan_free(surface->plan);
	*surface = (struct surface){0};
}
