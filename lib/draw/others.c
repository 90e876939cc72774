#include "draw/others.h"

#include <stdio.h>
#include <string.h>

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

int
others_find(struct others *others, const struct points *points, int rep,
    struct error *err)
{
	bool unknown = false;

	*others = (struct others){0};
	if (turned(points, &unknown, err) < 0)
		return -1;
	for (int a = 0; a < points->grid.axes; a++) {
		const struct sheet_direction *s =
		    points_direction(points, rep, a);
		struct other *other = &others->item[others->n];

		if (s == NULL || s->direction.kind != DIRECTION_TOWARD)
			continue;
		others->leads = true;
		if (unknown || s->direction.norm != NORMALISE_NONE)
			continue;
		other->at = (struct xy){a == 0, a == 1};
		snprintf(other->label, sizeof(other->label), "%s",
		    s->direction.label[0] != '\0' ? s->direction.label
						  : "the other network");
		others->n++;
	}
	return 0;
}

int
others_norms(const struct others *others, const struct points *points,
    char *out, size_t room, struct error *err)
{
	struct decoded *header = pack_decode(&points->grid_header, err);
	char bn[16], name[96];

	out[0] = '\0';
	if (header == NULL)
		return -1;
	value_text(value_get(decoded_value(header), "bn"), bn, sizeof(bn));
	if (!value_text(value_get(decoded_value(header), "label"), name,
		sizeof(name)) ||
	    name[0] == '\0')
		snprintf(name, sizeof(name), "the centre");
	decoded_free(header);
	if (!others->leads)
		return 0;
	if (strcmp(bn, "fixed") == 0)
		snprintf(
		    out, room, "batch norms, if any, stay those of %s", name);
	else if (strcmp(bn, "states") == 0)
		snprintf(out, room, "batch norms move with the weights");
	else if (strcmp(bn, "recompute") == 0)
		snprintf(out, room, "batch norms are found anew at each point");
	return 0;
}
