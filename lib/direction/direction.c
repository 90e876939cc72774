#include "direction/direction.h"

#include <math.h>
#include <string.h>

#include "direction/normalise.h"

const char *const direction_kind_words[] = {
    "random", "toward", "file", "pca", "hessian", "gradient", NULL};
const char *const direction_over_words[] = {"weights", "states", NULL};
const char *const normalisation_words[] = {
    "none", "filter", "layer", "weight", "dfilter", "dlayer", "model", NULL};
const char *const direction_ignore_words[] = {"none", "biasbn", NULL};

/* Beyond a bound, rounding may lead. */
static const double slack = 1e-9;

static int
unpack_place(struct direction *d, const struct value *h, struct error *err)
{
	if (field_real(h, "at_x", &d->at[0], err) < 0 ||
	    field_real(h, "at_y", &d->at[1], err) < 0)
		return -1;
	return isfinite(d->at[0]) && isfinite(d->at[1])
		   ? 0
		   : error_set(err,
			 "at_x, at_y is %g, %g, expected finite numbers",
			 d->at[0], d->at[1]);
}

static int
unpack(struct direction *d, const struct value *h, struct error *err)
{
	char axis[8];
	int64_t rep, seed = 0;
	int kind = 0, over = 0, norm = 0, ignore = 0;

	if (field_text(h, "axis", axis, sizeof(axis), err) < 0 ||
	    axis_parse(axis, &d->axis, err) < 0 ||
	    field_int(h, "rep", 0, REPS_MAX - 1, &rep, err) < 0 ||
	    field_word(h, "kind", direction_kind_words, &kind, err) < 0 ||
	    field_word(h, "over", direction_over_words, &over, err) < 0 ||
	    field_word(h, "norm", normalisation_words, &norm, err) < 0 ||
	    field_word(h, "ignore", direction_ignore_words, &ignore, err) < 0)
		return -1;
	if (value_get(h, "seed") != NULL &&
	    field_int(h, "seed", 0, INT64_MAX, &seed, err) < 0)
		return -1;
	if (value_get(h, "label") != NULL &&
	    field_text(h, "label", d->label, sizeof(d->label), err) < 0)
		return -1;
	d->placed = kind == DIRECTION_TOWARD && value_get(h, "at_x") != NULL;
	if (d->placed && unpack_place(d, h, err) < 0)
		return -1;
	if (kind == DIRECTION_PCA && value_get(h, "explained") != NULL &&
	    (field_real_in(h, "explained", 0, 1 + slack, &d->explained, err) <
		    0 ||
		field_real_in(h, "singular", 0, INFINITY, &d->singular, err) <
		    0))
		return -1;
	if (kind == DIRECTION_HESSIAN && value_get(h, "eigenvalue") != NULL &&
	    (field_real(h, "eigenvalue", &d->eigenvalue, err) < 0 ||
		field_real_in(h, "residual", 0, INFINITY, &d->residual, err) <
		    0))
		return -1;
	if (kind == DIRECTION_GRADIENT && value_get(h, "slope") != NULL &&
	    field_real_in(h, "slope", 0, INFINITY, &d->slope, err) < 0)
		return -1;
	d->rep = (int)rep;
	d->kind = (enum direction_kind)kind;
	d->over = (enum direction_over)over;
	d->norm = (enum normalisation)norm;
	d->ignore = (enum direction_ignore)ignore;
	d->seed = (uint64_t)seed;
	return 0;
}

int
direction_unpack(
    struct direction *direction, const struct value *header, struct error *err)
{
	*direction = (struct direction){0};
	if (unpack(direction, header, err) < 0)
		return error_prefix(err, "direction");
	return 0;
}

int
direction_unpack_summary(struct sheet_direction *direction,
    const struct value *header, struct error *err)
{
	struct sheet_direction *d = direction;

	*d = (struct sheet_direction){.there = true};
	if (direction_unpack(&d->direction, header, err) < 0)
		return -1;
	if (field_real_or_nan(header, "length", &d->length, err) < 0 ||
	    field_real_or_nan(header, "cosine", &d->cosine, err) < 0 ||
	    (!isnan(d->length) && field_real_in(header, "length", 0, INFINITY,
				      &d->length, err) < 0) ||
	    (!isnan(d->cosine) && field_real_in(header, "cosine", -1 - slack,
				      1 + slack, &d->cosine, err) < 0))
		return error_prefix(err, "direction");
	return 0;
}

int
direction_pack(struct pack *pack, const struct direction *d,
    const struct value *before, struct error *err)
{
	struct pack own = {0};
	struct decoded *decoded = NULL;

	pack_open(&own);
	pack_key_text(&own, "axis", axis_word(d->axis));
	pack_key_int(&own, "rep", d->rep);
	pack_key_text(&own, "kind", direction_kind_words[d->kind]);
	if (d->kind == DIRECTION_RANDOM)
		pack_key_int(&own, "seed", (int64_t)d->seed);
	if (d->label[0] != '\0')
		pack_key_text(&own, "label", d->label);
	if (d->placed) {
		pack_key_real(&own, "at_x", d->at[0]);
		pack_key_real(&own, "at_y", d->at[1]);
	}
	if (d->kind == DIRECTION_PCA && d->singular > 0) {
		pack_key_real(&own, "explained", d->explained);
		pack_key_real(&own, "singular", d->singular);
	}
	if (d->kind == DIRECTION_HESSIAN && d->eigenvalue != 0) {
		pack_key_real(&own, "eigenvalue", d->eigenvalue);
		pack_key_real(&own, "residual", d->residual);
	}
	if (d->kind == DIRECTION_GRADIENT && d->slope > 0)
		pack_key_real(&own, "slope", d->slope);
	pack_key_text(&own, "over", direction_over_words[d->over]);
	pack_key_text(&own, "norm", normalisation_words[d->norm]);
	pack_key_text(&own, "ignore", direction_ignore_words[d->ignore]);
	pack_close(&own);
	decoded = pack_decode(&own, err);
	if (decoded != NULL)
		pack_merge(pack, before, decoded_value(decoded));
	decoded_free(decoded);
	pack_free(&own);
	return decoded != NULL ? pack_check(pack, err) : -1;
}

bool
direction_moves(const struct direction *direction, const struct tensor *tensor)
{
	const bool ignores = direction->ignore == IGNORE_BIASBN;

	if (direction->kind == DIRECTION_PCA &&
	    (tensor->role == ROLE_BATCHES ||
		(ignores && normalise_small(tensor))))
		return false;
	if ((direction->kind == DIRECTION_HESSIAN ||
		direction->kind == DIRECTION_GRADIENT) &&
	    ignores && tensor->rank < 2)
		return false;
	return direction->over == OVER_STATES ? tensor_is_state(tensor)
					      : tensor_is_weight(tensor);
}

int
scale_unpack(const struct record *record, int *axis, int *rep, double *factor,
    struct error *err)
{
	char word[8];
	int64_t r;

	if (field_text(record->header, "axis", word, sizeof(word), err) < 0 ||
	    axis_parse(word, axis, err) < 0 ||
	    field_int(record->header, "rep", 0, REPS_MAX - 1, &r, err) < 0 ||
	    field_real(record->header, "factor", factor, err) < 0)
		return error_prefix(err, "scale");
	if (!isfinite(*factor))
		return error_set(err,
		    "scale: factor is %g, expected a finite number", *factor);
	*rep = (int)r;
	return 0;
}

int
scale_pack(
    struct pack *pack, int axis, int rep, double factor, struct error *err)
{
	pack_open(pack);
	pack_key_text(pack, "axis", axis_word(axis));
	pack_key_int(pack, "rep", rep);
	pack_key_real(pack, "factor", factor);
	pack_close(pack);
	return pack_check(pack, err);
}
