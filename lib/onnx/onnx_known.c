#include "onnx/onnx_known.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_given.h"
#include "onnx/onnx_import.h"

/* How messages call what an attribute holds, and the field that holds it. */
static const struct {
	uint32_t field;
	const char *words;
} holders[] = {
    [HOLDS_REAL] = {GIVEN_F, "a real number"},
    [HOLDS_INT] = {GIVEN_I, "an integer"},
    [HOLDS_TEXT] = {GIVEN_S, "a text"},
    [HOLDS_TENSOR] = {GIVEN_T, "a tensor"},
    [HOLDS_REALS] = {GIVEN_FLOATS, "a list of real numbers"},
    [HOLDS_INTS] = {GIVEN_INTS, "a list of integers"},
    [HOLDS_TEXTS] = {GIVEN_STRINGS, "a list of texts"},
    [HOLDS_SPARSE] = {GIVEN_SPARSE, "a sparse tensor"},
};

const struct onnx_operator *
onnx_find_operator(struct onnx_text name)
{
	const struct onnx_operator *o = onnx_operators;

	while (o->name != NULL && !onnx_text_is(name, o->name))
		o++;
	return o->name != NULL ? o : NULL;
}

static bool
is_in(const struct onnx_step *step, const struct onnx_known *known)
{
	const int64_t opset = step->import->file->opset;

	return opset >= known->first &&
	       (known->last == 0 || opset <= known->last);
}

/* The row of this name for the file's opset, or NULL; *any: of another one. */
static const struct onnx_known *
find_known(const struct onnx_step *step, struct onnx_text name,
    const struct onnx_known **any)
{
	const struct onnx_known *known = step->listed->known;

	*any = NULL;
	for (; known != NULL && known->name != NULL; known++) {
		if (!onnx_text_is(name, known->name))
			continue;
		if (is_in(step, known))
			return known;
		*any = known;
	}
	return NULL;
}

static bool
is_default(const struct onnx_known *known, const struct onnx_given *given)
{
	if (known->none || known->use == ATTRIBUTE_REQUIRED)
		return false;
	switch (known->holds) {
	case HOLDS_REAL:
		return given->f == (float)known->number;
	case HOLDS_INT:
		return given->i == (int64_t)known->number;
	case HOLDS_TEXT:
		return known->text != NULL &&
		       onnx_text_is(given->s, known->text);
	case HOLDS_INTS:
		return given->n_ints == 0;
	default:
		return false;
	}
}

static int
refuse_value(const struct onnx_step *step, const struct onnx_known *known,
    const struct onnx_given *given)
{
	struct error *err = step->import->err;

	if (known->holds == HOLDS_REAL)
		return error_set(err, "attribute %s is %g, expected %g",
		    known->name, (double)given->f, known->number);
	if (known->holds == HOLDS_INT)
		return error_set(err, "attribute %s is %lld, expected %lld",
		    known->name, (long long)given->i, (long long)known->number);
	if (known->holds == HOLDS_TEXT && known->text != NULL)
		return error_set(err, "attribute %s is '%.*s', expected '%s'",
		    known->name, ONNX_TEXT(given->s), known->text);
	return error_set(err, "attribute %s is not supported", known->name);
}

/* Is it one of the operator's in this opset, with a value of its type? */
static int
check_given(const struct onnx_step *step, const struct onnx_given *given,
    const struct onnx_known **known)
{
	struct error *err = step->import->err;
	const struct onnx_known *other;
	uint32_t field;

	*known = find_known(step, given->name, &other);
	if (*known == NULL && other != NULL)
		return error_set(err,
		    "attribute %s belongs to other opsets: %d to %d",
		    other->name,
		    other->first > ONNX_OPSET_LEAST ? other->first
						    : ONNX_OPSET_LEAST,
		    other->last > 0 ? other->last : ONNX_OPSET_MOST);
	if (*known == NULL)
		return error_set(err,
		    "attribute %.*s is none that the operator has",
		    ONNX_TEXT(given->name));
	field = holders[(*known)->holds].field;
	if ((given->type != 0 && given->type != (int)(*known)->holds) ||
	    (given->values & ~(UINT32_C(1) << field)) != 0)
		return error_set(err, "attribute %s is not %s", (*known)->name,
		    holders[(*known)->holds].words);
	if ((*known)->holds == HOLDS_REAL && !isfinite(given->f) &&
	    !((*known)->infinite && isinf(given->f)))
		return error_set(
		    err, "attribute %s is not finite", (*known)->name);
	if ((*known)->use == ATTRIBUTE_FIXED && !is_default(*known, given))
		return refuse_value(step, *known, given);
	return 0;
}

static uint64_t
bit_of(const struct onnx_step *step, const struct onnx_known *known)
{
	return UINT64_C(1) << (known - step->listed->known);
}

/* The attributes that the opset requires. */
static int
check_required(const struct onnx_step *step, uint64_t there)
{
	const struct onnx_known *known = step->listed->known;
	struct error *err = step->import->err;

	for (; known != NULL && known->name != NULL; known++)
		if (known->use == ATTRIBUTE_REQUIRED && is_in(step, known) &&
		    (there & bit_of(step, known)) == 0)
			return error_set(
			    err, "attribute %s is missing", known->name);
	return 0;
}

/* The inputs that the list has, and those that the opset requires. */
static int
check_inputs(const struct onnx_step *step)
{
	const int64_t opset = step->import->file->opset;
	const struct onnx_input *input = step->listed->inputs;
	struct error *err = step->import->err;
	size_t n = 0;

	for (; input->name != NULL && opset >= input->first; input++, n++) {
		if (!onnx_has(step, n) &&
		    (input->optional == 0 || opset < input->optional))
			return error_set(
			    err, "input %zu (%s) is missing", n, input->name);
		if (input->many)
			return 0;
	}
	for (size_t i = n; i < step->node->n_in; i++)
		if (onnx_has(step, i))
			return error_set(err,
			    "input %zu ('%.*s') is not supported, expected at "
			    "most %zu input%s",
			    i,
			    ONNX_TEXT(onnx_name_at(step, step->node->in + i)),
			    n, plural_s((int64_t)n));
	return 0;
}

/* Outputs that ONNX does not have either. */
static int
check_outputs(const struct onnx_step *step)
{
	const struct onnx_operator *listed = step->listed;
	const size_t most =
	    listed->outputs_most > 0 ? (size_t)listed->outputs_most : 1;

	if (listed->outputs != OUTPUTS_ALL && step->node->n_out > most)
		return error_set(step->import->err,
		    "%zu output%s, expected at most %zu", step->node->n_out,
		    plural_s((int64_t)step->node->n_out), most);
	return 0;
}

int
onnx_check_node(const struct onnx_step *step)
{
	struct wire wire = step->node->message;
	const struct onnx_known *known;
	struct onnx_given given;
	uint64_t there = 0;
	int more;

	if (step->import->file->opset < step->listed->first)
		return error_set(step->import->err,
		    "the operator exists from opset %d on",
		    step->listed->first);
	while ((more = onnx_next_given(&wire, &given, step->import->err)) > 0) {
		if (check_given(step, &given, &known) < 0)
			return -1;
		if ((there & bit_of(step, known)) != 0)
			return error_set(step->import->err,
			    "attribute %s is given twice", known->name);
		there |= bit_of(step, known);
	}
	if (more < 0 || check_required(step, there) < 0 ||
	    check_inputs(step) < 0)
		return -1;
	return check_outputs(step);
}

int
onnx_check_seen(const struct onnx_step *step)
{
	struct wire wire = step->node->message;
	const struct onnx_known *known, *other;
	struct error *err = step->import->err;
	struct onnx_given given;
	int more;

	while ((more = onnx_next_given(&wire, &given, err)) > 0) {
		known = find_known(step, given.name, &other);
		if (known != NULL && known->use <= ATTRIBUTE_REQUIRED &&
		    !is_default(known, &given) &&
		    (step->seen->attributes & bit_of(step, known)) == 0)
			return error_set(err,
			    "attribute %s would be passed over", known->name);
	}
	for (size_t i = 0; i < step->node->n_in && i < 64; i++)
		if (onnx_has(step, i) &&
		    (step->seen->inputs & UINT64_C(1) << i) == 0)
			return error_set(err,
			    "input %zu ('%.*s') would be passed over", i,
			    ONNX_TEXT(onnx_name_at(step, step->node->in + i)));
	return more;
}

int
onnx_see_input(const struct onnx_step *step, size_t i)
{
	const struct onnx_input *input = step->listed->inputs;

	for (size_t k = 0; k < i && input->name != NULL && !input->many; k++)
		input++;
	if (input->name == NULL || step->import->file->opset < input->first)
		return error_set(step->import->err,
		    "its converter reads input %zu, which is not on its list",
		    i);
	if (i < 64)
		step->seen->inputs |= UINT64_C(1) << i;
	return 0;
}

/* The attribute, or 0 with its row: for the accessors. */
static int
find_given(const struct onnx_step *step, const char *name,
    enum onnx_holds holds, struct onnx_given *given,
    const struct onnx_known **known)
{
	const struct onnx_text text = {name, strlen(name)};
	struct wire wire = step->node->message;
	const struct onnx_known *other;
	int more;

	*known = find_known(step, text, &other);
	if (*known == NULL || (*known)->holds != holds ||
	    (*known)->use > ATTRIBUTE_REQUIRED)
		return error_set(step->import->err,
		    "its converter reads attribute %s, which is not on its "
		    "list",
		    name);
	step->seen->attributes |= bit_of(step, *known);
	while ((more = onnx_next_given(&wire, given, step->import->err)) > 0)
		if (onnx_text_is(given->name, name))
			return 1;
	return more;
}

bool
onnx_is_attribute(const struct onnx_step *step, const char *name)
{
	const struct onnx_text text = {name, strlen(name)};
	const struct onnx_known *other;

	return find_known(step, text, &other) != NULL;
}

int
onnx_int(const struct onnx_step *step, const char *name, int64_t *out)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_INT, &given, &known);

	if (found < 0)
		return -1;
	*out = found > 0 ? given.i : (int64_t)known->number;
	return 0;
}

int
onnx_int_given(const struct onnx_step *step, const char *name, int64_t *out)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_INT, &given, &known);

	if (found > 0)
		*out = given.i;
	return found;
}

int
onnx_real(const struct onnx_step *step, const char *name, float *out)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_REAL, &given, &known);

	if (found < 0)
		return -1;
	*out = found > 0 ? given.f : (float)known->number;
	return 0;
}

int
onnx_real_given(const struct onnx_step *step, const char *name, float *out)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_REAL, &given, &known);

	if (found > 0)
		*out = given.f;
	return found;
}

int
onnx_text(const struct onnx_step *step, const char *name, struct onnx_text *out)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_TEXT, &given, &known);

	if (found < 0)
		return -1;
	*out = found > 0 ? given.s
			 : (struct onnx_text){known->text, strlen(known->text)};
	return 0;
}

int
onnx_ints(const struct onnx_step *step, const char *name, int64_t *out,
    size_t room, size_t *n)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_INTS, &given, &known);

	*n = 0;
	if (found <= 0)
		return found;
	if (given.n_ints > room)
		return error_set(step->import->err,
		    "%s has %zu number%s, expected at most %zu", name,
		    given.n_ints, plural_s((int64_t)given.n_ints), room);
	*n = given.n_ints;
	memcpy(out, given.ints, given.n_ints * sizeof(*out));
	return 0;
}

int
onnx_reals(const struct onnx_step *step, const char *name, double *out,
    size_t room, size_t *n)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_REALS, &given, &known);

	*n = 0;
	if (found <= 0)
		return found;
	if (given.n_reals > room)
		return error_set(step->import->err,
		    "%s has %zu number%s, expected at most %zu", name,
		    given.n_reals, plural_s((int64_t)given.n_reals), room);
	for (; *n < given.n_reals; (*n)++)
		out[*n] = (double)given.reals[*n];
	return 0;
}

int
onnx_tensor_given(
    const struct onnx_step *step, const char *name, struct onnx_tensor *out)
{
	const struct onnx_known *known;
	struct onnx_given given;
	int found = find_given(step, name, HOLDS_TENSOR, &given, &known);

	if (found > 0)
		*out = given.tensor;
	return found;
}
