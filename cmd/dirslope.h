/* The part of dirgen for directions that the loss gives. */
#ifndef CMD_DIRSLOPE_H
#define CMD_DIRSLOPE_H

#include "evaluate/slope.h"
#include "frame.h"
#include "gridrun.h"

struct dirslope {
	struct slope_order order;
	struct surface_choice choice;
	struct slope slope;
};

/* "largest", "smallest", NULL. */
extern const char *const dirslope_ends[];

/* Before the command line is read. */
void dirslope_start(struct dirslope *d);

/* Rows of an option table, for a struct dirslope. */
#define DIRSLOPE_OPTIONS(d)                                                 \
	GRIDRUN_DATA_OPTIONS(&(d)->choice, loss_words),                     \
	    OPTION_INT('j', "threads", "N", &(d)->choice.threads, 1,        \
		GRIDRUN_THREADS_MAX, "threads (all processors)"),           \
	    OPTION_CHOICE(0, "which", dirslope_ends, &(d)->order.smallest,  \
		"eigenvalues from which end (largest)"),                    \
	    OPTION_TEXT(0, "tensors", "PATTERN", &(d)->order.pattern,       \
		"the tensors that move: those whose names match"),          \
	    OPTION_REAL(0, "tolerance", "T", &(d)->order.lanczos.tolerance, \
		"of a residual, relative to its eigenvalue (0.001)"),       \
	    OPTION_INT(0, "products", "N", &(d)->order.lanczos.products, 1, \
		INT32_MAX, "Hessian-vector products at most (1000)")

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
