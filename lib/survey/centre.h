/*
 * Inside lib/survey: where the loss of the model itself stands in the input.
 */
#ifndef SURVEY_CENTRE_H
#define SURVEY_CENTRE_H

#include "surface/points.h"
#include "survey/survey.h"

struct centre_point {
	enum centre_kind kind;
	const struct points *points; /* borrowed */
	int64_t index;               /* of points->at */
	bool missing;                /* the grid's own is */
};

/*
 * centre->points is the run: of its direction set rep on data set `set`, looks
 * at place (the number of a point of the sheet, or -1), then among the points
 * that were requested, then in the runs of all that have no axes.  Returns 0,
 * or -1 when memory is short.
 */
int centre_find(struct centre_point *centre, const struct points_list *all,
    int rep, int set, int64_t place, struct error *err);

/*
 * Is p, a run without axes, of the model and the images of another in all?  1,
 * 0, or -1 when memory is short.
 */
int centre_serves(
    const struct points *p, const struct points_list *all, struct error *err);

/*
 * Is p a run of the same network on the same images as `of` on its data set
 * number set?  The number of that set in p, counted from 1; 0, or -1 when
 * memory is short.
 */
int centre_same_network(const struct points *of, int set,
    const struct points *p, struct error *err);

/* The entry of a data set in the header of `grid`, or NULL. */
const struct value *centre_data(const struct value *header, const char *set);

#endif
