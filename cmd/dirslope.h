/* The part of dirgen for directions that the loss gives. */
#ifndef CMD_DIRSLOPE_H
#define CMD_DIRSLOPE_H

#include "evaluate/slope.h"
#include "frame.h"

struct dirslope {
	struct slope_order order;
	struct surface_choice choice;
	struct slope slope;
	struct progress progress;
	const struct frame *frame;
};

/* Before the command line is read. */
void dirslope_start(struct dirslope *d);

/* Rows of an option table. */
void dirslope_add_options(struct option_table *table, struct dirslope *d);

/* After it: what does not go together is a usage error (exits 2). */
void dirslope_check(struct dirslope *d, enum direction_kind kind, int vectors,
    const struct frame *frame);

/* Computes the directions of reader's next model. */
int dirslope_make(struct dirslope *d, struct reader *reader,
    const struct frame *frame, struct error *err);

/* What a history entry says of them. */
void dirslope_pack(const struct dirslope *d, struct pack *entry);

void dirslope_end(struct dirslope *d);

#endif
