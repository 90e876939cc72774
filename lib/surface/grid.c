#include "surface/grid.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/plural.h"

enum grid_norms
grid_norms(const struct value *header)
{
	bool there;

	/* files of older versions do not say it */
	if (!value_bool(value_get(header, "bn_there"), &there))
		return GRID_NORMS_UNKNOWN;
	return there ? GRID_NORMS_THERE : GRID_NORMS_NONE;
}

int64_t
grid_num(const struct grid *grid, int axis)
{
	return axis < grid->axes ? grid->range[axis].num : 1;
}

int64_t
grid_points(const struct grid *grid)
{
	return grid_num(grid, 0) * grid_num(grid, 1) * grid->reps * grid->sets;
}

struct grid_place
grid_place(const struct grid *grid, int64_t index)
{
	struct grid_place p;

	p.set = (int)(index % grid->sets);
	index /= grid->sets;
	p.ix = index % grid_num(grid, 0);
	index /= grid_num(grid, 0);
	p.iy = index % grid_num(grid, 1);
	p.rep = (int)(index / grid_num(grid, 1));
	return p;
}

int64_t
grid_index(const struct grid *grid, const struct grid_place *place)
{
	int64_t i = place->rep;

	i = i * grid_num(grid, 1) + place->iy;
	i = i * grid_num(grid, 0) + place->ix;
	return i * grid->sets + place->set;
}

int
grid_level_of(int64_t i, int64_t num)
{
	const int64_t steps = num - 1;
	int level = 0;

	/* the first j whose place is not before i */
	while (steps > 0 &&
	       ((((i << level) + steps - 1) / steps) * steps) >> level != i)
		level++;
	return level;
}

int
grid_level(const struct grid *grid, const struct grid_place *place)
{
	const int x = grid_level_of(place->ix, grid_num(grid, 0));
	const int y = grid_level_of(place->iy, grid_num(grid, 1));

	return x > y ? x : y;
}

int
shard_parse(const char *text, int *shard, int *shards, struct error *err)
{
	char part[2][NUMBER_PART_BYTES];
	int64_t i, n;

	if (number_split(text, '/', part, 2) < 0)
		return error_set(
		    err, "--shard is '%.60s', expected i/n such as 0/4", text);
	if (number_parse_int(
		part[1], "--shard's count", 1, GRID_POINTS_MAX, &n, err) < 0 ||
	    number_parse_int(part[0], "--shard's number", 0, n - 1, &i, err) <
		0)
		return -1;
	*shard = (int)i;
	*shards = (int)n;
	return 0;
}

static int
unpack_range(struct range *range, const struct value *header, const char *key,
    struct error *err)
{
	double v[3];
	size_t n;

	if (field_reals(header, key, v, 3, &n, err) < 0)
		return -1;
	if (n != 3 || !(v[2] >= 0) || v[2] > RANGE_NUM_MAX ||
	    v[2] != floor(v[2]))
		return error_set(err,
		    "%s is no [lo, hi, num] with num from 0 "
		    "to %d",
		    key, RANGE_NUM_MAX);
	*range = (struct range){v[0], v[1], (int64_t)v[2]};
	return range_check(range, key, err);
}

static int
unpack_sets(struct grid *g, const struct value *header, struct error *err)
{
	const struct value *sets = field_array(header, "sets", SETS_MAX, err);
	const char *chars;
	size_t n;

	if (sets == NULL)
		return -1;
	g->sets = (int)array_count(sets);
	if (g->sets == 0)
		return error_set(err, "sets is empty, expected a name");
	for (int i = 0; i < g->sets; i++) {
		if (!value_chars(array_at(sets, (size_t)i), &chars, &n) ||
		    n >= sizeof(g->set[i]))
			return error_set(err, "sets has an entry that is no "
					      "short text");
		snprintf(g->set[i], sizeof(g->set[i]), "%.*s", (int)n, chars);
		for (int j = 0; j < i; j++)
			if (strcmp(g->set[j], g->set[i]) == 0)
				return error_set(
				    err, "sets has '%s' twice", g->set[i]);
	}
	return 0;
}

/* Of the images of a data set: how many were used, of how many, and which. */
static int
unpack_images(
    struct grid_images *images, const struct value *map, struct error *err)
{
	char name[64];

	if (field_text(map, "name", name, sizeof(name), err) < 0 ||
	    field_int(map, "total", 1, INT64_MAX, &images->total, err) < 0 ||
	    field_int(map, "n", 1, images->total, &images->n, err) < 0)
		return -1;
	return field_hex(
	    map, "digest", images->digest, sizeof(images->digest) - 1, err);
}

/* `data` has an entry for each of `sets`, in their order. */
static int
unpack_data(struct grid *g, const struct value *h, struct error *err)
{
	const struct value *data;
	struct grid_images norms;

	if (value_get(h, "bn_there") != NULL &&
	    grid_norms(h) == GRID_NORMS_UNKNOWN)
		return error_set(err, "bn_there is not true or false");
	if (value_get(h, "bn_data") != NULL &&
	    unpack_images(&norms, value_get(h, "bn_data"), err) < 0)
		return error_prefix(err, "bn_data");
	if (value_get(h, "data") == NULL)
		return 0;
	data = field_array(h, "data", SETS_MAX, err);
	if (data == NULL)
		return -1;
	if (value_get(h, "exec") != NULL)
		return error_set(err, "data and exec exclude each other");
	if (array_count(data) != (size_t)g->sets)
		return error_set(err, "data has %zu %s, sets has %d",
		    array_count(data),
		    plural((int64_t)array_count(data), "entry", "entries"),
		    g->sets);
	for (int i = 0; i < g->sets; i++) {
		const struct value *entry = array_at(data, (size_t)i);

		if (!value_is(value_get(entry, "set"), g->set[i]))
			return error_set(err,
			    "entry %d of data is not of the set '%s'", i,
			    g->set[i]);
		if (unpack_images(&g->images[i], entry, err) < 0)
			return error_prefix(err, "data of '%s'", g->set[i]);
	}
	return 0;
}

static int
has_axis(const struct value *header, int axis)
{
	const struct value *range = value_get(header, axis_word(axis));

	return range != NULL && value_type(range) != VALUE_TYPE_NIL;
}

static int
unpack_plane(struct grid *g, const struct value *h, struct error *err)
{
	if (plane_id_unpack(&g->plane, h, err) < 0)
		return -1;
	if (value_get(h, "model") == NULL)
		return 0;
	return field_hex(h, "model", g->model, sizeof(g->model) - 1, err);
}

static int
unpack_axes(struct grid *g, const struct value *h, struct error *err)
{
	for (; g->axes < AXES_MAX && has_axis(h, g->axes); g->axes++)
		if (unpack_range(
			&g->range[g->axes], h, axis_word(g->axes), err) < 0)
			return -1;
	if (g->axes == 0 && has_axis(h, 1))
		return error_set(err, "y is a range, x is none");
	return 0;
}

static int
unpack(struct grid *g, const struct value *h, struct error *err)
{
	int64_t reps, points;
	int64_t shard[2];
	size_t n;

	if (field_hex(h, "run", g->run, sizeof(g->run) - 1, err) < 0 ||
	    field_int(h, "reps", 1, REPS_MAX, &reps, err) < 0 ||
	    field_text(h, "loss", g->loss, sizeof(g->loss), err) < 0 ||
	    field_ints(h, "shard", 0, GRID_POINTS_MAX, shard, 2, &n, err) < 0 ||
	    unpack_axes(g, h, err) < 0 || unpack_sets(g, h, err) < 0 ||
	    unpack_data(g, h, err) < 0 || unpack_plane(g, h, err) < 0)
		return -1;
	if (n != 2 || shard[0] >= shard[1])
		return error_set(err, "shard is no [i, n] with i below n");
	g->reps = (int)reps;
	g->shard = (int)shard[0];
	g->shards = (int)shard[1];
	points = grid_num(g, 0) * grid_num(g, 1); /* at most 10^10 */
	if (points > GRID_POINTS_MAX || grid_points(g) > GRID_POINTS_MAX)
		return error_set(
		    err, "the grid has more than %d points", GRID_POINTS_MAX);
	return 0;
}

int
grid_unpack(struct grid *grid, const struct value *header, struct error *err)
{
	*grid = (struct grid){0};
	if (unpack(grid, header, err) < 0)
		return error_prefix(err, "grid");
	return 0;
}

static int
same_range(const struct range *a, const struct range *b)
{
	return a->lo == b->lo && a->hi == b->hi && a->num == b->num;
}

int
grid_same_images(const struct grid_images *a, const struct grid_images *b)
{
	return a->n == b->n && a->total == b->total &&
	       strcmp(a->digest, b->digest) == 0;
}

int
grid_agrees(const struct grid *a, const struct grid *b, struct error *err)
{
	const char *key = NULL;

	for (int i = 0; i < AXES_MAX; i++)
		if (!same_range(&a->range[i], &b->range[i]))
			key = axis_word(i);
	if (a->reps != b->reps)
		key = "reps";
	if (a->sets != b->sets || memcmp(a->set, b->set, sizeof(a->set)) != 0)
		key = "sets";
	if (strcmp(a->loss, b->loss) != 0)
		key = "loss";
	for (int i = 0; i < SETS_MAX; i++)
		if (!grid_same_images(&a->images[i], &b->images[i]))
			key = "data";
	if (strcmp(a->model, b->model) != 0)
		key = "model";
	if (strcmp(a->plane.digest, b->plane.digest) != 0)
		key = "plane";
	if (key == NULL)
		return 0;
	return error_set(err,
	    "two segments of run %.16s differ in %s: one of them is not of "
	    "this run",
	    a->run, key);
}

void
grid_pack(struct pack *pack, const struct grid *g)
{
	const int64_t shard[2] = {g->shard, g->shards};

	pack_key_text(pack, "run", g->run);
	for (int a = 0; a < AXES_MAX; a++) {
		const struct range *r = &g->range[a];

		pack_key(pack, axis_word(a));
		if (a >= g->axes) {
			pack_nil(pack);
			continue;
		}
		pack_array(pack, 3);
		pack_real(pack, r->lo);
		pack_real(pack, r->hi);
		pack_int(pack, r->num);
	}
	pack_key_int(pack, "reps", g->reps);
	pack_key(pack, "sets");
	pack_array(pack, (size_t)g->sets);
	for (int i = 0; i < g->sets; i++)
		pack_text(pack, g->set[i]);
	pack_key_text(pack, "loss", g->loss);
	pack_key_ints(pack, "shard", shard, 2);
}
