#include "train/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/progress.h"

enum { PART_BYTES = 96 };

/* ": loss 0.81, accuracy 70.1 %" of the steps since the last checkpoint. */
static char *
running_text(const struct running *running, char text[PART_BYTES])
{
	const double n = (double)running->n;

	text[0] = '\0';
	if (running->n > 0)
		snprintf(text, PART_BYTES, ": loss %.4g, accuracy %.4g %%",
		    running->loss / n,
		    100.0 * (double)running->correct / (double)running->labels);
	return text;
}

char *
report_checkpoint(const struct trainer *trainer, int64_t steps,
    const struct trainer_test *test, char text[REPORT_BYTES])
{
	char running[PART_BYTES], tested[PART_BYTES] = "";

	if (test != NULL)
		snprintf(tested, sizeof(tested),
		    "; test loss %.4g, accuracy %.4g %%", test->loss,
		    test->acc);
	snprintf(text, REPORT_BYTES, "step %" PRId64 " of %" PRId64 "%s%s",
	    trainer->optimiser.step, steps,
	    running_text(&trainer->running, running), tested);
	return text;
}

char *
report_progress(const struct trainer *trainer, int64_t start, int64_t steps,
    double seconds, char text[REPORT_BYTES])
{
	const int64_t step = trainer->optimiser.step;
	const double rate = (double)(step - start) / seconds;
	char running[PART_BYTES], left[32];

	snprintf(text, REPORT_BYTES,
	    "epoch %" PRId64 "%s, %.0f images/s, %s left",
	    step / trainer->rule.schedule.steps_per_epoch + 1,
	    running_text(&trainer->running, running),
	    rate * (double)trainer->rule.batch,
	    progress_duration((double)(steps - step) / rate, left));
	return text;
}
