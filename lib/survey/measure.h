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

/*
 * Fills survey->beside from the runs of hessgrid and the densities of hessdens
 * in all that are of the same network and images.
 */
int survey_look_beside(struct survey *survey, const struct points *points,
    int set, const struct points_list *all, struct error *err);

#endif
