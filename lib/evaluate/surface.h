/*
 * One run of evalgrid: a plane, data, a grid, requests, and the segment that
 * comes out.
 */
#ifndef EVALUATE_SURFACE_H
#define EVALUATE_SURFACE_H

#include "base/digest.h"
#include "base/error.h"
#include "evaluate/evaluate.h"
#include "stream/writer.h"
#include "surface/grid.h"
#include "surface/points.h"

/*
 * Told about every point as it is written; scores is NULL for one that was
 * copied from an earlier output.
 */
typedef void surface_seen(
    void *context, const struct place *place, const struct score *scores);

/*
 * Another way to compute the points than evaluate_points, and what its records
 * have beside the losses.  All functions get context.
 */
struct surface_work {
	const char *program;
	/* As evaluate_points. */
	int (*points)(void *context, const struct evaluation *evaluation,
	    const struct place *points, int64_t n, evaluate_take *take,
	    void *take_context, struct error *err);
	/* Keys that determine the numbers: in the run's id, in begin and grid.
	 */
	void (*pack)(void *context, struct pack *pack);
	/* Keys of the point of the last place, on that data set. */
	void (*pack_point)(void *context, int set, struct pack *pack);
	void *context;
};

/* Made by surface_setup (evaluate/setup.h); not to be copied. */
struct surface {
	struct evaluation evaluation;
	struct grid grid;        /* run is filled by surface_identify */
	struct asked_list asked; /* the plane's requests */
	struct plane_id plane;
	bool guessed; /* a path came that does not know its plane */
	char model[DIGEST_TEXT_BYTES];
	char kernel[128]; /* what computes: plan, instruction set */
	struct plan *plan;
	const struct dataset *data[SETS_MAX];
	double mean[CHANNELS_MAX], std[CHANNELS_MAX];
	surface_seen *seen; /* or NULL */
	void *context;
	const struct surface_work *work; /* NULL: evalgrid's */
	/* Seed of the order in which points take their images; 0 is not said.
	 */
	uint64_t order;
	bool per_image; /* behind points stand the losses of single images */
	bool per_class; /* and what their classes say */
	bool groups;    /* points carry the mean losses of groups of images */
};

/*
 * Computes the run id, once plane and model are known: model, directions, data,
 * input normalisation, batch norms, loss, grid, work and the order of images;
 * not the kernel, the shard, the requests or how many images a point needs.
 */
int surface_identify(struct surface *surface, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Places, on which all data sets are evaluated: those of the grid in canonical
 * order, then the asked ones.  Place number p has the points p * sets ... of a
 * struct points.  surface_places counts those of the shard.
 */
struct place surface_place(const struct surface *surface, int64_t number);
int64_t surface_all_places(const struct surface *surface);
int64_t surface_places(const struct surface *surface);

/* Packs ix and iy of place `number`, or the id that it was asked for by. */
void surface_pack_place(
    struct pack *header, const struct surface *surface, int64_t number);

/*
 * Writes what comes before the points, or one point of place number `number`:
 * for surface_write.
 */
int surface_write_head(
    const struct surface *surface, struct writer *writer, struct error *err);
int surface_write_point(const struct surface *surface, int64_t number, int set,
    const struct score *score, struct writer *writer, struct error *err);

/*
 * Writes the whole segment: begin, grid, a summary of the directions, the
 * plane's other records, requests, points from coarse to fine (grid_level;
 * those of a level in canonical order, requested ones last), end.  old: points
 * of the same run from earlier outputs (or NULL), the first of which has a
 * place on enough images is copied; the rest is computed. settle (or NULL):
 * called once before the first computed point is written.
 */
enum { OLD_MAX = 2 };
int surface_write(const struct surface *surface,
    const struct points *const old[OLD_MAX], struct writer *writer,
    struct output *settle, struct error *err);

/* Places of the shard that surface_write would copy. */
int64_t surface_known(
    const struct surface *surface, const struct points *const old[OLD_MAX]);

#endif
