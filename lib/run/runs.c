#include "run/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/character.h"
#include "base/descriptor.h"
#include "base/magic.h"
#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "direction/passage.h"

enum { COPY_BYTES = 1 << 16 };

void
runs_free(struct runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		free(runs->checkpoints[i].pieces);
	for (size_t i = 0; i < runs->n_runs; i++)
		if (runs->runs[i].fd >= 0)
			close(runs->runs[i].fd);
	free(runs->checkpoints);
	free(runs->runs);
	model_free(&runs->model);
	marks_free(&runs->open);
	*runs = (struct runs){0};
}

/* ---- files ---- */

/* Copies all of fd into a temporary file; returns its descriptor. */
static int
copy_to_temporary(int fd, const char *name, struct error *err)
{
	char *buffer = memory_new(COPY_BYTES, 1, err);
	struct output out;
	ssize_t got = -1;

	if (buffer == NULL)
		return -1;
	if (output_open_temporary(&out, err) < 0) {
		free(buffer);
		return -1;
	}
	do {
		got = descriptor_read(fd, buffer, COPY_BYTES);
		if (got < 0)
			error_set(err, "%s:", name);
		else if (output_write(&out, buffer, (size_t)got, err) < 0)
			got = -1;
	} while (got > 0);
	free(buffer);
	if (got == 0 && lseek(out.fd, 0, SEEK_SET) == 0)
		return out.fd;
	output_abandon(&out);
	return -1;
}

/* A file that can be read at any place. */
static int
open_run(const char *path, struct error *err)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	int fd =
	    standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int copy;

	if (fd < 0 || fstat(fd, &st) < 0) {
		error_set(err, "%s:", name);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0)
		return fd;
	if (S_ISDIR(st.st_mode)) {
		copy = magic_refuse_folder(path, "losspipe records", err) < 0
			   ? error_prefix(err, "%s", name)
			   : -1;
	} else {
		copy = copy_to_temporary(fd, name, err);
	}
	close(fd);
	return copy;
}

/* ---- the index ---- */

static int
take_note(
    const struct model *model, struct run_checkpoint *c, struct error *err)
{
	struct decoded *meta = pack_decode(&model->meta, err);
	const struct value *v;

	if (meta == NULL)
		return -1;
	v = decoded_value(meta);
	if (!value_real(value_get(v, "epoch"), &c->epoch))
		c->epoch = NAN;
	if (!value_real(value_get(v, "lr"), &c->lr))
		c->lr = NAN;
	if (!value_real(value_get(v, "running_loss"), &c->running_loss))
		c->running_loss = NAN;
	if (!value_int(value_get(v, "step"), &c->step) || c->step < 0)
		c->step = -1;
	decoded_free(meta);
	return 0;
}

/* An indexing in progress. */
struct indexing {
	struct runs *runs;
	struct run *run;
	struct passage passage;
	uint64_t begin;
	struct digest digest; /* of the model that passes */
};

static int
take_model(struct indexing *x, struct error *err)
{
	struct runs *runs = x->runs;
	struct model *model = &x->passage.model;
	struct run_checkpoint *c;
	struct record record = x->passage.record;
	char what[48];

	snprintf(what, sizeof(what), "checkpoint %zu", x->run->n + 1);
	if (runs->n == 0 && model_unpack(&runs->model, &record, err) < 0)
		return -1;
	if (graph_check_tensors(&model->graph, what, &runs->model.graph, err) <
	    0)
		return -1;
	if (memory_grow(&runs->checkpoints, &runs->room, runs->n + 1,
		sizeof(*c), err) < 0)
		return -1;
	c = &runs->checkpoints[runs->n++];
	*c = (struct run_checkpoint){
	    .run = (int)(x->run - runs->runs), .begin = x->begin};
	if (take_note(model, c, err) < 0)
		return -1;
	if (x->run->n++ == 0)
		snprintf(x->run->label, RUN_NAME_BYTES, "%.*s",
		    RUN_NAME_BYTES - 1, model->label);
	return runs->digests ? model_digest_start(model, &x->digest, err) : 0;
}

static int
take_tensor(struct indexing *x, struct error *err)
{
	const struct passage *p = &x->passage;
	const struct chunk *chunk = &p->chunk;
	struct run_checkpoint *c = &x->runs->checkpoints[x->runs->n - 1];

	if (memory_grow(
		&c->pieces, &c->room, c->n + 1, sizeof(*c->pieces), err) < 0)
		return -1;
	c->pieces[c->n++] = (struct run_piece){.tensor = chunk->tensor,
	    .offset = chunk->offset,
	    .n = chunk->n,
	    .at =
		reader_place(p->reader) +
		(uint64_t)((const uint8_t *)chunk->elements - p->record.bytes)};
	if (x->runs->digests)
		digest_add(
		    &x->digest, chunk->elements, p->record.payload_bytes);
	return 0;
}

static int
take_end(struct indexing *x, struct error *err)
{
	const struct value *header = x->passage.record.header;
	char segment[DIGEST_TEXT_BYTES];

	if (field_text(header, "digest", segment, sizeof(segment), err) < 0)
		return -1;
	digest_add_text(&x->runs->digest, segment);
	if (x->runs->digests && x->passage.has_model)
		digest_finish_text(
		    &x->digest, x->runs->checkpoints[x->runs->n - 1].digest);
	return 0;
}

static int
index_run(struct indexing *x, struct error *err)
{
	struct passage *p = &x->passage;
	enum passage_step step;
	int status, taken = 0;

	while (taken == 0 && (status = passage_next(p, &step, err)) > 0) {
		if (step == PASSAGE_BEGIN)
			x->begin = reader_place(p->reader);
		else if (step == PASSAGE_MODEL)
			taken = take_model(x, err);
		else if (step == PASSAGE_TENSOR)
			taken = take_tensor(x, err);
		else if (step == PASSAGE_END)
			taken = take_end(x, err);
	}
	if (taken < 0)
		return error_prefix(err, "%s", reader_name(p->reader));
	return status < 0 ? -1
			  : marks_add(&x->runs->open,
				reader_open_runs(p->reader), err);
}

/* After its label, its file, or both where others have the label. */
static void
choose_name(const struct runs *runs, struct run *run)
{
	char file[RUN_NAME_BYTES];
	const bool labelled = run->label[0] != '\0' &&
			      text_is_printable(run->label, strlen(run->label));
	bool shared = false;

	for (size_t k = 0; k < runs->n_runs; k++)
		shared |= &runs->runs[k] != run && !runs->runs[k].given &&
			  strcmp(runs->runs[k].label, run->label) == 0;
	text_short_path(run->path, file, sizeof(file));
	if (!labelled)
		snprintf(run->name, sizeof(run->name), "%s", file);
	else if (!shared)
		snprintf(run->name, sizeof(run->name), "%s", run->label);
	else
		snprintf(run->name, sizeof(run->name), "%.*s, %.*s",
		    RUN_NAME_BYTES / 2 - 2, run->label, RUN_NAME_BYTES / 2 - 1,
		    file);
}

static bool
is_taken(const struct runs *runs, const struct run *run)
{
	for (const struct run *r = runs->runs; r < run; r++)
		if (strcmp(r->name, run->name) == 0)
			return true;
	return false;
}

/* In order: the runs before one have their names, and it gets a number. */
static void
name_runs(struct runs *runs)
{
	for (size_t k = 0; k < runs->n_runs; k++) {
		struct run *run = &runs->runs[k];
		char name[RUN_NAME_BYTES];

		if (!run->given)
			choose_name(runs, run);
		memcpy(name, run->name, sizeof(name));
		for (int i = 2; is_taken(runs, run); i++)
			snprintf(run->name, sizeof(run->name), "%.*s (%d)",
			    RUN_NAME_BYTES - 16, name, i);
	}
}

static struct run *
new_run(struct runs *runs, const char *text, struct error *err)
{
	size_t word = strcspn(text, "=/");
	struct run *run;

	if (memory_grow(&runs->runs, &runs->room_runs, runs->n_runs + 1,
		sizeof(*run), err) < 0)
		return NULL;
	run = &runs->runs[runs->n_runs++];
	*run = (struct run){.fd = -1, .first = runs->n, .path = text};
	if (word < RUN_NAME_BYTES && text[word] == '=') {
		memcpy(run->name, text, word);
		run->given = true;
		run->path = text + word + 1;
	}
	return run;
}

int
runs_add(struct runs *runs, const char *text, struct error *err)
{
	struct run *run = new_run(runs, text, err);
	struct indexing x = {.runs = runs, .run = run};
	struct reader *reader;
	int status = -1, own;

	if (run == NULL)
		return -1;
	if (runs->n_runs == 1)
		digest_start(&runs->digest);
	run->fd = open_run(run->path, err);
	if (strcmp(run->path, "-") == 0)
		run->path = "standard input";
	own = run->fd >= 0 ? dup(run->fd) : -1;
	if (own < 0)
		return run->fd < 0 ? -1 : error_set(err, "%s:", run->path);
	reader = reader_new_fd(own, run->path, err);
	if (reader == NULL) {
		close(own);
		return -1;
	}
	reader_take_partial(reader, runs->partial);
	passage_open(&x.passage, reader);
	status = index_run(&x, err);
	passage_close(&x.passage);
	reader_free(reader);
	name_runs(runs);
	return status;
}

size_t
runs_last(const struct runs *runs)
{
	return runs->runs[0].first + runs->runs[0].n - 1;
}

/* ---- what is in them ---- */

static int
read_at(
    const struct run *run, uint64_t at, void *out, size_t n, struct error *err)
{
	char *to = out;

	while (n > 0) {
		ssize_t got = pread(run->fd, to, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, "%s:", run->path);
		if (got == 0)
			return error_set(err,
			    "%s: has become shorter while it was read",
			    run->path);
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

int
runs_read(const struct runs *runs, size_t checkpoint, int tensor,
    int64_t offset, int64_t n, void *out, struct error *err)
{
	const struct run_checkpoint *c = &runs->checkpoints[checkpoint];
	const size_t size =
	    tensor_element_bytes(runs->model.graph.tensors[tensor].type);
	char *to = out;

	for (size_t i = 0; i < c->n && n > 0; i++) {
		const struct run_piece *p = &c->pieces[i];
		int64_t skip = offset - p->offset, m = p->n - skip;

		if (p->tensor != tensor || skip < 0 || m <= 0)
			continue;
		m = m < n ? m : n;
		if (read_at(&runs->runs[c->run], p->at + (uint64_t)skip * size,
			to, (size_t)m * size, err) < 0)
			return -1;
		to += (size_t)m * size;
		offset += m;
		n -= m;
	}
	return 0;
}

int64_t
runs_blocks(int64_t n)
{
	return (n + RUNS_BLOCK - 1) / RUNS_BLOCK;
}

int
runs_subtract(const struct runs *runs, size_t checkpoint, int tensor,
    int64_t offset, int64_t n, const void *w, float *out, struct error *err)
{
	int64_t raw[RUNS_BLOCK];

	if (runs_read(runs, checkpoint, tensor, offset, n, raw, err) < 0)
		return -1;
	tensor_subtract(runs->model.graph.tensors[tensor].type, raw, w, n, out);
	if (runs->seen != NULL)
		runs->seen(runs->context);
	return 0;
}

struct reader *
runs_reader(const struct runs *runs, size_t checkpoint, struct error *err)
{
	const struct run_checkpoint *c = &runs->checkpoints[checkpoint];
	const struct run *run = &runs->runs[c->run];
	int own = dup(run->fd);
	struct reader *reader;

	if (own < 0 || lseek(own, (off_t)c->begin, SEEK_SET) < 0) {
		error_set(err, "%s:", run->path);
		if (own >= 0)
			close(own);
		return NULL;
	}
	reader = reader_new_fd(own, run->path, err);
	if (reader == NULL) {
		close(own);
		return NULL;
	}
	reader_take_partial(reader, runs->partial);
	reader_trust(reader);
	return reader;
}

void
runs_digest(const struct runs *runs, char out[DIGEST_TEXT_BYTES])
{
	struct digest digest = runs->digest;

	digest_finish_text(&digest, out);
}
