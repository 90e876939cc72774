#include "run/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const training_words[] = {
    [TRAINING_EPOCH] = "epoch",
    [TRAINING_STEP] = "step",
    [TRAINING_LR] = "lr",
    [TRAINING_WEIGHT_NORM] = "weight_norm",
    [TRAINING_RUNNING_LOSS] = "running_loss",
    [TRAINING_RUNNING_ACC] = "running_acc",
    [TRAINING_TEST_LOSS] = "test_loss",
    [TRAINING_TEST_ACC] = "test_acc",
    NULL,
};

/* A reading in progress. */
struct reading {
	struct training_list *list;
	const struct reader *reader;
	struct pack begin; /* header of the segment that is read */
};

/* Does the segment continue the last run?  -1: memory is short. */
static int
continues(const struct reading *r, double step, struct error *err)
{
	const struct training_list *list = r->list;
	const void *a, *b;
	size_t n, m;

	if (list->n == 0 || list->rows == 0 ||
	    step <= list->row[list->rows - 1][TRAINING_STEP])
		return 0;
	a = pack_encoded(&list->from.begin[list->n - 1], &n, err);
	b = pack_encoded(&r->begin, &m, err);
	if (a == NULL || b == NULL)
		return -1;
	return n == m && memcmp(a, b, n) == 0;
}

static int
start_run(struct reading *r, const struct value *model, struct error *err)
{
	struct training_list *list = r->list;

	if (memory_grow(&list->item, &list->room, list->n + 1,
		sizeof(*list->item), err) < 0 ||
	    listed_add(&list->from, &r->begin, model, r->reader, err) < 0)
		return -1;
	list->item[list->n++] = (struct training){.first = list->rows};
	return 0;
}

static int
take_model(struct reading *r, const struct value *model, struct error *err)
{
	struct training_list *list = r->list;
	const struct value *meta = value_get(model, "meta");
	double *row, step;
	int same;

	if (!value_real(value_get(meta, "step"), &step))
		return 0;
	same = continues(r, step, err);
	if (same < 0 || (same == 0 && start_run(r, model, err) < 0) ||
	    memory_grow(&list->row, &list->room_rows, list->rows + 1,
		sizeof(*list->row), err) < 0)
		return -1;
	row = list->row[list->rows++];
	for (int i = 0; i < TRAINING_COLUMNS; i++)
		if (!value_real(value_get(meta, training_words[i]), &row[i]))
			row[i] = NAN;
	list->item[list->n - 1].n++;
	return listed_replace(&list->from, list->n - 1, model, err);
}

int
training_read(
    struct training_list *list, struct reader *reader, struct error *err)
{
	struct reading r = {.list = list, .reader = reader};
	struct record record;
	int status;

	while ((status = reader_next(reader, &record, err)) == 1) {
		int taken = 0;

		if (record_is(&record, "begin")) {
			pack_free(&r.begin);
			pack_value(&r.begin, record.header);
			taken = pack_check(&r.begin, err);
		} else if (record_is(&record, "model")) {
			taken = take_model(&r, record.header, err);
		}
		if (taken < 0) {
			status = error_prefix(err, "%s", reader_name(reader));
			break;
		}
	}
	list->from.no_end = reader_open_runs(reader)->n > 0;
	pack_free(&r.begin);
	if (status == 0 && list->n == 0)
		return error_set(err,
		    "the input has no checkpoint of a training run, expected "
		    "the output of nettrain");
	return status;
}

void
training_list_free(struct training_list *list)
{
	free(list->item);
	free(list->row);
	listed_free(&list->from);
	*list = (struct training_list){0};
}
