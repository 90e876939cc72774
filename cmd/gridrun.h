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
	double images, images_of; /* that points took, that they could have */
	bool told_unreliable;
	bool has_noted; /* the accuracy that the checkpoint says */
	double noted;
};

/* Before the command line is read. */
void gridrun_start(struct gridrun *run, struct frame *frame);

/* Rows of an option table, before those of the program. */
void gridrun_add_options(
    struct option_table *table, struct gridrun *run, const char *const *losses);

/* After it: what does not go together is a usage error (exits 2); defaults. */
void gridrun_check(struct gridrun *run);

/* The surface's segment, with what is there already, and progress. */
int gridrun_write(
    struct gridrun *run, struct surface *surface, struct error *err);

/* All planes of the operands or of standard input; the program's exit status.
 */
int gridrun_main(struct gridrun *run, char **operands, int n);

/* Of all data sets together; and in words: "6500 images of 2 data sets". */
int64_t gridrun_images(const struct evaluation *evaluation);
void gridrun_add_images(struct text *out, const struct evaluation *evaluation);

#endif
