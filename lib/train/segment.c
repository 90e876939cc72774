#include "train/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "tensor/chunk.h"

/* A mark of the run that entry names. */
static int
write_mark(struct writer *writer, const char *kind, const struct pack *entry,
    struct error *err)
{
	struct pack header = {0};
	struct digest digest;
	char run[DIGEST_TEXT_BYTES];
	size_t n;
	const void *line = pack_encoded(entry, &n, err);
	int status;

	if (line == NULL)
		return -1;
	digest_start(&digest);
	digest_add(&digest, line, n);
	digest_finish_text(&digest, run);
	pack_open(&header);
	pack_key_text(&header, "run", run);
	pack_close(&header);
	status = writer_record(writer, kind, &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

int
segment_open(struct writer *writer, const struct value *before,
    const struct pack *entry, struct error *err)
{
	if (writer_begin(writer, before, entry, err) < 0 ||
	    write_mark(writer, "open", entry, err) < 0)
		return -1;
	return writer_end(writer, err);
}

int
segment_write(struct writer *writer, const struct value *before,
    const struct pack *entry, const struct model *model,
    const struct optimiser *optimiser, bool last, struct error *err)
{
	if (writer_begin(writer, before, entry, err) < 0 ||
	    model_write(writer, model, err) < 0 ||
	    optimiser_write(optimiser, writer, err) < 0 ||
	    (last && write_mark(writer, "close", entry, err) < 0))
		return -1;
	return writer_end(writer, err);
}

void
segment_note(const struct trainer *trainer, const struct trainer_test *test,
    struct pack *meta)
{
	const struct running *r = &trainer->running;
	const struct schedule *schedule = &trainer->rule.schedule;
	const int64_t step = trainer->optimiser.step;

	pack_open(meta);
	pack_key_int(meta, "epoch", step / schedule->steps_per_epoch);
	pack_key_int(meta, "step", step);
	pack_key_real(
	    meta, "lr", schedule_lr(schedule, step > 0 ? step - 1 : 0));
	pack_key_real(meta, "weight_norm", trainer_norm(trainer));
	if (r->n > 0) {
		pack_key_real(meta, "running_loss", r->loss / (double)r->n);
		pack_key_real(meta, "running_acc",
		    100.0 * (double)r->correct / (double)r->labels);
	}
	if (test != NULL) {
		pack_key_real(meta, "test_loss", test->loss);
		pack_key_real(meta, "test_acc", test->acc);
	}
	pack_close(meta);
}

/* The last line of a `begin`'s history, or NULL. */
static const struct value *
last_line(const struct record *begin)
{
	const struct value *history = value_get(begin->header, "history");
	const size_t n = array_count(history);

	return n > 0 ? array_at(history, n - 1) : NULL;
}

/* 1: the last line of a `begin`'s history is entry; 0; -1 failed. */
static int
is_of(const struct record *begin, const struct pack *entry, struct error *err)
{
	const struct value *line = last_line(begin);
	struct pack last = {0};
	const void *a, *b;
	size_t n, m;
	int same = -1;

	if (line == NULL)
		return 0;
	pack_value(&last, line);
	a = pack_encoded(&last, &n, err);
	b = pack_encoded(entry, &m, err);
	if (a != NULL && b != NULL)
		same = n == m && memcmp(a, b, n) == 0;
	pack_free(&last);
	return same;
}

/* "seed is 1 there and 2 here", when they differ in this key. */
static void
name_value(const struct value *there, const struct value *key,
    const struct value *here, struct text *out)
{
	const struct value *other = NULL;

	for (size_t i = 0; i < map_count(there) && other == NULL; i++)
		if (value_equal(map_key(there, i), key))
			other = map_item(there, i);
	if (other != NULL && value_equal(other, here))
		return;
	value_print(key, out);
	text_add(out, " is ");
	if (other != NULL)
		value_print(other, out);
	else
		text_add(out, "nothing");
	text_add(out, " there and ");
	value_print(here, out);
	text_add(out, " here");
}

/* The first key of the entry's options that differs. */
static int
explain(const struct record *begin, const struct pack *entry, struct text *why,
    struct error *err)
{
	struct decoded *own = pack_decode(entry, err);
	const struct value *there, *here;
	const char *said;

	if (own == NULL)
		return -1;
	there = value_get(last_line(begin), "options");
	here = value_get(decoded_value(own), "options");
	if (!value_is(value_get(last_line(begin), "program"), "nettrain"))
		here = NULL;
	for (size_t i = 0; i < map_count(here) && text_is_empty(why); i++)
		name_value(there, map_key(here, i), map_item(here, i), why);
	decoded_free(own);
	if (text_is_empty(why))
		text_add(why, "another program wrote it");
	said = text_chars(why, err);
	if (said != NULL && strncmp(said, "epochs ", 7) == 0)
		text_add(why, ", and with --schedule cosine every learning "
			      "rate depends on it");
	return text_check(why, err);
}

enum segment_found {
	SEGMENT_NONE,  /* no file, or nothing whole in it */
	SEGMENT_SAME,  /* begins with a segment of this run */
	SEGMENT_OTHER, /* of another */
};

/* What path holds, and why it is of another run; -1 when it cannot be read. */
static int
find(const char *path, const struct pack *entry, struct text *why,
    struct error *err)
{
	char *paths[1] = {(char *)path};
	struct reader *reader;
	struct record record;
	int found = SEGMENT_NONE, got;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return SEGMENT_NONE;
	reader = reader_new(paths, 1, err);
	if (reader == NULL)
		return -1;
	got = reader_next(reader, &record, err);
	if (got < 0 && err->memory)
		found = -1;
	if (got == 1)
		found = is_of(&record, entry, err);
	if (got == 1 && found >= 0)
		found = found == 1 ? SEGMENT_SAME : SEGMENT_OTHER;
	if (found == SEGMENT_OTHER && explain(&record, entry, why, err) < 0)
		found = -1;
	reader_free(reader);
	return found;
}

/*
 * Takes path when it has this run and none was found yet; another run is an
 * error that ends in what to do, or passed over when that is NULL.
 */
static int
consider(const char *path, const char *what_to_do, const struct pack *entry,
    char **found, struct error *err)
{
	struct text why = {0};
	const char *said;
	int what = path == NULL ? SEGMENT_NONE : find(path, entry, &why, err);

	if (what == SEGMENT_OTHER && what_to_do != NULL) {
		what = -1;
		said = text_chars(&why, err);
		if (said != NULL)
			error_set(err, "%s is of another run (%s)%s", path,
			    said, what_to_do);
	}
	if (what == SEGMENT_SAME && *found == NULL) {
		*found = memory_text(path, err);
		what = *found != NULL ? SEGMENT_SAME : -1;
	}
	text_free(&why);
	return what < 0 ? -1 : 0;
}

int
segment_choose(const struct output *output, const char *other,
    const struct pack *entry, char **path, struct error *err)
{
	const char *to_do = ": choose another -o, or --force replaces it";
	int status;

	*path = NULL;
	if (other != NULL && output_is_stdout(other))
		return error_set(err,
		    "--resume %s is also the output, which the shell has "
		    "emptied: use -o %s instead",
		    other, other);
	if (other != NULL && reader_check_file(other, err) < 0)
		return error_prefix(err, "--resume");
	if (output->path != NULL && output->order->force)
		to_do = NULL;
	status = consider(output->part, to_do, entry, path, err);
	if (status == 0)
		status = consider(other, "", entry, path, err);
	if (status == 0)
		status = consider(output->path, to_do, entry, path, err);
	if (status < 0) {
		free(*path);
		*path = NULL;
	}
	return status;
}

static int
take(struct trainer *trainer, const struct record *record, struct error *err)
{
	struct graph *g = trainer->graph;
	struct chunk chunk;
	size_t size;

	if (!record_is(record, "tensor"))
		return optimiser_read(&trainer->optimiser, record, err);
	if (chunk_unpack(&chunk, record, g->tensors, g->n_tensors, err) < 0)
		return -1;
	size = tensor_element_bytes(g->tensors[chunk.tensor].type);
	memcpy(
	    (char *)g->tensors[chunk.tensor].data + (size_t)chunk.offset * size,
	    chunk.elements, (size_t)chunk.n * size);
	return 0;
}

/* The segment is whole: its end has been seen. */
static int
take_segment(
    struct trainer *trainer, const struct text *segment, struct error *err)
{
	struct reader *reader = reader_new_text(segment, err);
	struct record record;
	int status = reader != NULL ? 1 : -1;

	while (status == 1) {
		status = reader_next(reader, &record, err);
		if (status == 1 && take(trainer, &record, err) < 0)
			status = -1;
	}
	reader_free(reader);
	return status;
}

/*
 * Reads on to the `end` of the next checkpoint, all bytes into segment.  1, or
 * 0 when there is no whole one any more: whatever is wrong with it, the run
 * goes on from the one before.  -1 when memory is short.
 */
static int
next_segment(struct reader *reader, const struct pack *entry,
    struct text *segment, struct error *err)
{
	struct record record;
	bool model = false;
	int got, ours = 1;

	while ((got = reader_next(reader, &record, err)) == 1) {
		if (record_is(&record, "begin")) {
			ours = is_of(&record, entry, err);
			text_cut(segment, 0);
		}
		if (ours != 1)
			return ours;
		model |= record_is(&record, "model");
		text_add_bytes(segment, record.bytes, record.n_bytes);
		if (record_is(&record, "end") && model)
			return text_check(segment, err) < 0 ? -1 : 1;
	}
	return got < 0 && err->memory ? -1 : 0;
}

/* Writes it again, as the last checkpoint of the run or as another. */
static int
copy_segment(const struct text *segment, const struct pack *entry, bool last,
    struct writer *writer, struct error *err)
{
	struct reader *reader = reader_new_text(segment, err);
	struct record record;
	int more = reader != NULL ? 1 : -1, status = 0;

	while (status == 0 && more == 1) {
		more = reader_next(reader, &record, err);
		if (more != 1 || record_is_mark(&record))
			continue;
		if (record_is(&record, "begin"))
			status = writer_begin(writer, record.header, NULL, err);
		else if (!record_is(&record, "end"))
			status = writer_copy(writer, &record, err);
		else if (last)
			status = write_mark(writer, "close", entry, err);
	}
	reader_free(reader);
	return status < 0 || more < 0 ? -1 : writer_end(writer, err);
}

/*
 * Copies all checkpoints but the last, which stays in segment: 1, 0 when there
 * is none, -1.
 */
static int
copy_segments(struct reader *reader, const struct pack *entry,
    struct writer *writer, struct text *segment, struct error *err)
{
	struct text next = {0}, swap;
	int got;

	while ((got = next_segment(reader, entry, &next, err)) == 1) {
		if (!text_is_empty(segment) &&
		    copy_segment(segment, entry, false, writer, err) < 0) {
			got = -1;
			break;
		}
		swap = *segment;
		*segment = next;
		next = swap;
	}
	text_free(&next);
	return got < 0 ? -1 : !text_is_empty(segment);
}

int
segment_resume(const char *path, const struct pack *entry, int64_t steps,
    struct writer *writer, struct trainer *trainer, struct error *err)
{
	char *paths[1] = {(char *)path};
	struct reader *reader = reader_new(paths, 1, err);
	struct text last = {0};
	int status = reader != NULL
			 ? copy_segments(reader, entry, writer, &last, err)
			 : -1;

	if (status == 1 &&
	    (take_segment(trainer, &last, err) < 0 ||
		copy_segment(&last, entry, trainer->optimiser.step == steps,
		    writer, err) < 0))
		status = -1;
	text_free(&last);
	reader_free(reader);
	return status < 0 ? error_prefix(err, "%s", path) : status;
}
