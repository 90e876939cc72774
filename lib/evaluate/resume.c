#include "evaluate/resume.h"

#include <errno.h>
#include <stdio.h>
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
resume_open(struct resume *resume, const char *output, const char *from,
    struct error *err)
{
	if (from != NULL && output_is_stdout(from))
		return error_set(err,
		    "--resume %s is also the output, which the shell has "
		    "emptied: use -o %s instead",
		    from, from);
	if (from != NULL && load(&resume->other, from, err) < 0)
		return -1;
	if (output == NULL)
		return 0;
	snprintf(resume->part, sizeof(resume->part), "%s.part", output);
	resume->torn = access(resume->part, F_OK) == 0;
	if (load(&resume->own, resume->part, err) < 0)
		return -1;
	return load(&resume->other, output, err);
}

static const struct points *
find(const struct points_list *list, const struct surface *surface)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->item[i].grid.run, surface->grid.run) == 0)
			return &list->item[i];
	return NULL;
}

/* Do all of its points lie on the surface's shard? */
static bool
on_shard(const struct points *points, const struct grid *grid)
{
	for (int64_t i = 0; i < points->n; i++)
		if (points->at[i].bytes != NULL &&
		    i / grid->sets % grid->shards != grid->shard)
			return false;
	return true;
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
		    resume->part, resume->own.item[0].grid.run,
		    surface->grid.run);
	if (own != NULL && !on_shard(own, &surface->grid))
		return error_set(err,
		    "%s holds points of another shard than %d/%d: remove it "
		    "or choose another -o",
		    resume->part, surface->grid.shard, surface->grid.shards);
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
