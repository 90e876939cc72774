/* What a reader does about runs that have no end. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Another reader of the bytes that this one is going to read. */
static struct reader *
look_ahead(struct reader *r, off_t at, struct error *err)
{
	struct reader *ahead;
	int fd;

	if (r->in.fd < 0 && r->in.scratch == NULL)
		return reader_new_bytes(
		    r->in.buffer + r->in.start, r->in.end - r->in.start, err);
	if (at < 0 && r->in.scratch == NULL && input_put_aside(&r->in, err) < 0)
		return NULL;
	if (r->in.scratch != NULL)
		return reader_new_scratch(r->in.scratch, err);
	fd = dup(r->in.fd);
	if (fd < 0)
		error_set(err, "%s:", r->in.name);
	ahead = fd >= 0 ? reader_new_fd(fd, r->in.name, err) : NULL;
	if (ahead == NULL && fd >= 0)
		close(fd);
	return ahead;
}

/* Reads ahead: how many bytes are whole segments, and what is behind them. */
static int
measure(struct reader *r, struct error *err)
{
	const off_t at = r->in.fd >= 0 ? lseek(r->in.fd, 0, SEEK_CUR) : -1;
	struct reader *ahead = look_ahead(r, at, err);
	struct record record;
	uint64_t whole = 0;
	int status;

	if (ahead == NULL)
		return -1;
	r->torn = (struct error){0};
	ahead->in.name = r->in.name;
	reader_trust(ahead);
	while ((status = reader_next(ahead, &record, &r->torn)) == 1)
		if (record_is(&record, "end"))
			whole = ahead->place;
	if (status == 0)
		r->torn = (struct error){0};
	status = ahead->in.broken || r->torn.memory ? -1 : 0;
	if (status < 0)
		*err = r->torn;
	reader_free(ahead);
	if (r->in.fd < 0 && r->in.scratch == NULL)
		r->in.end = r->in.start + (size_t)whole;
	r->in.left = whole;
	if (status == 0 && r->in.fd >= 0 && lseek(r->in.fd, at, SEEK_SET) < 0)
		status = error_set(err, "%s:", r->in.name);
	return status;
}

int
reader_measure(struct reader *r, struct error *err)
{
	struct error why = {0};

	if (!r->measured && measure(r, &why) < 0) {
		r->in.broken = true;
		r->torn = why;
	}
	r->measured = true;
	if (r->in.broken)
		*err = r->torn;
	return r->in.broken ? -1 : 0;
}

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
		    " records, without an end mark (did an earlier stage "
		    "fail?)",
		    r->in.name, records);
	snprintf(detail, sizeof(detail),
	    ", truncated after %" PRIu64 " records", records);
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
