/*
 * Checkpoints of a run in the stream: each a segment with a model as any other,
 * and behind its tensors the optimiser's state.
 */
#ifndef TRAIN_SEGMENT_H
#define TRAIN_SEGMENT_H

#include "base/error.h"
#include "model/model.h"
#include "stream/writer.h"
#include "train/trainer.h"

/*
 * Writes one segment.  before: the `begin` of the model that training started
 * from, or NULL; entry: the run's line of the history.
 */
int segment_write(struct writer *writer, const struct value *before,
    const struct pack *entry, const struct model *model,
    const struct optimiser *optimiser, struct error *err);

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
 * Copies the whole segments of path, which is of this run, to output, and takes
 * tensors and state of the last one: the run stands where it was written.  A
 * torn end is dropped.  Returns 1, 0 when no segment is whole, or -1.
 */
int segment_resume(const char *path, const struct pack *entry,
    struct output *output, struct trainer *trainer, struct error *err);

#endif
