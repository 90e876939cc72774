/*
 * The loss of single images, from their rows of logits.  The caller adds them
 * up in a fixed order, in double.
 */
#ifndef NET_LOSS_H
#define NET_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The words of --loss are loss_words, in this order: those for class labels.
 * loss_any_words has l2 behind them, which wants real targets.
 */
enum loss_kind {
	LOSS_CROSSENTROPY,
	LOSS_MSE, /* softmax against one-hot */
	LOSS_COUNT,
	LOSS_L2 = LOSS_COUNT, /* outputs as they are against targets */
};

extern const char *const loss_words[LOSS_COUNT + 1]; /* NULL-terminated */
extern const char *const loss_any_words[LOSS_COUNT + 2];

/*
 * The loss of one image: logits has classes elements, 0 <= label < classes.
 *
 * crossentropy: log(sum exp(z)) - z[label], in double, shifted by the largest
 * logit so that nothing overflows.  mse: the mean over classes of
 * (softmax(z) - onehot)^2.  Averaged over images these are the reference's
 * losses.  NaN logits give NaN; an infinite logit gives NaN or infinity as the
 * formula does.
 */
double loss_of_image(
    enum loss_kind kind, const float *logits, size_t classes, size_t label);

/*
 * The loss of a network that guesses, every class being as likely as any other:
 * log(classes), or (classes - 1) / classes^2.  NaN for l2.
 */
double loss_of_guessing(enum loss_kind kind, size_t classes);

/* l2: the mean over n outputs of (output - target)^2. */
double loss_of_targets(const float *outputs, const float *targets, size_t n);

/*
 * The gradient of weight times that loss by the logits: classes floats.
 */
void loss_gradient(enum loss_kind kind, const float *logits, size_t classes,
    size_t label, double weight, float *d_logits);

/*
 * The same for an image (or a sequence) whose outputs are rows of logits with a
 * label each: the mean over the rows, and its gradient.  One row is the image
 * itself, to the last bit.
 */
struct loss_form {
	enum loss_kind kind;
	size_t rows, classes;
};

double loss_of_rows(
    const struct loss_form *form, const float *logits, const int *labels);
void loss_rows_gradient(const struct loss_form *form, const float *logits,
    const int *labels, double weight, float *d_logits);

/*
 * How that gradient changes when the logits change by t_logits: the second
 * derivative of weight times the loss, times t_logits, exactly.  d_t_logits
 * must not be t_logits.
 */
void loss_rows_tangent(const struct loss_form *form, const float *logits,
    const float *t_logits, const int *labels, double weight, float *d_t_logits);

/* How many rows are right, as loss_correct says. */
uint32_t loss_rows_correct(
    const struct loss_form *form, const float *logits, const int *labels);

/*
 * Is label the index of the largest logit?  The first maximum wins; as in
 * PyTorch's argmax the first NaN counts as the largest.
 */
bool loss_correct(const float *logits, size_t classes, size_t label);

#endif
