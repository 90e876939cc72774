/*
 * Surfaces as files of other programs.  What was requested beside the grid has
 * no place in an array: only grids are written.
 */
#ifndef CONVERT_CONVERT_H
#define CONVERT_CONVERT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/output.h"
#include "surface/points.h"

/* What each form looks like; CSV and JSON are those of surface/table.h. */
extern const struct output_kind convert_csv_kind, convert_json_kind,
    convert_vtk_kind, convert_gnuplot_kind, convert_plotly_kind,
    convert_glb_kind, convert_path_kind, convert_training_kind,
    convert_classes_kind;

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

/*
 * A figure of plotly as JSON: for each direction set and data set the loss as a
 * surface, with its paths on it, and as contours beside it; of a grid of one
 * axis, curves.  What is not finite is null.
 */
int convert_plotly(
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

/*
 * Binary glTF 2.0: each direction set and data set as triangles in contour's
 * colours, its paths and the edges of its box as lines, side by side.  The box
 * is 2 wide, 2 deep and 1.2 high; height->log takes the logarithm of the loss
 * itself.  A point without a number leaves a hole; a grid of one axis is an
 * error.
 */
int convert_glb(const struct points_list *list, const struct height *height,
    struct output *output, struct error *err);

/*
 * Path records as CSV: a line of names, a line for each that lies in a surface
 * of the list, then for the others, each once.  Beside a checkpoint's own loss
 * stands that of the plane where it is seen (surface/between.h), of the first
 * surface that has its plane, and its data set if one has.
 */
int convert_path(
    const struct points_list *list, struct output *output, struct error *err);

/*
 * What classes do (evalgrid --per-class) as CSV, a line for each class of each
 * point; fails where points do not say it.
 */
int convert_classes(
    const struct points_list *list, struct output *output, struct error *err);

/*
 * Runs of training (nettrain) as CSV, a line for each checkpoint; runs of one
 * name are told apart as in pictures.
 */
int convert_training(
    struct reader *reader, struct output *output, struct error *err);

#endif
