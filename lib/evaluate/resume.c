#include "evaluate/resume.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int
load(struct points_list *list, const char *path, struct error *err)
{
	const struct points_rules rules = {.salvage = true};
	char *paths[1] = {(char *)path};
	struct reader *reader;
	int status;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	reader = reader_new(paths, 1, err);
	if (reader == NULL)
		return -1;
	status = points_read(list, reader, &rules, err);
	reader_free(reader);
	return status;
}

int
resume_open(struct resume *resume, const struct output *output,
    const char *from, struct error *err)
{
	if (from != NULL && output_is_stdout(from))
		return error_set(err,
		    "--resume %s is also the output, which the shell has "
		    "emptied: use -o %s instead",
		    from, from);
	if (from != NULL && load(&resume->other, from, err) < 0)
		return -1;
	resume->output = output;
	if (output->path == NULL)
		return 0;
	if (load(&resume->own, output->part, err) < 0)
		return -1;
	return load(&resume->other, output->path, err);
}

static const struct points *
find(const struct points_list *list, const struct surface *surface)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->item[i].grid.run, surface->grid.run) == 0)
			return &list->item[i];
	return NULL;
}

/* The surface's number of the place of point i, or -1: it is not asked for. */
static int64_t
place_of(const struct points *points, int64_t i, const struct surface *surface)
{
	int64_t sets = surface->grid.sets;
	int64_t grid = grid_points(&surface->grid) / sets, at;
	const struct asked *have, *want;

	if (i / sets < grid)
		return i / sets;
	have = &points->asked.item[i / sets - grid];
	at = asked_find(&surface->asked, have->id, have->rep);
	if (at < 0)
		return -1;
	want = &surface->asked.item[at];
	return have->x == want->x && have->y == want->y &&
		       (want->sets >> i % sets & 1U) != 0
		   ? grid + at
		   : -1;
}

/* Do all of its points belong to the surface and to its shard? */
static int
check_own(const struct points *points, const struct surface *surface,
    const char *path, struct error *err)
{
	const struct grid *g = &surface->grid;

	for (int64_t i = 0; i < points->n; i++) {
		int64_t place = points->at[i].bytes != NULL
				    ? place_of(points, i, surface)
				    : g->shard;

		if (place < 0)
			return error_set(err,
			    "%s holds points that are not requested now: "
			    "remove it or choose another -o",
			    path);
		if (place % g->shards != g->shard)
			return error_set(err,
			    "%s holds points of another shard than %d/%d: "
			    "remove it or choose another -o",
			    path, g->shard, g->shards);
	}
	return 0;
}

int
resume_find(const struct resume *resume, const struct surface *surface,
    const struct points **found, struct error *err)
{
	const struct points *own = find(&resume->own, surface);

	*found = own != NULL ? own : find(&resume->other, surface);
	if (own == NULL && resume->own.n > 0)
		return error_set(err,
		    "%s holds run %.16s, this is run %.16s (another plane, "
		    "data, loss or grid): remove it or choose another -o",
		    resume->output->part, resume->own.item[0].grid.run,
		    surface->grid.run);
	if (own != NULL &&
	    check_own(own, surface, resume->output->part, err) < 0)
		return -1;
	if (*found != NULL && strcmp((*found)->kernel, surface->kernel) != 0)
		return error_set(err,
		    "the earlier points were computed by kernel '%s', this is "
		    "'%s': same results are promised per kernel only",
		    (*found)->kernel, surface->kernel);
	return 0;
}

void
resume_free(struct resume *resume)
{
	points_list_free(&resume->own);
	points_list_free(&resume->other);
}
