#include "draw/densities.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/caption.h"

/* Of one eigenvalue's peak: what is drawn at least. */
static const double SHARE = 0.1;

static double
floor_of(const struct density *d)
{
	return SHARE / ((double)d->n * d->width * sqrt(2.0 * acos(-1.0)));
}

static bool
seen(const struct density *d, int64_t i, double least)
{
	return i >= 0 && i < d->points && d->value[i] > least;
}

/* x and y of one curve; flanks go down to the floor, and no farther. */
static void
fill(const struct density *d, double least, double *x, double *y)
{
	for (int64_t i = 0; i < d->points; i++) {
		x[i] = density_at(d, i);
		if (seen(d, i, least))
			y[i] = d->value[i];
		else
			y[i] = seen(d, i - 1, least) || seen(d, i + 1, least)
				   ? least
				   : NAN;
	}
}

/* What the curves do not say themselves. */
static void
note_of(const struct density_list *list, char *note, size_t room)
{
	const struct density *d = &list->item[0];
	int subset = 0;

	for (size_t i = 0; i < list->n; i++)
		subset |= list->item[i].images < list->item[i].total;
	note[0] = '\0';
	if (subset && list->n == 1)
		snprintf(note, room,
		    "%" PRId64 " of %" PRId64
		    " images: extremes biased outward",
		    d->images, d->total);
	else if (subset)
		snprintf(note, room,
		    "subsets of the images: extremes biased outward");
}

static void
take(struct curve *curve, const struct density *d, double *x, double *y)
{
	*curve = (struct curve){.label = d->label[0] != '\0'  ? d->label
					 : d->arch[0] != '\0' ? d->arch
							      : "unnamed",
	    .set = d->set,
	    .x_label = "eigenvalue of the Hessian",
	    .n = (size_t)d->points,
	    .x = x,
	    .left = y};
}

int
picture_densities(const struct picture *picture,
    const struct density_list *list, struct text *out, struct error *err)
{
	struct picture page = {.log = 1,
	    .title = picture->title,
	    .desc = picture->desc,
	    .z_label = "density of eigenvalues",
	    .paper = picture->paper};
	struct curve *curves = memory_new(list->n, sizeof(*curves), err);
	double least = INFINITY, *room;
	char note[128];
	size_t n = 0, at = 0;
	int status = -1;

	for (size_t i = 0; i < list->n; i++) {
		least = fmin(least, floor_of(&list->item[i]));
		n += (size_t)list->item[i].points;
	}
	room = memory_new(2 * n, sizeof(*room), err);
	for (size_t i = 0; curves != NULL && room != NULL && i < list->n; i++) {
		const struct density *d = &list->item[i];

		fill(d, least, room + at, room + n + at);
		take(&curves[i], d, room + at, room + n + at);
		/* a second data set of a model */
		curves[i].dashed =
		    i > 0 &&
		    strcmp(curves[i].label, curves[i - 1].label) == 0 &&
		    strcmp(d->set, list->item[i - 1].set) != 0;
		at += (size_t)d->points;
	}
	note_of(list, note, sizeof(note));
	if (list->from.no_end)
		snprintf(note + strlen(note), sizeof(note) - strlen(note),
		    "%s%s", note[0] != '\0' ? "; " : "", caption_no_end);
	if (page.title == NULL && list->n == 1)
		page.title = curves != NULL ? curves[0].label : NULL;
	if (curves != NULL && room != NULL)
		status = picture_curves(&page, curves, list->n,
		    note[0] != '\0' ? note : NULL, out, err);
	free(curves);
	free(room);
	return status;
}
