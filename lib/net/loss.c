#include "net/loss.h"

#include <math.h>

const char *const loss_words[LOSS_COUNT + 1] = {
    [LOSS_CROSSENTROPY] = "crossentropy",
    [LOSS_MSE] = "mse",
};

const char *const loss_any_words[LOSS_COUNT + 2] = {
    [LOSS_CROSSENTROPY] = "crossentropy",
    [LOSS_MSE] = "mse",
    [LOSS_L2] = "l2",
};

static size_t
first_largest(const float *logits, size_t classes)
{
	size_t best = 0;

	for (size_t i = 1; i < classes && !isnan(logits[best]); i++)
		if (logits[i] > logits[best] || isnan(logits[i]))
			best = i;
	return best;
}

/* sum exp(z - max), where max is the largest logit. */
static double
sum_exp(const float *logits, size_t classes, double max)
{
	double sum = 0.0;

	for (size_t i = 0; i < classes; i++)
		sum += exp((double)logits[i] - max);
	return sum;
}

double
loss_of_image(
    enum loss_kind kind, const float *logits, size_t classes, size_t label)
{
	const double max = (double)logits[first_largest(logits, classes)];
	const double sum = sum_exp(logits, classes, max);
	double squares = 0.0;

	if (kind == LOSS_CROSSENTROPY)
		return log(sum) - ((double)logits[label] - max);
	for (size_t i = 0; i < classes; i++) {
		double p = exp((double)logits[i] - max) / sum;
		double d = p - (i == label ? 1.0 : 0.0);

		squares += d * d;
	}
	return squares / (double)classes;
}

double
loss_of_guessing(enum loss_kind kind, size_t classes)
{
	const double k = (double)classes;

	switch (kind) {
	case LOSS_CROSSENTROPY:
		return log(k);
	case LOSS_MSE:
		return (k - 1) / (k * k);
	default:
		return NAN;
	}
}

double
loss_of_targets(const float *outputs, const float *targets, size_t n)
{
	double squares = 0.0;

	for (size_t i = 0; i < n; i++) {
		double d = (double)outputs[i] - (double)targets[i];

		squares += d * d;
	}
	return squares / (double)n;
}

/*
 * By logit j: p[j] - y[j], or for the squares 2/C p[j] (r[j] - sum r p) with
 * r = p - y.
 */
void
loss_gradient(enum loss_kind kind, const float *logits, size_t classes,
    size_t label, double weight, float *d_logits)
{
	const double max = (double)logits[first_largest(logits, classes)];
	const double sum = sum_exp(logits, classes, max);
	double mean = 0.0;

	for (size_t i = 0; kind == LOSS_MSE && i < classes; i++) {
		double p = exp((double)logits[i] - max) / sum;

		mean += p * (p - (i == label ? 1.0 : 0.0));
	}
	for (size_t i = 0; i < classes; i++) {
		double p = exp((double)logits[i] - max) / sum;
		double d = p - (i == label ? 1.0 : 0.0);

		if (kind == LOSS_MSE)
			d = 2.0 / (double)classes * p * (d - mean);
		d_logits[i] = (float)(weight * d);
	}
}

/*
 * With p' = p (t - sum p t): of the cross-entropy p'[j]; of the squares
 * 2/C (p'[j] (r[j] - m) + p[j] (p'[j] - m')), m = sum r p and
 * m' = sum p' (p + r).
 */
static void
tangent(enum loss_kind kind, const float *logits, const float *t_logits,
    size_t classes, size_t label, double weight, float *d_t_logits)
{
	const double max = (double)logits[first_largest(logits, classes)];
	const double sum = sum_exp(logits, classes, max);
	double t = 0.0, m = 0.0, t_m = 0.0;

	for (size_t i = 0; i < classes; i++)
		t += exp((double)logits[i] - max) / sum * (double)t_logits[i];
	for (size_t i = 0; kind == LOSS_MSE && i < classes; i++) {
		double p = exp((double)logits[i] - max) / sum;
		double r = p - (i == label ? 1.0 : 0.0);

		m += r * p;
		t_m += p * ((double)t_logits[i] - t) * (p + r);
	}
	for (size_t i = 0; i < classes; i++) {
		double p = exp((double)logits[i] - max) / sum;
		double r = p - (i == label ? 1.0 : 0.0);
		double d = p * ((double)t_logits[i] - t);

		if (kind == LOSS_MSE)
			d = 2.0 / (double)classes *
			    (d * (r - m) + p * (d - t_m));
		d_t_logits[i] = (float)(weight * d);
	}
}

bool
loss_correct(const float *logits, size_t classes, size_t label)
{
	return first_largest(logits, classes) == label;
}

double
loss_of_rows(
    const struct loss_form *form, const float *logits, const int *labels)
{
	double sum = 0.0;

	for (size_t r = 0; r < form->rows; r++)
		sum += loss_of_image(form->kind, logits + r * form->classes,
		    form->classes, (size_t)labels[r]);
	return sum / (double)form->rows;
}

void
loss_rows_gradient(const struct loss_form *form, const float *logits,
    const int *labels, double weight, float *d_logits)
{
	for (size_t r = 0; r < form->rows; r++)
		loss_gradient(form->kind, logits + r * form->classes,
		    form->classes, (size_t)labels[r],
		    weight / (double)form->rows, d_logits + r * form->classes);
}

void
loss_rows_tangent(const struct loss_form *form, const float *logits,
    const float *t_logits, const int *labels, double weight, float *d_t_logits)
{
	for (size_t r = 0; r < form->rows; r++)
		tangent(form->kind, logits + r * form->classes,
		    t_logits + r * form->classes, form->classes,
		    (size_t)labels[r], weight / (double)form->rows,
		    d_t_logits + r * form->classes);
}

uint32_t
loss_rows_correct(
    const struct loss_form *form, const float *logits, const int *labels)
{
	uint32_t right = 0;

	for (size_t r = 0; r < form->rows; r++)
		right += loss_correct(logits + r * form->classes, form->classes,
		    (size_t)labels[r]);
	return right;
}
