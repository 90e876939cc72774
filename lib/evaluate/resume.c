#include "evaluate/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

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
	resume->output = output;
	if (output->path != NULL &&
	    (load(&resume->own, output->part, err) < 0 ||
		load(&resume->other, output->path, err) < 0))
		return -1;
	resume->n_whole = resume->other.n;
	resume->own_seen = memory_new(resume->own.n, 1, err);
	resume->whole_seen = memory_new(resume->n_whole, 1, err);
	if (resume->own_seen == NULL || resume->whole_seen == NULL)
		return -1;
	if (from == NULL)
		return 0;
	if (reader_check_file(from, err) < 0)
		return error_prefix(err, "--resume");
	return load(&resume->other, from, err);
}

/* The place of the surface's run among the first n of list, or -1. */
static int64_t
find(const struct points_list *list, size_t n, const struct surface *surface)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list->item[i].grid.run, surface->grid.run) == 0)
			return (int64_t)i;
	return -1;
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
check_points(const struct points *points, const struct surface *surface,
    struct error *err)
{
	const struct grid *g = &surface->grid;

	for (int64_t i = 0; i < points->n; i++) {
		int64_t place = points->at[i].bytes != NULL
				    ? place_of(points, i, surface)
				    : g->shard;

		if (place < 0)
			return error_set(
			    err, "points that are not requested now");
		if (place % g->shards != g->shard)
			return error_set(err,
			    "points of another shard than %d/%d", g->shard,
			    g->shards);
	}
	return 0;
}

/*
 * What lies at path, the first n runs of list, would give way to this surface:
 * it must be a part of it.  seen: which of them were asked about.
 */
static int
check_run(const char *path, const struct points_list *list, size_t n,
    unsigned char *seen, const struct surface *surface, struct error *err)
{
	const bool program = surface->evaluation.exec.command != NULL;
	const int64_t at = find(list, n, surface);
	struct error why;
	int status = 0;

	if (at >= 0) {
		seen[at] = 1;
		status = check_points(&list->item[at], surface, &why);
	} else if (n > 0 && memchr(seen, 1, n) == NULL) {
		status = error_set(&why,
		    "run %.16s, this is run %.16s (another plane, %s, loss or "
		    "grid%s)",
		    list->item[0].grid.run, surface->grid.run,
		    program ? "command" : "data",
		    program ? ", or one has --error" : "");
	}
	return status == 0 ? 0
			   : error_set(err,
				 "%s holds %s: choose another -o, or --force "
				 "replaces it",
				 path, why.text);
}

static int
check_kernel(
    const struct points *old, const struct surface *surface, struct error *err)
{
	if (old == NULL || strcmp(old->kernel, surface->kernel) == 0)
		return 0;
	return error_set(err,
	    "the earlier points were computed by kernel '%s', this is '%s': "
	    "same results are promised per kernel only (LOSSPIPE_CPU chooses "
	    "one, --force computes all anew)",
	    old->kernel, surface->kernel);
}

int
resume_find(struct resume *resume, const struct surface *surface,
    const struct points *found[OLD_MAX], struct error *err)
{
	const struct output *o = resume->output;
	const bool force = o->path != NULL && o->order->force;
	const struct points_list *list[OLD_MAX] = {
	    &resume->own, &resume->other};
	struct error why;

	for (int i = 0; i < OLD_MAX; i++)
		found[i] = NULL;
	if (o->path != NULL &&
	    (check_run(o->part, &resume->own, resume->own.n, resume->own_seen,
		 surface, &why) < 0 ||
		check_run(o->path, &resume->other, resume->n_whole,
		    resume->whole_seen, surface, &why) < 0) &&
	    !force) {
		*err = why;
		return -1;
	}
	for (int i = 0; i < OLD_MAX; i++) {
		const int64_t at = find(list[i], list[i]->n, surface);

		if (at < 0)
			continue;
		if (check_kernel(&list[i]->item[at], surface, &why) == 0)
			found[i] = &list[i]->item[at];
		else if (!force)
			return error_set(err, "%s", why.text);
	}
	return 0;
}

bool
resume_is_of_others(const struct resume *resume, const struct surface *surface)
{
	const struct points_list *list = &resume->other;

	return list->n > resume->n_whole && find(list, list->n, surface) < 0;
}

bool
resume_is_settled(const struct resume *resume)
{
	return memchr(resume->own_seen, 0, resume->own.n) == NULL;
}

int
resume_end(const struct resume *resume, struct error *err)
{
	const struct output *o = resume->output;
	const unsigned char *left = NULL;
	const char *path = o->part, *run = NULL;

	if (o->path == NULL || o->order->force)
		return 0;
	left = memchr(resume->own_seen, 0, resume->own.n);
	if (left != NULL)
		run = resume->own.item[left - resume->own_seen].grid.run;
	left = memchr(resume->whole_seen, 0, resume->n_whole);
	if (run == NULL && left != NULL) {
		run = resume->other.item[left - resume->whole_seen].grid.run;
		path = o->path;
	}
	return run == NULL
		   ? 0
		   : error_set(err,
			 "%s also holds run %.16s, which was not asked for: "
			 "choose another -o, or --force replaces it",
			 path, run);
}

void
resume_free(struct resume *resume)
{
	points_list_free(&resume->own);
	points_list_free(&resume->other);
	free(resume->own_seen);
	free(resume->whole_seen);
}
