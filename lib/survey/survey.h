/*
 * What gridstat says of a surface: the numbers beside the picture, and what
 * they mean in plain words.  One survey per run, direction set and data set.
 */
#ifndef SURVEY_SURVEY_H
#define SURVEY_SURVEY_H

#include "base/error.h"
#include "base/output.h"
#include "base/text.h"
#include "model/accuracy.h"
#include "surface/sheet.h"
#include "survey/estimate.h"
#include "survey/terrain.h"

enum { RADII = 3, LEVELS = 2, HALF_AXES = 4, NAME_BYTES = 256 };

/* The radii of sharpness: 0.25, 0.5, 1. */
extern const double survey_radii[RADII];
/* Levels of width: 0.1 as it is, and 0.1 above the centre. */
#define SURVEY_LEVEL 0.1
/* "-x" "+x" "-y" "+y". */
extern const char *const survey_half_axes[HALF_AXES];

/* How many points have which status. */
struct tally {
	int64_t all, missing, ok, nan, overflow, badvar, other;
};

/*
 * Where the loss of the model itself comes from: a point of the grid, a
 * requested point at (0, 0), or an evaluation of the same model on the same
 * images without directions (an accuracy check) in the same input.
 */
enum centre_kind { CENTRE_NONE, CENTRE_GRID, CENTRE_ASKED, CENTRE_ALONE };
/* NULL, "grid", "request", "alone" */
extern const char *const centre_words[];

/* The Hessian at the centre, from other runs in the input; NaN: none. */
struct beside {
	double max_eig, max_res, trace, trace_se;
	bool from_density; /* the trace is hessdens's, not hessgrid's */
};

struct survey {
	/* what it is of */
	char name[NAME_BYTES]; /* label, else architecture, else empty */
	char run[RUN_BYTES], set[SET_NAME_BYTES], loss_kind[32];
	int rep, reps, axes;
	struct range range[AXES_MAX];
	bool has_direction[AXES_MAX];
	struct sheet_direction direction[AXES_MAX];
	char data[DIGEST_TEXT_BYTES]; /* digest of the images, or empty */
	int64_t n, total;             /* images used and there; 0: not known */
	bool recomputed;              /* batch norms, at every point */
	char norms[16]; /* what they do along directions (bn); "": not said */
	enum grid_norms has_norms;
	/* The square root of the share of the images that were not used. */
	double shrink;
	/* What guessing gives: loss, accuracy in percent. */
	double chance, chance_acc;

	/* what was measured; NaN: not known */
	struct tally tally;
	enum centre_kind centre;
	bool centre_missing;        /* the grid has a place for it */
	double loss, acc, se, top1; /* at the centre */
	double acc_lo, acc_hi;      /* what its point says of acc at 95 % */
	/* Points say between which bounds they are known, of each alone. */
	bool pointwise;
	int64_t used; /* images of the centre, which --error may end early */
	struct influence loss_error;
	double stored;         /* accuracy that the checkpoint notes */
	enum accuracy_fit fit; /* of the two */
	bool has_lowest, lowest_is_centre;
	double lowest, lowest_at[AXES_MAX];
	struct influence lowest_error;
	struct crossing width[LEVELS][HALF_AXES];
	double step[AXES_MAX]; /* between two points */
	struct sharpness sharpness[RADII];
	struct rise rise[RADII][AXES_MAX];
	struct barrier barrier; /* of a line */
	struct bends bends;
	struct beside beside;
	/*
	 * Of hessgrid's points: the mean of |min/max| over the half with the
	 * lowest losses, with the mean of its bounds.
	 */
	struct estimate curvature;
	/* Of a line: x = 0 and x = 1, and the way away from the other one to
	 * 0.1 above. */
	struct line_end {
		bool here;
		double loss, acc;
		int64_t used; /* images of this point */
		struct crossing way;
	} end[2];
};

struct survey_list {
	struct survey *item;
	size_t n;
	size_t alone; /* networks without a grid that no survey is of */
};

/*
 * Surveys all runs of points, each rep on each set.  Runs without axes are
 * surveyed when there are no others, and else are centres of those.  Returns 0
 * or -1: no grid, a wrong record.  list is {0} before; free it in any case.
 */
int survey_make(struct survey_list *list, const struct points_list *points,
    struct error *err);
void survey_list_free(struct survey_list *list);

/* ---- did it train? ---- */

enum trained { TRAINED, UNTRAINED, TRAINED_UNKNOWN };
enum { WHY_BYTES = 192 };

/*
 * A network has learned something when its loss at the centre is below that of
 * guessing and its accuracy is more than 3 standard errors above.  Why not, in
 * words, for UNTRAINED.  Where the record does not say the number of classes,
 * or there is no centre, or the loss has no such bound: TRAINED_UNKNOWN.
 */
enum trained survey_trained(const struct survey *s, char why[WHY_BYTES]);

/* The same of an end of its line. */
enum trained survey_trained_end(
    const struct survey *s, const struct line_end *end, char why[WHY_BYTES]);

/* ---- in words ---- */

/*
 * A note is a fact without judgement; a look may be a mistake or may not; what
 * is wrong is wrong, beyond the errors of what was measured.
 */
enum verdict_kind { VERDICT_OK, VERDICT_NOTE, VERDICT_LOOK, VERDICT_WRONG };
enum { VERDICTS_MAX = 15 };

struct verdict {
	enum verdict_kind kind;
	char text[256];
};

extern const char *const verdict_words[]; /* "ok" "note" "look" "wrong" */

/*
 * Is my plot right?  What can be said about it, a sentence each.  Returns how
 * many there are in out, at most VERDICTS_MAX.
 */
size_t survey_judge(const struct survey *s, struct verdict *out);

/* What gridstat writes, as text and as JSON. */
extern const struct output_kind survey_kind, survey_json_kind;

/*
 * Numbers and verdicts as text for people, the numbers alone, or all as a JSON
 * object.
 */
void survey_print(const struct survey *s, struct text *out);
void survey_print_numbers(const struct survey *s, struct text *out);
void survey_print_json(const struct survey *s, struct text *out);

#endif
