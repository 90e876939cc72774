/*
 * A model with its directions in memory: everything that a point theta(a, b) is
 * made from.
 */
#ifndef DIRECTION_PLANE_H
#define DIRECTION_PLANE_H

#include "base/error.h"
#include "base/scratch.h"
#include "direction/direction.h"
#include "direction/plane_id.h"
#include "direction/request.h"
#include "model/model.h"
#include "stream/reader.h"
#include "stream/writer.h"

struct plane {
	struct model model;
	struct pack begin; /* header of the segment's `begin` */
	int axes;          /* 0: a model without directions */
	int reps;          /* direction sets; at least 1 */
	/* reps x axes of each: what it is, its elements per tensor (NULL where
	 * it does not move), the factor of a `scale` record or 1. */
	struct direction *direction;
	float **delta;
	double *scale;
	struct requests requests; /* points that are asked for, each once */
	/* Marks of runs (stream/marks.h) that stood before it in segments of
	 * their own, and the `begin` of the first. */
	struct scratch marks;
	struct pack marks_begin;
	struct scratch
	    others; /* records of kinds not known here, as they came */
};

/*
 * Reads the next segment.  Returns 1, 0 at the end of input, -1 with an error:
 * an incomplete tensor, a direction without declaration, reps with different
 * axes, a segment without a model.  Segments of requests alone belong to the
 * plane behind them, and so do segments of marks; at the end of input plane has
 * those that no plane is behind.  plane is empty ({0}) before, or comes from
 * plane_read_requests, and is to be freed in any case.
 */
int plane_read(struct plane *plane, struct reader *reader, struct error *err);
void plane_free(struct plane *plane);

/*
 * Writes the marks that stood before the plane, as a segment of their own, if
 * there were any: before what is made of the plane, and at the end of input.
 */
int plane_write_marks(
    const struct plane *plane, struct writer *writer, struct error *err);

/*
 * What programs do that hold a plane at a time: reads all of them, writes the
 * marks that stood before each, and calls each, which writes what is made of
 * it.  0 or -1.
 */
int plane_each(struct reader *reader, struct output *output,
    int (*each)(void *context, const struct plane *plane, struct writer *writer,
	struct error *err),
    void *context, struct error *err);

/*
 * Takes the segments of requests (those that start with one, or are empty) that
 * stand behind the plane's own into the plane.  next, empty before, is what
 * plane_read continues with.
 */
int plane_read_requests(struct plane *plane, struct plane *next,
    struct reader *reader, struct error *err);

/*
 * Reads all input and keeps the last model, which must have no directions: 0 or
 * -1.
 */
int plane_read_last(
    struct plane *plane, struct reader *reader, struct error *err);

/* Elements of direction (rep, axis) for a tensor, or NULL: all zero. */
const float *plane_delta(
    const struct plane *plane, int rep, int axis, int tensor);

/*
 * theta(a, b) = theta + (a dx + b dy), the bracket first, in float32, as the
 * reference tool; the change of an integer counter is truncated.  theta: the
 * model's tensors with elements of their own (plane_theta_new); only those that
 * move are written.
 */
void plane_apply(const struct plane *plane, int rep, double a, double b,
    struct tensor *theta);

/* A copy of the model's tensors to apply points to; tensors_free releases it.
 */
struct tensor *plane_theta_new(const struct plane *plane, struct error *err);

/* Which plane it is: the first part of a run's identity. */
int plane_identify(const struct plane *plane, struct plane_id *id,
    struct error *err) __attribute__((warn_unused_result));

/* Euclidean norm of a direction, and the cosine between x and y of a rep. */
double plane_length(const struct plane *plane, int rep, int axis);
double plane_cosine(const struct plane *plane, int rep);

#endif
