#include "survey/centre.h"

#include <string.h>

#include "surface/sheet.h"

const char *const centre_words[] = {
    [CENTRE_NONE] = NULL,
    [CENTRE_GRID] = "grid",
    [CENTRE_ASKED] = "request",
    [CENTRE_ALONE] = "alone",
};

const struct value *
centre_data(const struct value *header, const char *set)
{
	const struct value *data = value_get(header, "data");

	for (size_t i = 0; i < array_count(data); i++)
		if (value_is(value_get(array_at(data, i), "set"), set))
			return array_at(data, i);
	return NULL;
}

/* Are both there and the same: numbers, texts, lists of them? */
static bool
same(const struct value *a, const struct value *b)
{
	const char *ta, *tb;
	double ra, rb;
	size_t na, nb;

	if (a == NULL || b == NULL)
		return false;
	if (value_real(a, &ra) && value_real(b, &rb))
		return ra == rb;
	if (value_chars(a, &ta, &na) && value_chars(b, &tb, &nb))
		return na == nb && memcmp(ta, tb, na) == 0;
	if (value_type(a) != VALUE_TYPE_ARRAY ||
	    value_type(b) != VALUE_TYPE_ARRAY ||
	    array_count(a) != array_count(b))
		return false;
	for (size_t i = 0; i < array_count(a); i++)
		if (!same(array_at(a, i), array_at(b, i)))
			return false;
	return true;
}

/* Two descriptions of images. */
static bool
same_images(const struct value *a, const struct value *b)
{
	return same(value_get(a, "digest"), value_get(b, "digest")) &&
	       same(value_get(a, "total"), value_get(b, "total"));
}

/*
 * The same network on the same images?  What moves along a direction (batch
 * norms among it) does not matter at its origin; recomputed ones do.
 */
static bool
same_numbers(const struct value *a, const struct value *b, const char *set)
{
	static const char *const keys[] = {"model", "loss", "mean", "std"};

	for (int k = 0; k < 4; k++)
		if (!same(value_get(a, keys[k]), value_get(b, keys[k])))
			return false;
	if (value_is(value_get(a, "bn"), "recompute") ||
	    value_is(value_get(b, "bn"), "recompute"))
		if (!same_images(
			value_get(a, "bn_data"), value_get(b, "bn_data")))
			return false;
	return same_images(centre_data(a, set), centre_data(b, set));
}

static struct decoded *
header_of(const struct points *p, struct error *err)
{
	return pack_decode(&p->grid_header, err);
}

static int
find_set(const struct grid *grid, const char *name)
{
	for (int i = 0; i < grid->sets; i++)
		if (strcmp(grid->set[i], name) == 0)
			return i;
	return -1;
}

/* Run p, without axes, as the centre of header's run on the data set `set`. */
static int
try_alone(struct centre_point *centre, const struct points *p,
    const struct value *header, const char *set, struct error *err)
{
	const int at = find_set(&p->grid, set);
	struct decoded *other;

	if (p->grid.axes > 0 || at < 0 || p->at[at].bytes == NULL)
		return 0;
	other = header_of(p, err);
	if (other == NULL)
		return -1;
	if (same_numbers(header, decoded_value(other), set))
		*centre = (struct centre_point){.kind = CENTRE_ALONE,
		    .points = p,
		    .index = at,
		    .missing = centre->missing};
	decoded_free(other);
	return 0;
}

static int
find_alone(struct centre_point *centre, const struct points_list *all, int set,
    struct error *err)
{
	const struct points *p = centre->points;
	struct decoded *header = header_of(p, err);
	int status = header != NULL ? 0 : -1;

	for (size_t i = 0; i < all->n && status == 0; i++)
		if (centre->kind == CENTRE_NONE)
			status = try_alone(centre, &all->item[i],
			    decoded_value(header), p->grid.set[set], err);
	decoded_free(header);
	return status;
}

int
centre_find(struct centre_point *centre, const struct points_list *all, int rep,
    int set, int64_t place, struct error *err)
{
	const struct points *p = centre->points;
	const int64_t asked = grid_points(&p->grid);

	if (place >= 0) {
		centre->index = sheet_index(&p->grid, rep, set, place);
		centre->missing = p->at[centre->index].bytes == NULL;
		if (!centre->missing) {
			centre->kind = CENTRE_GRID;
			return 0;
		}
	}
	for (size_t i = 0; i < p->asked.n; i++) {
		const struct asked *a = &p->asked.item[i];
		const int64_t at = asked + (int64_t)i * p->grid.sets + set;

		if (a->rep == rep && a->x == 0 && a->y == 0 &&
		    p->at[at].bytes != NULL) {
			centre->kind = CENTRE_ASKED;
			centre->index = at;
			return 0;
		}
	}
	return find_alone(centre, all, set, err);
}

int
centre_serves(
    const struct points *p, const struct points_list *all, struct error *err)
{
	struct decoded *mine = header_of(p, err);
	int serves = mine != NULL ? 0 : -1;

	for (size_t i = 0; i < all->n && serves == 0; i++) {
		const struct points *q = &all->item[i];
		struct decoded *other;

		if (q->grid.axes == 0)
			continue;
		other = header_of(q, err);
		if (other == NULL)
			serves = -1;
		for (int k = 0; k < p->grid.sets && serves == 0; k++)
			serves = same_numbers(decoded_value(mine),
			    decoded_value(other), p->grid.set[k]);
		decoded_free(other);
	}
	decoded_free(mine);
	return serves;
}

int
centre_same_network(
    const struct points *of, int set, const struct points *p, struct error *err)
{
	const char *name = of->grid.set[set];
	const int at = find_set(&p->grid, name);
	struct decoded *mine, *other;
	int same = -1;

	if (at < 0)
		return 0;
	mine = header_of(of, err);
	other = header_of(p, err);
	if (mine != NULL && other != NULL)
		same = same_numbers(
			   decoded_value(mine), decoded_value(other), name)
			   ? at + 1
			   : 0;
	decoded_free(mine);
	decoded_free(other);
	return same;
}
