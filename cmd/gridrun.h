/*
 * What evalgrid and hessgrid share: options of a surface, reading of planes,
 * resumption, progress.
 */
#ifndef CMD_GRIDRUN_H
#define CMD_GRIDRUN_H

#include "base/progress.h"
#include "evaluate/resume.h"
#include "evaluate/setup.h"
#include "frame.h"

enum { GRIDRUN_THREADS_MAX = 1024 };

struct gridrun {
	struct frame *frame;
	struct surface_choice choice;
	int estimate;
	const char *resume_path;
	/*
	 * The program's part, for every plane: gridrun_write, or with
	 * --estimate what that prints.
	 */
	int (*plane)(
	    struct gridrun *run, struct surface *surface, struct error *err);
	void *context;

	const struct surface *surface; /* that is written */
	struct resume resume;
	struct output output;
	struct writer *writer;
	struct progress progress;
	bool told_unreliable;
	bool has_noted; /* the accuracy that the checkpoint says */
	double noted;
};

/* Before the command line is read. */
void gridrun_start(struct gridrun *run, struct frame *frame);

int gridrun_take_x(void *target, const char *text, struct error *err);
int gridrun_take_y(void *target, const char *text, struct error *err);
int gridrun_take_shard(void *target, const char *text, struct error *err);
int gridrun_take_data(void *target, const char *text, struct error *err);

/* Rows of an option table: which images, for a struct surface_choice. */
#define GRIDRUN_DATA_OPTIONS(to, losses)                                      \
	OPTION_INPUT_CALL('d', "data", "[NAME=]PATH", to, gridrun_take_data,  \
	    "data set; may be repeated (train=PATH test=PATH)"),              \
	    OPTION_CHOICE(0, "split", dataset_split_words, &(to)->split,      \
		"which part of a data folder"),                               \
	    OPTION_INT('n', "images", "N", &(to)->images.first, 1, INT32_MAX, \
		"the first N images only (for previews)"),                    \
	    OPTION_INT(0, "sample", "N", &(to)->images.sample, 1, INT32_MAX,  \
		"N random images without replacement"),                       \
	    OPTION_U64(0, "sample-seed", "S", &(to)->images.sample_seed,      \
		"seed of the sample (0)"),                                    \
	    OPTION_CHOICE(0, "loss", losses, &(to)->loss, "what is drawn"),   \
	    OPTION_CHOICE(0, "pixels", pixels_words, &(to)->pixels.choice,    \
		"input constants, instead of the model's"),                   \
	    OPTION_FLAG(0, "raw", &(to)->images.raw,                          \
		"the images are reals that are normalised already"),          \
	    OPTION_TEXT(0, "mean", "M,...", &(to)->pixels.mean,               \
		"mean of each channel's pixels in 0..1"),                     \
	    OPTION_TEXT(0, "std", "S,...", &(to)->pixels.std,                 \
		"standard deviation of each channel's pixels")

/* Rows of an option table, for a struct gridrun. */
#define GRIDRUN_OPTIONS(run, losses)                                           \
	OPTION_CALL(0, "x", "LO:HI:NUM", &(run)->choice, gridrun_take_x,       \
	    "coordinates along x, or auto[:NUM] to fit the path (-1:1:51)"),   \
	    OPTION_CALL(0, "y", "LO:HI:NUM", &(run)->choice, gridrun_take_y,   \
		"coordinates along y (-1:1:51)"),                              \
	    GRIDRUN_DATA_OPTIONS(&(run)->choice, losses),                      \
	    OPTION_CHOICE(0, "bn", norms_words, &(run)->choice.norms,          \
		"running statistics along a direction"),                       \
	    OPTION_INPUT(0, "bn-data", "PATH", &(run)->choice.norms_path,      \
		"training images for --bn recompute (the set `train`)"),       \
	    OPTION_INT(0, "bn-images", "N", &(run)->choice.norms_images, 1,    \
		INT32_MAX, "how many of them, chosen as by --sample (1000)"),  \
	    OPTION_INT('j', "threads", "N", &(run)->choice.threads, 1,         \
		GRIDRUN_THREADS_MAX,                                           \
		"threads (all processors; of a program: 1)"),                  \
	    OPTION_CALL(0, "shard", "I/N", &(run)->choice, gridrun_take_shard, \
		"every N-th point only, from I = 0 ... N-1"),                  \
	    OPTION_TEXT(0, "resume", "FILE", &(run)->resume_path,              \
		"take the points that FILE already has"),                      \
	    OPTION_FLAG(0, "estimate", &(run)->estimate,                       \
		"print what it costs, then exit")

/* After it: what does not go together is a usage error (exits 2); defaults. */
void gridrun_check(struct gridrun *run);

/* The surface's segment, with what is there already, and progress. */
int gridrun_write(
    struct gridrun *run, struct surface *surface, struct error *err);

/* All planes of the operands or of standard input; the program's exit status.
 */
int gridrun_main(struct gridrun *run, char **operands, int n);

#endif
