/*
 * Results: the points of a grid and of requests, read from any number of
 * segments.
 *
 * gridmerge, contour, gridconv and gridstat see a surface through this: one
 * `struct points` per run id, every place of its grid and every requested one
 * filled or missing.
 */
#ifndef SURFACE_POINTS_H
#define SURFACE_POINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest_set.h"
#include "base/error.h"
#include "base/text.h"
#include "direction/direction.h"
#include "direction/request.h"
#include "run/path.h"
#include "stream/reader.h"
#include "stream/writer.h"
#include "surface/asked.h"
#include "surface/grid.h"
#include "surface/point.h"

/* Marks of runs (stream/marks.h) in segments that have no grid. */
struct points_marks {
	struct pack begin;   /* header of the first such `begin` */
	struct text records; /* each once */
	struct digest_set seen;
};

struct points {
	struct points_marks marks; /* before its first segment */
	struct grid grid;
	struct pack grid_header; /* the `grid` record's header, shard 0/1 */
	struct pack begin;       /* header of its first `begin`, or empty */
	char kernel[128];        /* what computed the first segment */
	char file[128]; /* that it was first read from, without folder and .ll;
			   empty: no file */
	/* Direction, path and other records between grid and points, once. */
	struct text summary;
	struct sheet_direction *direction; /* reps x axes, or NULL: none */
	struct digest_set seen;   /* (while reading) what the summary holds */
	bool has_paths;           /* some of the summary is a path */
	struct requests requests; /* what was asked for beside the grid */
	struct asked_list asked;  /* the places of requests and their points */
	/*
	 * In canonical order: grid_points() of the grid, then one for each data
	 * set of each asked place, which may want some of the sets only.
	 */
	struct point *at;
	int64_t n, wanted, present; /* of `at`: all, to be filled, filled */
	struct loose *loose;        /* (while reading) points of requests */
	size_t n_loose, room_loose;
};

struct points_list {
	struct points *item;
	size_t n, room;
	size_t strays;     /* salvage: points without their grid, left out */
	struct text paths; /* path records of segments without a grid */
	struct text densities;     /* density records of those */
	struct points_marks marks; /* behind the last grid */
	bool no_end;               /* a run in them lacks its end */
	/* Of those paths: each plane once, with how it was made. */
	struct points_origin *origin;
	size_t n_origins, room_origins;
	bool guessed; /* a path does not know its plane (path_guessed) */
};

struct points_origin {
	struct plane_id plane;
	struct pack begin;
};

/* How points of several segments are joined. */
struct points_rules {
	bool salvage; /* take intact records of damaged or torn input */
	bool mixed;   /* join shards of different kernels; their duplicates
			 may differ by MIXED_RTOL */
};

/*
 * Reads all segments of reader.  Points of one run id come together in one item
 * of the list, in order of first appearance.  Exact duplicates are dropped; a
 * duplicate that disagrees, a point without its grid, a place outside of the
 * grid, or a path that lies in the plane of no surface is an error.
 */
int points_read(struct points_list *list, struct reader *reader,
    const struct points_rules *rules, struct error *err);

void points_list_free(struct points_list *list);

/*
 * Direction (rep, axis) as the summary has it, borrowed; NULL when it says
 * nothing.
 */
const struct sheet_direction *points_direction(
    const struct points *points, int rep, int axis);

/* What paths of direction set rep are held against. */
struct path_plane points_plane(const struct points *points, int rep);

/*
 * 0 when every place is filled, otherwise -1 with an error that counts and
 * names the first missing places.
 */
int points_complete(const struct points *points, struct error *err);

/*
 * Is place index one that is to be filled?  All of the grid are; of an asked
 * place the data sets that were asked for.
 */
bool points_wanted(const struct points *points, int64_t index);

/* How many points are there beside the grid, of all data sets. */
int64_t points_asked_there(const struct points *points);

/*
 * The value of a numeric field ("loss", "acc", "se", ...) at place index; false
 * when the point is missing or has no such number.  NaN and infinities are
 * values.
 */
bool points_value(
    const struct points *points, int64_t index, const char *field, double *out);

/* Is a field of the point at place index ("status", ...) this text? */
bool points_says(const struct points *points, int64_t index, const char *field,
    const char *text);

/*
 * The header of the point at place index, which must not be missing; free it
 * with decoded_free.  NULL with an error when memory is short.
 */
struct decoded *points_decode(
    const struct points *points, int64_t index, struct error *err);

/*
 * Writes the segment in canonical order, as an unsharded run would have:
 * begin, grid, summary, requests, the points that are there, end.  Before it
 * come the marks that stood there.
 */
int points_write(
    const struct points *points, struct writer *writer, struct error *err);

/* Writes marks as a segment, if there are any. */
int points_marks_write(
    const struct points_marks *marks, struct writer *writer, struct error *err);

#endif
