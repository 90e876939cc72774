#include "geometry/grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* Splits text at sep into n parts of a small buffer. */
static int
split(const char *text, char sep, char parts[][64], int n)
{
	for (int i = 0; i < n; i++) {
		const char *end =
		    i < n - 1 ? strchr(text, sep) : text + strlen(text);

		if (end == NULL || end - text > 63)
			return -1;
		memcpy(parts[i], text, (size_t)(end - text));
		parts[i][end - text] = '\0';
		text = end + 1;
	}
	return 0;
}

int
range_parse(
    const char *text, const char *what, struct range *range, struct error *err)
{
	char part[3][64];

	if (split(text, ':', part, 3) < 0)
		return error_set(err,
		    "%s is '%.60s', expected lo:hi:num such as -1:1:51", what,
		    text);
	if (number_parse_real(part[0], what, &range->lo, err) < 0 ||
	    number_parse_real(part[1], what, &range->hi, err) < 0 ||
	    number_parse_int(part[2], what, 1, GRID_NUM_MAX, &range->num, err) <
		0)
		return -1;
	if (range->num > 1 && !(range->lo < range->hi))
		return error_set(err,
		    "%s goes from %g to %g, expected lo below hi", what,
		    range->lo, range->hi);
	return 0;
}

double
range_at(const struct range *range, int64_t i)
{
	double step;

	if (range->num < 2)
		return range->lo;
	if (i == range->num - 1)
		return range->hi;
	step = (range->hi - range->lo) / (double)(range->num - 1);
	return (double)i * step + range->lo;
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
shard_parse(const char *text, int *shard, int *shards, struct error *err)
{
	char part[2][64];
	int64_t i, n;

	if (split(text, '/', part, 2) < 0)
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
	if (n != 3 || !isfinite(v[0]) || !isfinite(v[1]) || !(v[2] >= 0) ||
	    v[2] > GRID_NUM_MAX || v[2] != floor(v[2]))
		return error_set(err,
		    "%s is no [lo, hi, num] with num from 0 "
		    "to %d",
		    key, GRID_NUM_MAX);
	*range = (struct range){v[0], v[1], (int64_t)v[2]};
	return 0;
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
unpack(struct grid *g, const struct value *h, struct error *err)
{
	int64_t reps, points;
	int64_t shard[2];
	size_t n;

	if (field_text(h, "run", g->run, sizeof(g->run), err) < 0 ||
	    field_int(h, "reps", 1, REPS_MAX, &reps, err) < 0 ||
	    field_text(h, "loss", g->loss, sizeof(g->loss), err) < 0 ||
	    field_ints(h, "shard", 0, GRID_POINTS_MAX, shard, 2, &n, err) < 0 ||
	    unpack_sets(g, h, err) < 0 || unpack_plane(g, h, err) < 0)
		return -1;
	if (strlen(g->run) != DIGEST_TEXT_BYTES - 1 ||
	    strspn(g->run, "0123456789abcdef") != DIGEST_TEXT_BYTES - 1)
		return error_set(err,
		    "run is '%s', expected 64 hexadecimal "
		    "digits",
		    g->run);
	if (n != 2 || shard[0] >= shard[1])
		return error_set(err, "shard is no [i, n] with i below n");
	for (; g->axes < AXES_MAX && has_axis(h, g->axes); g->axes++)
		if (unpack_range(
			&g->range[g->axes], h, axis_word(g->axes), err) < 0)
			return -1;
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

void
grid_pack(struct pack *pack, const struct grid *g)
{
	const int64_t shard[2] = {g->shard, g->shards};

	pack_key_text(pack, "run", g->run);
	for (int a = 0; a < AXES_MAX; a++) {
		const struct range *r = &g->range[a];

		pack_text(pack, axis_word(a));
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
	pack_text(pack, "sets");
	pack_array(pack, (size_t)g->sets);
	for (int i = 0; i < g->sets; i++)
		pack_text(pack, g->set[i]);
	pack_key_text(pack, "loss", g->loss);
	pack_key_ints(pack, "shard", shard, 2);
}
