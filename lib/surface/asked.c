#include "surface/asked.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

int
asked_add(struct asked_list *list, const struct asked *asked, struct error *err)
{
	if (memory_grow(
		&list->item, &list->room, list->n + 1, sizeof(*asked), err) < 0)
		return -1;
	list->item[list->n++] = *asked;
	return 0;
}

static int
find_sets(unsigned *sets, const struct request *r, const struct grid *grid,
    struct error *err)
{
	*sets = (1U << grid->sets) - 1;
	if (r->set[0] == '\0')
		return 0;
	for (int s = 0; s < grid->sets; s++)
		if (strcmp(grid->set[s], r->set) == 0) {
			*sets = 1U << s;
			return 0;
		}
	return error_set(err,
	    "request %" PRId64 " is for the data set '%s', expected '%s'%s",
	    r->id, r->set, grid->set[0], grid->sets > 1 ? " or another" : "");
}

static int
add_request(struct asked_list *list, const struct request *r,
    const struct grid *grid, struct error *err)
{
	struct asked asked = {.id = r->id, .x = r->x, .y = r->y};
	int first = r->rep < 0 ? 0 : r->rep;
	int last = r->rep < 0 ? grid->reps - 1 : r->rep;

	if ((grid->axes < 1 && r->x != 0.0) || (grid->axes < 2 && r->y != 0.0))
		return error_set(err,
		    "request %" PRId64 " is at (%g, %g), the stream has "
		    "directions for %d %s",
		    r->id, r->x, r->y, grid->axes,
		    plural(grid->axes, "axis", "axes"));
	if (last >= grid->reps)
		return error_set(err,
		    "request %" PRId64 " is for rep %d, the stream has %d "
		    "direction set%s",
		    r->id, r->rep, grid->reps, plural_s(grid->reps));
	if (find_sets(&asked.sets, r, grid, err) < 0)
		return -1;
	for (asked.rep = first; asked.rep <= last; asked.rep++)
		if (asked_add(list, &asked, err) < 0)
			return -1;
	return 0;
}

int
asked_add_requests(struct asked_list *list, const struct requests *requests,
    const struct grid *grid, struct error *err)
{
	for (size_t i = 0; i < requests->n; i++)
		if (add_request(list, &requests->item[i], grid, err) < 0)
			return -1;
	return 0;
}

static int
by_id_and_rep(const void *a, const void *b)
{
	const struct asked *p = a, *q = b;

	if (p->id != q->id)
		return p->id < q->id ? -1 : 1;
	return (p->rep > q->rep) - (p->rep < q->rep);
}

int
asked_unite(struct asked_list *list, struct error *err)
{
	size_t kept = 0;

	if (list->n > 1)
		qsort(list->item, list->n, sizeof(*list->item), by_id_and_rep);
	for (size_t i = 0; i < list->n; i++) {
		struct asked *last = kept > 0 ? &list->item[kept - 1] : NULL;
		const struct asked *a = &list->item[i];

		if (last != NULL && last->id == a->id &&
		    (last->x != a->x || last->y != a->y))
			return error_set(err,
			    "id %" PRId64 " stands for two places, (%.17g, "
			    "%.17g) and (%.17g, %.17g)",
			    a->id, last->x, last->y, a->x, a->y);
		if (last != NULL && by_id_and_rep(last, a) == 0)
			last->sets |= a->sets;
		else
			list->item[kept++] = *a;
	}
	list->n = kept;
	return 0;
}

int64_t
asked_find(const struct asked_list *list, int64_t id, int rep)
{
	const struct asked key = {.id = id, .rep = rep};
	const struct asked *found = NULL;

	if (list->n > 0)
		found = bsearch(&key, list->item, list->n, sizeof(*list->item),
		    by_id_and_rep);
	return found != NULL ? found - list->item : -1;
}

void
asked_free(struct asked_list *list)
{
	free(list->item);
	*list = (struct asked_list){0};
}
