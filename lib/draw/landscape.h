/*
 * From points to what is drawn: one panel per run, rep and data set of a grid
 * with two axes, one curve of a grid with one.  With draw/caption.h all that
 * this folder knows of records.
 */
#ifndef DRAW_LANDSCAPE_H
#define DRAW_LANDSCAPE_H

#include "base/error.h"
#include "base/text.h"
#include "draw/surface.h"

struct points_list;
struct panel;

struct landscape {
	int eigenvalues; /* asked for: lines of the smallest over the surfaces
			  */
	int axes;        /* 1: curves, 2: surfaces */
	size_t n;        /* how many of them */
	struct drawn_surface *surfaces; /* when axes is 2 */
	struct curve *curves;           /* when axes is 1 */
	char *note; /* of the curves: missing points, a subset; or NULL */
	char value_label[64]; /* "loss (cross-entropy)", "error (%)", ... */
	int has_accuracy;     /* the curves have a right axis */
	int negative;         /* some value is below 0 */
	double highest;       /* finite value */
	size_t paths;         /* runs that are drawn over surfaces */
	struct text history;  /* the pipelines, one per run */
	struct panel *panels;
};

/*
 * Takes the values of field ("loss", "acc", "error" = 100 - acc, or any number
 * of a point) from all runs of list.  Places without a point are marked as
 * missing and noted.  Returns 0, or -1: no run, no or different numbers of
 * axes, an axis with one coordinate, a field that no point has.  Nothing is
 * borrowed from list.  landscape starts as {0} but for what is asked for; free
 * it in any case.
 */
int landscape_make(struct landscape *landscape, const struct points_list *list,
    const char *field, struct error *err);

/*
 * Replaces surfaces that differ in their directions alone by one: the mean of
 * their values at each point, or the standard deviation.  A point where one has
 * no number has none.  Before landscape_refine.  Fails where no surface has
 * several directions.
 */
enum landscape_over { LANDSCAPE_MEAN, LANDSCAPE_SD };
int landscape_over_directions(
    struct landscape *landscape, enum landscape_over over, struct error *err);

/*
 * Gives every panel a title: with pattern (facts_title) what it makes, with
 * NULL what it is called anyway.  Curves of one title share a panel.
 */
int landscape_titles(
    struct landscape *landscape, const char *pattern, struct error *err);

/* How surfaces are drawn between points. */
struct landscape_manner {
	int log;    /* heights are logarithms */
	int cubic;  /* smooth (draw/cubic.h), not linear */
	int points; /* mark what was measured */
	int lines;  /* say that what is not sure is dashed */
};

/*
 * Requested points are drawn, too, and what lies between points that are there
 * instead of a hole around each that is not (draw/finer.h).  A surface with all
 * of its grid and no request stays as it is, unless cubic; so do curves, which
 * get more points.  Returns 0 or -1.
 */
int landscape_refine(struct landscape *landscape,
    const struct landscape_manner *manner, struct error *err);

void landscape_free(struct landscape *landscape);

#endif
