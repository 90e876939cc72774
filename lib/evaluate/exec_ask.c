#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "evaluate/exec_internal.h"
#include "stream/writer.h"

const char *const exec_form_words[] = {"stream", "text", "place", NULL};

/* ---- the process ---- */

static int
start(struct exec_process *p, int number, const struct exec_rule *rule,
    struct error *err)
{
	struct text line = {0};
	const char *chars;
	int status = -1;

	text_add(&line,
	    "export LOSSPIPE_PROCESS=%d LOSSPIPE_ORDER=%" PRIu64 "; %s", number,
	    rule->order, rule->command);
	chars = text_chars(&line, err);
	if (chars != NULL)
		status = child_start(&p->child, chars, err);
	text_free(&line);
	return status;
}

int
exec_open(struct exec_process *p, int number, const struct evaluation *e,
    struct error *err)
{
	*p = (struct exec_process){.child = {.to = -1, .from = -1},
	    .n_tensors = e->plane->model.graph.n_tensors};
	p->begin = pack_decode(&e->plane->begin, err);
	if (p->begin == NULL || norms_open(&p->norms, &e->norms, e->plane, NULL,
				    NULL, NULL, err) < 0)
		return -1;
	/* (moved variances are looked at here, whoever adds up) */
	if (e->exec.form != EXEC_PLACE || p->norms.mode == NORMS_STATES) {
		p->theta = plane_theta_new(e->plane, err);
		if (p->theta == NULL)
			return -1;
	}
	return start(p, number, &e->exec, err);
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
write_place(struct writer *writer, const struct exec_question *question,
    struct error *err)
{
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_int(&header, "rep", question->place->rep);
	pack_key_real(&header, "x", question->place->a);
	pack_key_real(&header, "y", question->place->b);
	if (question->to > 0) {
		pack_key_int(&header, "from", question->from);
		pack_key_int(&header, "to", question->to);
	}
	pack_close(&header);
	status = writer_record(writer, "place", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

static int
write_segment(const struct exec_process *p, const struct evaluation *e,
    const struct exec_question *question, struct output *out, struct error *err)
{
	struct writer *writer = writer_new(out, 0, err);
	int status = -1;

	if (writer != NULL &&
	    writer_begin(writer, decoded_value(p->begin), NULL, err) == 0 &&
	    model_write_record(writer, &e->plane->model, err) == 0)
		status = write_place(writer, question, err);
	for (size_t i = 0; i < p->n_tensors && status == 0; i++)
		status = chunk_write_tensor(writer, (int)i, &p->theta[i], err);
	if (status == 0)
		status = writer_end(writer, err);
	writer_free(writer);
	return status;
}

/* "rep x y", and behind it "from to" of a range. */
static void
add_place(struct text *line, const struct exec_question *question)
{
	char number[2][NUMBER_TEXT_BYTES];

	text_add(line, "%d %s %s", question->place->rep,
	    number_format(question->place->a, number[0]),
	    number_format(question->place->b, number[1]));
	if (question->to > 0)
		text_add(line, " %" PRId64 " %" PRId64, question->from,
		    question->to);
}

/* That and "w1 w2 ...", all elements of all tensors. */
static int
write_line(const struct exec_process *p, const struct exec_question *question,
    struct output *out, struct error *err)
{
	struct text line = {0};
	int status;

	add_place(&line, question);
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

/* The directions of a tensor, but of one that stays where it is. */
static int
write_deltas(const struct exec_process *p, const struct plane *plane,
    struct writer *writer, int i, struct error *err)
{
	const struct tensor *t = &plane->model.graph.tensors[i];
	int status = 0;

	for (int d = 0; d < plane->reps * plane->axes && status == 0; d++) {
		const int rep = d / plane->axes, axis = d % plane->axes;
		const float *delta = plane_delta(plane, rep, axis, i);

		if (delta != NULL && !norms_keep(&p->norms, t))
			status = chunk_write_delta(
			    writer, axis, rep, i, t, 0, delta, t->n, err);
	}
	return status;
}

static int
write_directions(
    const struct plane *plane, struct writer *writer, struct error *err)
{
	int status = 0;

	for (int d = 0; d < plane->reps * plane->axes && status == 0; d++) {
		struct pack header = {0};

		status =
		    direction_pack(&header, &plane->direction[d], NULL, err);
		if (status == 0)
			status = writer_record(
			    writer, "direction", &header, NULL, 0, err);
		pack_free(&header);
	}
	return status;
}

/* The model and its directions, scaled, as one segment. */
static int
write_plane(const struct exec_process *p, const struct plane *plane,
    struct output *out, struct error *err)
{
	const struct graph *g = &plane->model.graph;
	struct writer *writer = writer_new(out, 0, err);
	int status = -1;

	if (writer != NULL &&
	    writer_begin(writer, decoded_value(p->begin), NULL, err) == 0 &&
	    model_write_record(writer, &plane->model, err) == 0)
		status = write_directions(plane, writer, err);
	for (size_t i = 0; i < p->n_tensors && status == 0; i++) {
		status =
		    chunk_write_tensor(writer, (int)i, &g->tensors[i], err);
		if (status == 0)
			status = write_deltas(p, plane, writer, (int)i, err);
	}
	if (status == 0)
		status = writer_end(writer, err);
	writer_free(writer);
	return status;
}

/* "id rep x y" or "id rep x y from to", behind the plane. */
static int
write_question(struct exec_process *p, const struct evaluation *e,
    const struct exec_question *question, struct output *out, struct error *err)
{
	struct text line = {0};
	int status = 0;

	if (!p->has_plane)
		status = write_plane(p, e->plane, out, err);
	p->has_plane = true;
	text_add(&line, "%" PRId64 " ", question->id);
	add_place(&line, question);
	text_add(&line, "\n");
	if (status == 0)
		status = output_text(out, &line, 0, err);
	text_free(&line);
	return status;
}

static int
write_any(struct exec_process *p, const struct evaluation *e,
    const struct exec_question *question, struct error *err)
{
	struct output out = {.fd = p->child.to, .name = "--exec"};
	sigset_t before;
	int status;

	child_hold_sigpipe(&before);
	if (e->exec.form == EXEC_PLACE || p->theta == NULL)
		status = write_question(p, e, question, &out, err);
	else if (e->exec.form == EXEC_TEXT)
		status = write_line(p, question, &out, err);
	else
		status = write_segment(p, e, question, &out, err);
	child_drop_sigpipe(&before);
	return status;
}

int
exec_ask(struct exec_process *p, const struct evaluation *e,
    const struct exec_question *question, struct score *score,
    struct error *err)
{
	const struct place *place = question->place;
	struct error why;

	if (p->theta != NULL) {
		plane_apply(e->plane, place->rep, place->a, place->b, p->theta);
		if (norms_set_statistics(&p->norms, p->theta, &why) < 0) {
			score_bad(score, SCORE_BADVAR, why.text, 0);
			return 0;
		}
	}
	p->ended = write_any(p, e, question, &why) < 0;
	if (p->ended)
		return exec_blame(
		    err, e, place, "the program ended before it was asked");
	return 1;
}

/* ---- the answer ---- */

/* What a program says that cannot answer. */
static const char refusal[] = "error ";

/* Correct to float32: 100 times a fraction of 1 may come out a little above. */
static bool
is_percentage(double v)
{
	return v >= 0.0 && v <= 100.0 * (1.0 + 1e-6);
}

static int
blame_answer(const struct evaluation *e, const struct exec_question *question,
    const char *line, struct error *err)
{
	if (e->exec.form == EXEC_PLACE)
		return exec_blame(err, e, question->place,
		    "the answer is '%.60s', expected 'id=%" PRId64
		    " loss=LOSS' and, in any order, acc= sd= most= n= total= "
		    "(--exec-form place)",
		    line, question->id);
	return exec_blame(err, e, question->place,
	    "the answer is '%.60s', expected 'LOSS', 'LOSS ACCURACY' or words: "
	    "loss= acc= sd= most= n= total= (--exec-form %s)",
	    line, exec_form_words[e->exec.form]);
}

int
exec_hear(struct exec_process *p, const struct evaluation *e,
    const struct exec_question *question, int n, int *which,
    struct score *score, struct error *err)
{
	char line[CHILD_LINE_BYTES], words[CHILD_LINE_BYTES];
	struct exec_answer answer;
	int status = child_line(&p->child, line), at = 0;

	p->ended = status == 0;
	if (p->ended)
		return exec_blame(err, e, question->place,
		    line[0] != '\0'
			? "the program ended in its answer '%.60s'"
			: "the program ended without an answer%.60s",
		    line);
	if (strncmp(line, refusal, sizeof(refusal) - 1) == 0)
		return exec_blame(err, e, question->place,
		    "the program refuses: %.300s", line + sizeof(refusal) - 1);
	memcpy(words, line, sizeof(words));
	if (status < 0 || exec_read_answer(words, &answer) < 0 ||
	    (e->exec.form == EXEC_PLACE && !answer.has_id))
		return blame_answer(e, question, line, err);
	while (answer.has_id && e->exec.form == EXEC_PLACE && at < n &&
	       question[at].id != answer.id)
		at++;
	if (at == n)
		return blame_answer(e, question, line, err);
	*which = at;
	*score = answer.score;
	if (!isnan(score->acc) && !is_percentage(score->acc))
		return exec_blame(err, e, question[at].place,
		    "the answer is '%.60s' with the accuracy %.6g, expected a "
		    "percentage, 0 to 100",
		    line, score->acc);
	if (n == 1 && child_has_more(&p->child))
		return exec_blame(err, e, question->place,
		    "more than one line of answer to one point");
	return exec_range_check(e, &question[at], line, score, err);
}
