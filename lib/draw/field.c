#include "draw/field.h"

#include <string.h>

#include "base/near.h"
#include "draw/curvature.h"

bool
field_value(
    const struct points *points, int64_t i, const char *field, double *out)
{
	if (strcmp(field, "error") != 0)
		return curvature_value(points, i, field, out);
	if (!points_value(points, i, "acc", out))
		return false;
	*out = 100 - *out;
	return true;
}

static bool
has(const struct points_list *list, const char *field)
{
	double value;

	for (size_t p = 0; p < list->n; p++)
		for (int64_t i = 0; i < list->item[p].n; i++)
			if (field_value(&list->item[p], i, field, &value))
				return true;
	return false;
}

int
field_refuse(
    const struct points_list *list, const char *field, struct error *err)
{
	static const char *const known[] = {"loss", "acc", "error", "sd", "se",
	    "half", "n", "min_eig", "max_eig", "ratio", "trace"};
	struct near near = {.word = field};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (has(list, known[i]))
			near_offer(&near, known[i]);
	if (near.best == NULL)
		return error_set(err, "no point has a number '%.60s'", field);
	return error_set(err, "no point has a number '%.60s', did you mean %s?",
	    field, near.best);
}
