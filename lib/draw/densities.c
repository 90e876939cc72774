#include "draw/densities.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/caption.h"
#include "draw/curve_chart.h"

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
	static const char biased[] = ": extremes biased outward";

	note[0] = '\0';
	for (size_t i = 0; i < list->n; i++) {
		char images[96];

		caption_images(list->item[i].images, list->item[i].total,
		    images, sizeof(images));
		caption_add_subset(note, room - sizeof(biased), images);
	}
	if (note[0] != '\0')
		strcat(note, biased);
}

static void
take(struct curve *curve, const struct density *d, const struct naming *naming,
    size_t i, double *x, double *y)
{
	*curve = (struct curve){.label = naming->label[i],
	    .panel = naming->title[i][0] != '\0' ? naming->title[i] : NULL,
	    .set = d->set,
	    .x_label = "eigenvalue of the Hessian",
	    .n = (size_t)d->points,
	    .x = x,
	    .left = y};
}

/* Curves of all; NULL without memory.  *room: what they borrow. */
static struct curve *
make_curves(const struct density_list *list, const struct naming *naming,
    double **room, struct error *err)
{
	struct curve *curves = memory_new(list->n, sizeof(*curves), err);
	double least = INFINITY;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < list->n; i++) {
		least = fmin(least, floor_of(&list->item[i]));
		n += (size_t)list->item[i].points;
	}
	*room = memory_new(2 * n, sizeof(**room), err);
	for (size_t i = 0; curves != NULL && *room != NULL && i < list->n;
	     i++) {
		const struct density *d = &list->item[i];
		double *x = *room + at, *y = *room + n + at;

		fill(d, least, x, y);
		take(&curves[i], d, naming, i, x, y);
		/* a second data set of a model */
		curves[i].dashed =
		    i > 0 &&
		    strcmp(curves[i].label, curves[i - 1].label) == 0 &&
		    strcmp(d->set, list->item[i - 1].set) != 0;
		at += (size_t)d->points;
	}
	if (*room != NULL)
		return curves;
	free(curves);
	return NULL;
}

int
densities_draw(const struct picture *picture, const struct density_list *list,
    const struct naming_panels *panels, struct text *out, struct error *err)
{
	struct naming naming = {0};
	struct picture page = *picture;
	struct curve *curves = NULL;
	double *room = NULL;
	char note[256];
	int status = naming_make(&naming, &list->from, panels, err);

	page.log = 1;
	page.z_label = "density of eigenvalues";
	if (status == 0)
		curves = make_curves(list, &naming, &room, err);
	note_of(list, note, sizeof(note));
	if (list->from.no_end)
		snprintf(note + strlen(note), sizeof(note) - strlen(note),
		    "%s%s", note[0] != '\0' ? "; " : "", caption_no_end);
	if (page.title == NULL && list->n == 1 && curves != NULL &&
	    curves[0].panel == NULL)
		page.title = curves[0].label;
	status = curves == NULL ? -1
				: curve_chart_draw(&page, curves, list->n,
				      note[0] != '\0' ? note : NULL, out, err);
	free(curves);
	free(room);
	naming_free(&naming);
	return status;
}
