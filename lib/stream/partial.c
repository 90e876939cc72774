/* What a reader does about runs that have no end. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "stream/reader_internal.h"

void
reader_take_partial(struct reader *reader, const struct partial *partial)
{
	reader->partial = partial;
}

void
reader_trust(struct reader *reader)
{
	reader->trusted = true;
}

const struct marks *
reader_open_runs(const struct reader *reader)
{
	return &reader->marks;
}

static const char who_failed[] =
    "it, or a stage behind it, failed or was interrupted (--partial takes what "
    "is there)";

static void
warn(const struct reader *r, const char *text)
{
	if (r->partial != NULL && !r->trusted)
		r->partial->warn(r->partial->context, text);
}

/* Writes that the runs which are open have no end; detail: what was seen. */
static int
blame(const struct reader *r, const char *detail, const char *what,
    struct error *err)
{
	const struct mark *first = r->marks.open;
	char more[48] = "";

	if (r->marks.n > 1)
		snprintf(more, sizeof(more), " (one of %zu)", r->marks.n);
	return error_set(err, "%s: training run %.16s%s has no end%s: %s",
	    first->name, first->run, more, detail, what);
}

/* All input has come: are there runs that have no end? */
int
reader_judge(struct reader *r, struct error *err)
{
	struct error why;

	if (r->marks.n == 0 || r->trusted || r->told)
		return 0;
	if (r->partial == NULL)
		return blame(r, "", who_failed, err);
	blame(r, "", "what is there is taken", &why);
	warn(r, why.text);
	r->told = true;
	return 0;
}

int
reader_break_off(const struct reader *r, struct error *err)
{
	const uint64_t records = r->in_segment ? r->records : 0;
	char detail[64];

	if (r->marks.n == 0 || r->trusted)
		return error_set(err,
		    "%s: truncated after %" PRIu64
		    " record%s, without an end mark (did an earlier stage "
		    "fail?)",
		    r->in.name, records, plural_s(records));
	snprintf(detail, sizeof(detail),
	    ", truncated after %" PRIu64 " record%s", records,
	    plural_s(records));
	return blame(r, detail, who_failed, err);
}

int
reader_leave_torn(const struct reader *r, struct error *err)
{
	char text[sizeof(err->text) + 16];

	if (r->torn.text[0] == '\0')
		return 0;
	if (r->marks.n == 0 && !r->trusted)
		return error_set(err, "%s", r->torn.text);
	snprintf(text, sizeof(text), "%s: left out", r->torn.text);
	warn(r, text);
	return 0;
}
