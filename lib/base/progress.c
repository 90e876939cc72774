#include "base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

double
progress_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void
progress_start(struct progress *progress, int64_t total)
{
	*progress = (struct progress){.total = total};
	progress->started = progress->shown = progress_now();
}

char *
progress_duration(double seconds, char text[32])
{
	int64_t s = seconds < 1e9 ? (int64_t)(seconds + 0.5) : 999999999;

	if (s >= 3600)
		snprintf(text, 32, "%" PRId64 ":%02d:%02d", s / 3600,
		    (int)(s / 60 % 60), (int)(s % 60));
	else
		snprintf(text, 32, "%d:%02d", (int)(s / 60), (int)(s % 60));
	return text;
}

int
progress_step(struct progress *progress, int copied, const char *unit,
    char text[PROGRESS_TEXT_BYTES])
{
	const char *const most = progress->most ? "at most " : "";
	double now = progress_now(), rate, left = 0.0;
	char duration[32], share[32] = "";

	progress->done++;
	progress->copied += copied;
	if (now - progress->shown < 0.5 && progress->done < progress->total)
		return 0;
	progress->shown = now;
	rate = (double)(progress->done - progress->copied) /
	       (now - progress->started + 1e-9);
	if (rate > 0.0)
		left = (double)(progress->total - progress->done) / rate;
	if (progress->share > 0.0)
		snprintf(share, sizeof(share), ", %.2g %% of the images",
		    100.0 * progress->share);
	snprintf(text, PROGRESS_TEXT_BYTES,
	    "%" PRId64 " of %s%" PRId64 " %ss, %.3g %ss/s, %s%s left%s",
	    progress->done, most, progress->total, unit, rate, unit, most,
	    progress_duration(left, duration), share);
	return 1;
}
