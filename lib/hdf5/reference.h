/*
 * The HDF5 files of the reference tool: directions (groups xdirection and
 * ydirection with a dataset per tensor, numbered), surfaces (xcoordinates,
 * ycoordinates, train_loss, train_acc, ...) and projections (proj_xcoord,
 * proj_ycoord).
 */
#ifndef HDF5_REFERENCE_H
#define HDF5_REFERENCE_H

#include "base/error.h"
#include "base/output.h"
#include "file/content.h"
#include "stream/reader.h"

/*
 * From the file in content: directions become an npz archive with the same
 * names, which dirgen takes; a surface becomes a stream of points, a projection
 * a stream of a path.  name is the file's, for messages.
 */
int reference_read(const struct content *content, const char *name,
    struct output *output, struct error *err);

/* What both write: npz archives and streams; files of HDF5. */
extern const struct output_kind reference_read_kind, reference_write_kind;

struct reference_options {
	int rep; /* which direction set */
	/* NULL: no point may be missing, and no run its end. */
	const struct partial *partial;
	const char *dir_file; /* text for a surface's dir_file, or NULL */
	int64_t *left_out;    /* requested points, for which it has no place */
};

/*
 * From the stream in content, to the reference's file: a model with directions
 * becomes a direction file, points a surface file, a path a projection file.
 *
 * A surface's arrays are declared (nx, ny) and filled x fastest, as the
 * reference's are: what that means is clear of square grids only.  A point that
 * is missing is -1 there.
 */
int reference_write(const struct content *content, const char *name,
    const struct reference_options *options, struct output *output,
    struct error *err);

#endif
