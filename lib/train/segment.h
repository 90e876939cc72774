/*
 * Checkpoints of a run in the stream: each a segment with a model as any other,
 * and behind its tensors the optimiser's state.
 */
#ifndef TRAIN_SEGMENT_H
#define TRAIN_SEGMENT_H

#include <stdbool.h>

#include "base/error.h"
#include "model/model.h"
#include "stream/writer.h"
#include "train/trainer.h"

/*
 * Opens the run: a segment with the mark that it begins (stream/marks.h), and
 * so that it lacks its end until segment_write or segment_resume have written
 * the last checkpoint.  before: the `begin` of the model that training started
 * from, or NULL; entry: the run's line of the history, which names it.
 */
int segment_open(struct writer *writer, const struct value *before,
    const struct pack *entry, struct error *err);

/* Writes one checkpoint; last: the run ends with it. */
int segment_write(struct writer *writer, const struct value *before,
    const struct pack *entry, const struct model *model,
    const struct optimiser *optimiser, bool last, struct error *err);

/*
 * What a checkpoint says about itself (the model's meta): epoch, step, lr,
 * weight_norm; running_loss and running_acc of the steps before it; test_loss
 * and test_acc unless test is NULL.
 */
void segment_note(const struct trainer *trainer,
    const struct trainer_test *test, struct pack *meta);

/*
 * Which file has the earlier output of the run of entry: PATH.part of output
 * (open), other (may be NULL), or PATH, in this order.  *path is the caller's
 * to free, or NULL for none.  Another run there is an error (in the files of
 * output unless --force was given), and an other that is standard output or not
 * there.
 */
int segment_choose(const struct output *output, const char *other,
    const struct pack *entry, char **path, struct error *err);

/*
 * Copies the whole checkpoints of path, which is of this run, to writer, and
 * takes tensors and state of the last one: the run stands where it was written.
 * A torn end is dropped.  The run ends with a checkpoint after so many steps,
 * and with no other, whatever path says.  Returns 1, 0 when no checkpoint is
 * whole, or -1.
 */
int segment_resume(const char *path, const struct pack *entry, int64_t steps,
    struct writer *writer, struct trainer *trainer, struct error *err);

#endif
