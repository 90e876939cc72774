/*
 * Surfaces as files of other programs.  What was requested beside the grid has
 * no place in an array: only grids are written.
 */
#ifndef CONVERT_CONVERT_H
#define CONVERT_CONVERT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/output.h"
#include "geometry/points.h"

/* What each form looks like; CSV and JSON are those of geometry/table.h. */
extern const struct output_kind convert_csv_kind, convert_json_kind,
    convert_vtk_kind, convert_gnuplot_kind;

/*
 * numpy's npz archive: xcoordinates, ycoordinates, and for each data set and
 * field an array such as train_loss, of shape (ny, nx), (nx) on a line, with
 * one more dimension in front when there are several direction sets.  Names of
 * several runs begin with the first 8 digits of the run and a slash.
 */
int convert_npz(
    const struct points_list *list, struct output *output, struct error *err);

/*
 * Text for gnuplot: a column per number, a blank line behind each row of a
 * surface (as splot and pm3d want it), two behind each direction set on each
 * data set (index).
 */
int convert_gnuplot(
    const struct points_list *list, struct output *output, struct error *err);

/* How high a loss is drawn: the paper's way is to clip and take a logarithm. */
struct height {
	double zmax; /* clipped there; NaN: not */
	bool log;    /* ln(z + 0.1), after clipping */
};

/*
 * VTK's XML of polygons (.vtp), as ParaView opens it: a piece per direction set
 * and data set, whose z is the loss's height, with every field as an array.
 * Numbers are written as their bytes.  A point without a finite height is left
 * out and leaves a hole.
 */
int convert_vtk(const struct points_list *list, const struct height *height,
    struct output *output, struct error *err);

#endif
