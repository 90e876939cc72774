/*
 * Which formula made a direction?  From what each tensor shows (imprint.h), the
 * one that explains all of them, and whether it is the one that was expected.
 */
#ifndef DIRECTION_DIAGNOSIS_H
#define DIRECTION_DIAGNOSIS_H

#include "base/output.h"
#include "base/text.h"
#include "direction/direction.h"
#include "direction/imprint.h"
#include "model/model.h"

enum form {
	FORM_RULE,    /* lengths of groups: rule, power, factor */
	FORM_MODEL,   /* the length of all tensors together */
	FORM_WEIGHT,  /* draws times w, element by element */
	FORM_NONE,    /* draws of one variance everywhere */
	FORM_STILL,   /* nothing moves */
	FORM_UNKNOWN, /* none that is known here */
};

struct finding {
	enum form form;
	enum rule rule;
	enum power power;
	/* Beside the formula: 1 is as it is.  Of draws: their root of the mean
	 * square. */
	double factor;
	int64_t groups; /* of a rule */
	bool rough;     /* beyond the tolerance, as numbers of fewer bits are */
};

/* What tensors of one dimension (normalise_small) get; per kind of them. */
enum small_kind { SMALL_BIAS, SMALL_NORM, SMALL_STATISTIC, SMALL_KINDS };
enum treatment {
	TREAT_ABSENT,  /* there are none */
	TREAT_ZERO,    /* zero, as the weights are: it says nothing */
	TREAT_STILL,   /* left out */
	TREAT_COPY,    /* d = w */
	TREAT_LAYER,   /* |d| = |w| */
	TREAT_ELEMENT, /* |d_i| = |w_i| */
	TREAT_UNIT,    /* |d| = 1, or |d_i| = 1 */
	TREAT_MOVED,   /* otherwise */
};

/* What is expected. */
struct expectation {
	enum normalisation norm;
	enum direction_ignore ignore;
	bool any_ignore; /* ignore does not matter */
	double tolerance;
};

struct diagnosis {
	struct finding finding; /* of the tensors of two and more dimensions */
	enum treatment small[SMALL_KINDS];
	size_t big, still, follow; /* those; that do not move; as expected */
	double off;                /* worst deviation from what is expected */
	size_t worst;              /* of which tensor */
	/* Of the draws: kurtosis, and how many standard errors it and the mean
	 * are off those of normal numbers.  NaN: not known. */
	double kurtosis, kurtosis_off, mean_off;
	double w_norm; /* |w| of the big tensors */
	bool norm_right, small_wrong[SMALL_KINDS];
	bool right;
};

/* imprint: one for each of the n tensors that the direction may move. */
void diagnose(struct diagnosis *diagnosis, const struct imprint *imprint,
    const struct tensor *const *tensor, size_t n,
    const struct expectation *expected);

/* Of one tensor alone. */
struct finding diagnose_tensor(const struct imprint *imprint, double tolerance);
enum treatment diagnose_small(const struct imprint *imprint, double tolerance);

/* How far it is off what is expected; NaN where a tensor alone cannot tell. */
double diagnose_off(const struct imprint *imprint, enum normalisation norm);

/* ---- in words ---- */

/* What a report is of. */
struct report {
	const struct model *model;
	const struct direction *direction;
	const struct diagnosis *diagnosis;
	const struct imprint *imprint;
	const struct tensor *const *tensor;
	size_t n;
	const struct expectation *expected;
};

void report_print(const struct report *report, struct text *out);
void report_print_json(const struct report *report, struct text *out);

/* What they look like: "direction x ...", {"directions":[...]}. */
extern const struct output_kind report_kind, report_json_kind;

#endif
