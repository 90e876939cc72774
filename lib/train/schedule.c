#include "train/schedule.h"

#include <math.h>

const char *const schedule_words[] = {"step", "cosine", "constant", NULL};

double
schedule_lr(const struct schedule *schedule, int64_t step)
{
	const double pi = 3.14159265358979323846;
	const double per_epoch = (double)schedule->steps_per_epoch;
	const double all = per_epoch * (double)schedule->epochs;
	const double at = (double)step, warm = schedule->warmup * per_epoch;
	double lr = schedule->lr;

	if (schedule->kind == SCHEDULE_COSINE && all > 0.0)
		lr *= 0.5 * (1.0 + cos(pi * at / all));
	if (schedule->kind == SCHEDULE_STEP)
		for (size_t i = 0; i < schedule->milestones; i++)
			if (at >= schedule->milestone[i] * per_epoch)
				lr *= schedule->gamma;
	return at < warm ? lr * fmin(1.0, (at + 1.0) / warm) : lr;
}
