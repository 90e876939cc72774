/* What is done at one point: weights, blocks of images, looks. */
#include "evaluate/evaluate_internal.h"

#include <string.h>

#include "data/dataset_fit.h"

struct ring_slot *
slot_of(struct job *job, int64_t point)
{
	return &job->slot[point % job->slots];
}

/* ---- how far it is ---- */

void
point_empty(struct job *job, int64_t point)
{
	const struct evaluation *e = job->e;
	struct ring_slot *slot = slot_of(job, point);
	struct anchor_cell cell[SETS_MAX];

	memcpy(cell, slot->cell, sizeof(cell));
	*slot = (struct ring_slot){.weights = slot->weights,
	    .theta = slot->theta,
	    .losses = slot->losses,
	    .correct = slot->correct};
	memcpy(slot->cell, cell, sizeof(cell));
	for (int s = 0; s < e->sets; s++) {
		struct portion *p = &slot->portion[s];

		p->ended = (job->points[point].sets >> s & 1U) == 0;
		if (!p->ended)
			p->until = look_next(&e->look, 0, e->data[s]->n);
	}
}

bool
point_has_block(const struct job *job, const struct ring_slot *slot)
{
	for (int s = 0; s < job->e->sets; s++)
		if (slot->portion[s].issued < slot->portion[s].until)
			return true;
	return false;
}

bool
point_next_block(
    const struct job *job, struct ring_slot *slot, struct block *block)
{
	const int64_t size = plan_block(job->e->plan);

	for (int s = 0; s < job->e->sets; s++) {
		struct portion *p = &slot->portion[s];
		const int64_t n = p->until - p->issued;

		if (n == 0)
			continue;
		*block = (struct block){s, p->issued, n < size ? n : size};
		p->issued += block->n;
		p->left += block->n;
		return true;
	}
	return false;
}

void
point_end(struct ring_slot *slot, const struct job *job)
{
	for (int s = 0; s < job->e->sets; s++)
		slot->portion[s] = (struct portion){.ended = true};
}

bool
point_continue(
    struct ring_slot *slot, const struct job *job, int set, int64_t until)
{
	struct portion *p = &slot->portion[set];

	p->ended = until == p->until;
	p->until = until;
	for (int s = 0; s < job->e->sets; s++)
		if (!slot->portion[s].ended)
			return false;
	return true;
}

/* ---- doing it ---- */

static int
find_anchors(struct job *job, int64_t point, struct error *err)
{
	const struct evaluation *e = job->e;
	const struct place *at = &job->points[point];
	struct ring_slot *slot = slot_of(job, point);

	for (int s = 0; s < e->sets && e->anchors != NULL; s++)
		if ((at->sets >> s & 1U) != 0 &&
		    anchor_cell(&slot->cell[s], e->anchors, at->rep, at->a,
			at->b, e->set[s], e->data[s], err) < 0)
			return -1;
	return 0;
}

int
point_build(struct job *job, int64_t point, struct error *err)
{
	const struct evaluation *e = job->e;
	struct ring_slot *slot = slot_of(job, point);
	const struct place *at = &job->points[point];
	struct error why;

	plane_apply(e->plane, at->rep, at->a, at->b, slot->theta);
	if (norms_set_statistics(&job->norms, slot->theta, &why) == 0 &&
	    plan_bind(e->plan, slot->theta, slot->weights, &why) == 0)
		return find_anchors(job, point, err);
	slot->bad = true; /* the one way to fail: a negative variance */
	for (int s = 0; s < e->sets; s++)
		score_bad(
		    &slot->score[s], SCORE_BADVAR, why.text, e->data[s]->n);
	return 0;
}

/* Where the losses of a set start among those of all sets. */
static int64_t
before(const struct evaluation *e, int set)
{
	int64_t images = 0;

	for (int s = 0; s < set; s++)
		images += e->data[s]->n;
	return images;
}

void
point_run(
    struct job *job, struct worker *w, int64_t point, const struct block *block)
{
	const struct evaluation *e = job->e;
	const struct dataset *data = e->data[block->set];
	const size_t outputs = plan_classes(e->plan);
	const struct loss_form form = {
	    e->loss, dataset_rows(data), outputs / dataset_rows(data)};
	const int64_t at = before(e, block->set) + block->first;
	struct ring_slot *slot = slot_of(job, point);

	dataset_block(data, block->first, block->n, e->mean, e->std, w->images);
	plan_run(e->plan, slot->weights, w->scratch, w->images, (int)block->n,
	    w->logits);
	for (int64_t i = 0; i < block->n; i++) {
		const float *row = w->logits + (size_t)i * outputs;
		const int64_t image = block->first + i;
		const int *labels = data->labels + image * data->n_labels;

		if (e->loss == LOSS_L2) {
			slot->losses[at + i] = loss_of_targets(row,
			    data->targets + (size_t)image * outputs, outputs);
			continue;
		}
		slot->losses[at + i] = loss_of_rows(&form, row, labels);
		slot->correct[at + i] = loss_rows_correct(&form, row, labels);
	}
}

/*
 * All images count in the order of the data set, so that their sum has the same
 * bits as that of a point that was asked for all of them.
 */
static void
restore_order(const struct dataset *data, double *losses, double *scratch)
{
	if (data->order == NULL)
		return;
	for (int64_t i = 0; i < data->n; i++)
		scratch[data->order[i]] = losses[i];
	memcpy(losses, scratch, (size_t)data->n * sizeof(*losses));
}

int64_t
point_look(struct job *job, struct worker *w, int64_t point, int set)
{
	const struct evaluation *e = job->e;
	const struct dataset *data = e->data[set];
	struct ring_slot *slot = slot_of(job, point);
	double *losses = slot->losses + before(e, set);
	const uint32_t *correct = slot->correct + before(e, set);
	const int64_t n = slot->portion[set].until;
	struct score *score = &slot->score[set];

	if (n < data->n) {
		struct look_state state;

		score_measure(score, losses, n);
		anchor_measure(score, &slot->cell[set], losses, n);
		state = look_state(&e->look, score, data->n);
		if (!look_suffices(&e->look, &state, data->n))
			return look_next(&e->look, n, data->n);
	} else {
		restore_order(data, losses, w->sorted);
	}
	score_from_losses(score, losses, e->loss != LOSS_L2 ? correct : NULL,
	    dataset_rows(data), n, w->sorted);
	if (n == data->n) {
		score->losses = losses;
		score->correct = correct;
	} else {
		anchor_measure(score, &slot->cell[set], losses, n);
	}
	return n;
}
