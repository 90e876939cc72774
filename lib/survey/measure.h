/*
 * Inside lib/survey: the numbers of a survey.
 */
#ifndef SURVEY_MEASURE_H
#define SURVEY_MEASURE_H

#include "survey/survey.h"

/*
 * Fills what was measured of a survey that knows what it is of: direction set
 * survey->rep of points on data set number set.  all: where the centre may
 * stand.
 */
int survey_measure(struct survey *survey, const struct points *points, int set,
    const struct points_list *all, struct error *err);

#endif
