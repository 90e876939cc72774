/*
 * A run in words, for a person at a terminal.
 */
#ifndef TRAIN_REPORT_H
#define TRAIN_REPORT_H

#include <stdint.h>

#include "train/trainer.h"

enum { REPORT_BYTES = 256 };

/*
 * "step 468 of 4690: loss 0.81, accuracy 70.1 %; test loss 0.6, accuracy
 * 77.3 %"; test may be NULL.  Returns text.
 */
char *report_checkpoint(const struct trainer *trainer, int64_t steps,
    const struct trainer_test *test, char text[REPORT_BYTES]);

/*
 * "epoch 3: loss 0.41, accuracy 85.2 %, 1234 images/s, 3:20 left", seconds
 * after step start of steps.  Returns text.
 */
char *report_progress(const struct trainer *trainer, int64_t start,
    int64_t steps, double seconds, char text[REPORT_BYTES]);

#endif
