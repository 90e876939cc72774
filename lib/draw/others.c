#include "draw/others.h"

#include <stdio.h>
#include <string.h>

#include "draw/levels.h"

/* Did dirgen --orthonormal turn the axes? */
static int
turned(const struct points *points, bool *out, struct error *err)
{
	struct decoded *begin = pack_decode(&points->begin, err);
	const struct value *history;

	if (begin == NULL)
		return -1;
	history = value_get(decoded_value(begin), "history");
	for (size_t i = 0; i < array_count(history); i++)
		*out |= value_get(value_get(array_at(history, i), "options"),
			    "orthonormal") != NULL;
	decoded_free(begin);
	return 0;
}

static bool
is_normalised(const struct points *points, int rep, int axis)
{
	const struct sheet_direction *s = points_direction(points, rep, axis);

	return s != NULL && s->direction.norm != NORMALISE_NONE;
}

/* False where nobody knows. */
static bool
find_place(const struct points *points, int rep,
    const struct direction *direction, bool turned, struct xy *at)
{
	const int a = direction->axis;

	*at = (struct xy){a == 0, a == 1};
	if (direction->placed)
		*at = (struct xy){direction->at[0], direction->at[1]};
	return (!turned || direction->placed) &&
	       (at->x == 0 || !is_normalised(points, rep, 0)) &&
	       (at->y == 0 || !is_normalised(points, rep, 1));
}

static void
lose(struct others *others, const char *label)
{
	const size_t at = strlen(others->lost);

	snprintf(others->lost + at, sizeof(others->lost) - at, "%s%.200s",
	    at > 0 ? " and " : "", label);
}

int
others_find(struct others *others, const struct points *points, int rep,
    struct error *err)
{
	bool turns = false;

	*others = (struct others){0};
	if (turned(points, &turns, err) < 0)
		return -1;
	for (int a = 0; a < points->grid.axes; a++) {
		const struct sheet_direction *s =
		    points_direction(points, rep, a);
		struct other *other = &others->item[others->n];
		const char *label;

		if (s == NULL || s->direction.kind != DIRECTION_TOWARD)
			continue;
		others->leads = true;
		label = s->direction.label[0] != '\0' ? s->direction.label
						      : "the other network";
		if (!find_place(
			points, rep, &s->direction, turns, &other->at)) {
			lose(others, label);
			continue;
		}
		snprintf(other->label, sizeof(other->label), "%s", label);
		others->n++;
	}
	return 0;
}

/* Which cannot be marked; of a plane routes.h says what is outside. */
static void
add_places(const struct others *others, const struct points *points, char *out,
    size_t room)
{
	const struct range *r = &points->grid.range[0];
	char x[LEVEL_TEXT_BYTES];

	for (int k = 0; k < others->n && points->grid.axes == 1; k++) {
		const struct other *o = &others->item[k];
		const size_t at = strlen(out);

		if (o->at.x <= r->lo || o->at.x > r->hi)
			snprintf(out + at, room - at,
			    "%s%.160s lies outside, at %s", at > 0 ? "; " : "",
			    o->label, level_text_short(o->at.x, x));
	}
	if (others->lost[0] != '\0') {
		const size_t at = strlen(out);

		snprintf(out + at, room - at,
		    "%sthe place of %.160s is not known", at > 0 ? "; " : "",
		    others->lost);
	}
}

int
others_norms(const struct others *others, const struct points *points,
    char *out, size_t room, struct error *err)
{
	struct decoded *header = pack_decode(&points->grid_header, err);
	char bn[16], name[96];
	enum grid_norms norms;

	out[0] = '\0';
	if (header == NULL)
		return -1;
	norms = grid_norms(decoded_value(header));
	value_text(value_get(decoded_value(header), "bn"), bn, sizeof(bn));
	if (!value_text(value_get(decoded_value(header), "label"), name,
		sizeof(name)) ||
	    name[0] == '\0')
		snprintf(name, sizeof(name), "the centre");
	decoded_free(header);
	if (!others->leads)
		return 0;
	if (norms == GRID_NORMS_NONE)
		bn[0] = '\0';
	if (strcmp(bn, "fixed") == 0)
		snprintf(out, room, "batch norms%s stay those of %s",
		    norms == GRID_NORMS_UNKNOWN ? ", if any," : "", name);
	else if (strcmp(bn, "states") == 0)
		snprintf(out, room, "batch norms move with the weights");
	else if (strcmp(bn, "recompute") == 0)
		snprintf(out, room, "batch norms are found anew at each point");
	add_places(others, points, out, room);
	return 0;
}
