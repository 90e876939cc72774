#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "evaluate/exec_internal.h"
#include "stream/writer.h"

/* ---- messages ---- */

int
exec_blame(struct error *err, const struct evaluation *e,
    const struct place *place, const char *format, ...)
{
	char what[512];
	va_list list;

	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	error_set(err, "%s", what);
	if (e->plane->reps > 1)
		error_prefix(err, "rep %d", place->rep);
	return error_prefix(
	    err, "--exec: point (%.6g, %.6g)", place->a, place->b);
}

void
exec_explain(
    const struct exec_process *process, const char *how, struct error *err)
{
	struct error before = *err;

	if (process->ended)
		error_set(err, "%.900s (%s)", before.text,
		    how[0] != '\0' ? how : "exit status 0");
}

/* ---- the process ---- */

int
exec_open(struct exec_process *p, const struct evaluation *e, struct error *err)
{
	*p = (struct exec_process){.child = {.to = -1, .from = -1},
	    .n_tensors = e->plane->model.graph.n_tensors};
	p->theta = plane_theta_new(e->plane, err);
	p->begin = pack_decode(&e->plane->begin, err);
	if (p->theta == NULL || p->begin == NULL ||
	    norms_open(&p->norms, &e->norms, e->plane, NULL, NULL, NULL, err) <
		0)
		return -1;
	return child_start(&p->child, e->exec.command, err);
}

void
exec_close(struct exec_process *p)
{
	char how[CHILD_END_BYTES];

	child_kill(&p->child);
	child_close(&p->child);
	child_reap(&p->child, how);
	if (p->theta != NULL)
		tensors_free(p->theta, p->n_tensors);
	decoded_free(p->begin);
	norms_close(&p->norms);
}

/* ---- the question ---- */

static int
write_place(struct writer *writer, const struct place *place, struct error *err)
{
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_int(&header, "rep", place->rep);
	pack_key_real(&header, "x", place->a);
	pack_key_real(&header, "y", place->b);
	pack_close(&header);
	status = writer_record(writer, "place", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

static int
write_segment(const struct exec_process *p, const struct evaluation *e,
    const struct place *place, struct output *out, struct error *err)
{
	struct writer *writer = writer_new(out, 0, err);
	int status = -1;

	if (writer != NULL &&
	    writer_begin(writer, decoded_value(p->begin), NULL, err) == 0 &&
	    model_write_record(writer, &e->plane->model, err) == 0)
		status = write_place(writer, place, err);
	for (size_t i = 0; i < p->n_tensors && status == 0; i++)
		status = chunk_write_tensor(writer, (int)i, &p->theta[i], err);
	if (status == 0)
		status = writer_end(writer, err);
	writer_free(writer);
	return status;
}

/* "rep x y w1 w2 ...", all elements of all tensors. */
static int
write_line(const struct exec_process *p, const struct place *place,
    struct output *out, struct error *err)
{
	char number[2][NUMBER_TEXT_BYTES];
	struct text line = {0};
	int status;

	text_add(&line, "%d %s %s", place->rep,
	    number_format(place->a, number[0]),
	    number_format(place->b, number[1]));
	for (size_t t = 0; t < p->n_tensors; t++)
		for (int64_t i = 0; i < p->theta[t].n; i++)
			if (p->theta[t].type == TENSOR_INT64)
				text_add(
				    &line, " %" PRId64, p->theta[t].i64[i]);
			else
				text_add(
				    &line, " %.9g", (double)p->theta[t].f32[i]);
	text_add(&line, "\n");
	status = output_text(out, &line, 0, err);
	text_free(&line);
	return status;
}

static int
ask(const struct exec_process *p, const struct evaluation *e,
    const struct place *place, struct error *err)
{
	struct output out = {.fd = p->child.to, .name = "--exec"};
	sigset_t before;
	int status;

	child_hold_sigpipe(&before);
	status = e->exec.form == EXEC_TEXT
		     ? write_line(p, place, &out, err)
		     : write_segment(p, e, place, &out, err);
	child_drop_sigpipe(&before);
	return status;
}

/* ---- the answer ---- */

/* A number as C, Python or JavaScript print it. */
static int
read_number(const char *word, double *out)
{
	const char *bare = word[0] == '-' || word[0] == '+' ? word + 1 : word;
	struct error lost; /* the caller has a better word */

	if (strcasecmp(bare, "nan") == 0)
		*out = NAN;
	else if (strcasecmp(bare, "inf") == 0 ||
		 strcasecmp(bare, "infinity") == 0)
		*out = word[0] == '-' ? -INFINITY : INFINITY;
	else
		return number_parse_real(word, "", out, &lost);
	return 0;
}

/* Correct to float32: 100 times a fraction of 1 may come out a little above. */
static bool
is_percentage(double v)
{
	return v >= 0.0 && v <= 100.0 * (1.0 + 1e-6);
}

/* "loss" or "loss accuracy". */
static int
read_answer(char *line, struct score *score)
{
	static const char blank[] = " \t\r";
	char *rest = NULL, *word = strtok_r(line, blank, &rest);
	double v[2] = {NAN, NAN};
	int n = 0;

	for (; word != NULL; word = strtok_r(NULL, blank, &rest))
		if (n == 2 || read_number(word, &v[n++]) < 0)
			return -1;
	if (n == 0)
		return -1;
	*score = (struct score){.loss = v[0], .acc = v[1], .sd = NAN};
	if (isnan(v[0]))
		score->status = SCORE_NAN;
	else if (isinf(v[0]))
		score->status = SCORE_OVERFLOW;
	return 0;
}

int
exec_ask(struct exec_process *p, const struct evaluation *e,
    const struct place *place, struct score *score, struct error *err)
{
	char line[CHILD_LINE_BYTES], words[CHILD_LINE_BYTES];
	struct error why;
	int status;

	plane_apply(e->plane, place->rep, place->a, place->b, p->theta);
	if (norms_set_statistics(&p->norms, p->theta, &why) < 0) {
		score_bad(score, SCORE_BADVAR, why.text, 0);
		return 0;
	}
	p->ended = ask(p, e, place, &why) < 0;
	if (p->ended)
		return exec_blame(
		    err, e, place, "the program ended before it was asked");
	status = child_line(&p->child, line);
	p->ended = status == 0;
	if (p->ended)
		return exec_blame(err, e, place,
		    line[0] != '\0'
			? "the program ended in its answer '%.60s'"
			: "the program ended without an answer%.60s",
		    line);
	memcpy(words, line, sizeof(words));
	if (status < 0 || read_answer(words, score) < 0)
		return exec_blame(err, e, place,
		    "the answer is '%.60s', expected 'LOSS' or 'LOSS "
		    "ACCURACY'",
		    line);
	if (!isnan(score->acc) && !is_percentage(score->acc))
		return exec_blame(err, e, place,
		    "the answer is '%.60s' with the accuracy %.6g, expected a "
		    "percentage, 0 to 100",
		    line, score->acc);
	if (child_has_more(&p->child))
		return exec_blame(
		    err, e, place, "more than one line of answer to one point");
	return 0;
}
