/* Inside lib/draw: what a landscape keeps of a run, direction set, data set. */
#ifndef DRAW_PANEL_H
#define DRAW_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "direction/direction.h"
#include "draw/caption.h"
#include "draw/curvature.h"
#include "draw/facts.h"
#include "draw/others.h"
#include "draw/route.h"
#include "draw/surface.h"
#include "surface/points.h"

enum { LABEL_BYTES = 3 * FACT_BYTES };

/* One (run, rep, set): its numbers and texts. */
struct panel {
	const struct points *points; /* while the landscape is made */
	int rep, set;
	char family[LABEL_BYTES]; /* the label without the direction set */
	size_t group;             /* of a run and set */
	size_t run;               /* its number */
	struct facts facts;
	char extra[FACT_BYTES];  /* what tells it from others of its name */
	char title[LABEL_BYTES]; /* of the panel that it is drawn in */
	char label[LABEL_BYTES], axis_label[AXES_MAX][LABEL_BYTES];
	char note[192], set_name[32], subset[96], off_plane[160];
	char networks[320];
	char gap[192]; /* of the loss, between plane and checkpoint */
	struct routes routes;
	struct others others;
	char norms[320]; /* what batch norms do on the way to them */
	/* Of the grid's points, then of the requested ones: half is that of an
	 * interval at 95 %. */
	double *at[AXES_MAX], *z, *half, *accuracy;
	double *lo, *hi; /* of the accuracy's, or of the error's; NaN: none */
	unsigned char *missing; /* of the grid's */
	struct caption_gaps gaps;
	struct curvature_layer layer;
	int64_t n; /* points of the grid */
	struct xy *asked;
	int64_t *asked_index; /* of points->at */
	size_t n_asked;
	bool has_half; /* half is that of what is drawn */
	/* Of landscape_refine: places without a point; all points. */
	unsigned char *between;
	struct xy *measured;
};

/* Where point i of the panel stands in points->at. */
int64_t panel_index(const struct panel *panel, int64_t i);

/* Fills half, lo and hi, which have room for all points: NaN where it is not
 * known.  lo and hi are of the error, not of the accuracy, when it is drawn. */
void panel_take_intervals(struct panel *panel, bool error);

/*
 * One line for curves: what is missing, what batch norms do and the subset, as
 * far as all say the same.
 */
void panels_note(const struct panel *panels, size_t n, char *note, size_t room);

/* Releases what it has; it is {0} then. */
void panel_free(struct panel *panel);

/* Finds the requested points of the panel that are there. */
int panel_take_asked(struct panel *panel, struct error *err);

/*
 * A curve through the points that are there, requested ones too, in place of
 * the grid's own; what has less than two points stays as it is.
 */
int panel_fill_curve(
    struct panel *panel, struct curve *curve, struct error *err);

#endif
