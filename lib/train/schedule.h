/*
 * The learning rate of a step.
 */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

enum schedule_kind { SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_CONSTANT };

/* "step", "cosine", "constant", NULL. */
extern const char *const schedule_words[];

enum { MILESTONES_MAX = 32 };

struct schedule {
	enum schedule_kind kind;
	double lr;
	double gamma; /* step: the factor at each milestone */
	double milestone[MILESTONES_MAX]; /* epochs completed */
	size_t milestones;
	double warmup; /* epochs */
	int64_t epochs, steps_per_epoch;
};

/*
 * Of step 0, 1, ...:
 * step	lr * gamma^(milestones whose epoch is complete)
 * cosine	lr * (1 + cos(pi * step / all steps)) / 2
 * Within the first warmup epochs, w steps, times (step + 1) / w (Goyal et al.,
 * arXiv 1706.02677).
 */
double schedule_lr(const struct schedule *schedule, int64_t step);

#endif
