/* Products of matrices: Gemm and MatMul. */
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

/* ---- Gemm: a (or a') w times alpha, and beta times what broadcasts ---- */

struct gemm {
	struct onnx_result a; /* the image's operand, turned as transA says */
	struct attributes attr;
	struct onnx_shape to;
	int64_t n; /* columns */
	float alpha, beta;
};

/* An image's matrix the other way round: what is in front is the batch. */
static int
turn(const struct onnx_step *step, struct onnx_result *a)
{
	const struct attributes attr = {.perm = {2, 1}};
	const struct shape one = onnx_one(&a->shape);
	const int64_t rows = a->shape.dim[0];

	if (a->shape.dim[1] % BATCH != 0 || a->shape.outer > 1)
		return error_set(step->import->err,
		    "transA is 1 and the batch is not among the columns");
	a->shape.dim[0] = a->shape.dim[1];
	a->shape.dim[1] = rows;
	if (one.rank > 1)
		a->value = onnx_add(step, OP_TRANSPOSE, 1, &a->value, &attr);
	return a->value < 0 ? -1 : 0;
}

static int
read_gemm(const struct onnx_step *step, struct gemm *g)
{
	const struct onnx_result *a = onnx_image(step, 0);
	const struct onnx_result *w = onnx_in(step, 1);
	int64_t trans_a, trans_b;

	if (a == NULL || w == NULL || onnx_int(step, "transA", &trans_a) < 0 ||
	    onnx_int(step, "transB", &trans_b) < 0 ||
	    onnx_real(step, "alpha", &g->alpha) < 0 ||
	    onnx_real(step, "beta", &g->beta) < 0)
		return -1;
	if (a->shape.rank != 2 || w->shape.rank != 2)
		return error_set(step->import->err,
		    "the operands have %d and %d dimension%s, expected 2",
		    a->shape.rank, w->shape.rank, plural_s(w->shape.rank));
	g->a = *a;
	if (trans_a != 0 && turn(step, &g->a) < 0)
		return -1;
	if (g->a.shape.dim[0] % BATCH != 0)
		return error_set(
		    step->import->err, "the batch is not among the rows");
	g->attr.trans_b = (trans_b != 0) != w->transposed;
	g->n = w->shape.dim[trans_b != 0 ? 0 : 1];
	g->to = g->a.shape;
	g->to.dim[1] = g->n;
	return 0;
}

/*
 * A summand that is a linear layer's bias: a number for each column, which is a
 * vector in the graph, as in PyTorch.
 */
static bool
is_bias(const struct onnx_step *step, const struct onnx_result *c, int64_t n,
    struct onnx_result *vector)
{
	const struct onnx_result *origin = &step->import->results[c->origin];
	const int last = c->shape.rank - 1;

	if (c->kind == ONNX_ACTIVATION || last < 0 || c->transposed ||
	    c->shape.dim[last] != n || (last == 1 && c->shape.dim[0] != 1))
		return false;
	*vector = *c;
	if (last == 0)
		return true;
	vector->shape = (struct onnx_shape){.rank = 1, .dim = {n}};
	vector->reshaped = true;
	return c->kind == ONNX_TENSOR &&
	       (origin->value < 0 || origin->reshaped);
}

/* A linear layer, of one row an image: an operator of its own. */
static int
emit_linear(const struct onnx_step *step, const struct gemm *g, int weight,
    struct onnx_result *bias)
{
	int in[3] = {g->a.value, weight};

	if (bias != NULL) {
		in[2] = onnx_use_tensor(step, bias, ROLE_BIAS, "bias", 0);
		if (in[2] < 0)
			return -1;
	}
	return onnx_emit(
	    step, OP_GEMM, bias != NULL ? 3 : 2, in, &g->attr, NULL);
}

/* Adds what broadcasts to the product; c may have a row for each of ours. */
static int
add_summand(const struct onnx_step *step, const struct gemm *g, int value,
    struct onnx_result *c)
{
	struct onnx_result product = {
	    .kind = ONNX_ACTIVATION, .shape = g->to, .value = value};
	const int64_t rows = g->to.dim[0] / BATCH;
	struct onnx_result sum;

	if (value < 0)
		return -1;
	if (g->to.outer <= 1 && rows > 1 && c->kind != ONNX_ACTIVATION &&
	    c->shape.rank == 2 && c->shape.dim[0] == rows)
		product.shape =
		    (struct onnx_shape){.rank = 3, .dim = {BATCH, rows, g->n}};
	if (onnx_join(step, OP_ADD, &product, c, &sum) < 0)
		return -1;
	if (sum.shape.dim[sum.shape.rank - 1] != g->n)
		return error_set(step->import->err,
		    "the summand has %lld column%s, the product has %lld",
		    (long long)sum.shape.dim[sum.shape.rank - 1],
		    plural_s((sum.shape.dim[sum.shape.rank - 1])),
		    (long long)g->n);
	return sum.value;
}

/*
 * Tokens of all images, factors, other summands: in parts.  beta is taken out
 * of the sum, so that the summand stays the tensor that it is.
 */
static int
emit_parts(const struct onnx_step *step, const struct gemm *g, int weight,
    struct onnx_result *c)
{
	const bool one_row = g->to.dim[0] == BATCH;
	const double factor =
	    c != NULL ? (double)g->alpha / (double)g->beta : (double)g->alpha;
	int value;

	value = onnx_add(step, one_row ? OP_GEMM : OP_MAT_MUL, 2,
	    (const int[]){g->a.value, weight}, &g->attr);
	if (factor != 1.0)
		value = onnx_add_number(step, OP_MUL, value, factor);
	if (c != NULL)
		value = add_summand(step, g, value, c);
	if (c != NULL && g->beta != 1.0F)
		value = onnx_add_number(step, OP_MUL, value, (double)g->beta);
	return onnx_give(step, value, &g->to);
}

static int
convert_gemm(const struct onnx_step *step)
{
	struct onnx_result *c = NULL, vector;
	struct gemm g = {.alpha = 1.0F};
	bool bias;
	int weight;

	if (read_gemm(step, &g) < 0)
		return -1;
	weight = onnx_use_tensor(step, onnx_in(step, 1), ROLE_WEIGHT, "weight",
	    g.attr.trans_b ? 0 : 1);
	if (weight < 0)
		return -1;
	if (onnx_has(step, 2) && (c = onnx_in(step, 2)) == NULL)
		return -1;
	if (g.beta == 0.0F)
		c = NULL;
	bias = c != NULL && is_bias(step, c, g.n, &vector);
	if (g.to.dim[0] == BATCH && g.alpha == 1.0F &&
	    (c == NULL || (bias && g.beta == 1.0F)))
		return emit_linear(step, &g, weight, bias ? &vector : NULL);
	return emit_parts(step, &g, weight, bias ? &vector : c);
}

/* ---- MatMul ---- */

/* Two activations: their batches lie at the same place, before the matrices. */
static int
stack_images(const struct onnx_step *step, const struct onnx_shape *a,
    const struct onnx_shape *b, struct onnx_shape *to)
{
	const int place = onnx_batch(step, a);

	if (place < 0)
		return -1;
	if (a->rank != b->rank || a->dim[place] != b->dim[place] ||
	    a->outer > 1 || b->outer > 1 || place > a->rank - 3)
		return error_set(step->import->err,
		    "the batch is not in front of both operands' matrices");
	*to = *a;
	for (int i = 0; i < to->rank - 2; i++)
		if (to->dim[i] == 1)
			to->dim[i] = b->dim[i];
	to->dim[to->rank - 1] = b->dim[to->rank - 1];
	return 0;
}

static int
multiply_images(const struct onnx_step *step, const struct onnx_result *a,
    const struct onnx_result *b)
{
	const struct attributes attr = {0};
	const int in[2] = {a->value, b->value};
	struct onnx_shape x = a->shape, y = b->shape, to;
	const bool hidden =
	    onnx_unhide(step->import, &x) && onnx_unhide(step->import, &y);

	if (stack_images(step, hidden ? &x : &a->shape, hidden ? &y : &b->shape,
		&to) < 0)
		return -1;
	if (hidden)
		onnx_hide(&to);
	return onnx_emit(step, OP_MAT_MUL, 2, in, &attr, &to);
}

/* A matrix of weights times what depends on the image. */
static int
multiply_from_left(
    const struct onnx_step *step, struct onnx_result *w, struct onnx_result *x)
{
	const struct attributes none = {0}, trans_b = {.trans_b = 1};
	const int last = x->shape.rank - 1, batch = onnx_batch(step, &x->shape);
	struct onnx_shape to = x->shape;
	bool column;
	int in[2];

	if (batch < 0)
		return -1;
	column = last == 1 && batch == 1 && x->shape.dim[1] == BATCH;
	if (w->shape.rank != 2 || w->transposed || last < 1 ||
	    (!column && batch > last - 2))
		return error_set(step->import->err,
		    "'%.*s' times what depends on the image: expected a matrix "
		    "as it lies in the file, and the batch before matrices",
		    ONNX_TEXT(w->name));
	to.dim[last - 1] = w->shape.dim[0];
	in[0] = onnx_use_tensor(step, w, ROLE_WEIGHT, "weight", 0);
	in[1] = x->value;
	if (in[0] < 0)
		return -1;
	if (column)
		return onnx_emit(step, OP_GEMM, 2, (const int[]){in[1], in[0]},
		    &trans_b, &to);
	return onnx_emit(step, OP_MAT_MUL, 2, in, &none, &to);
}

/* Weights beside an image: shapes, and the value on its way. */
struct stack {
	struct onnx_result w; /* as the graph will hold it */
	struct onnx_shape to;
	bool vector; /* w is one: the last axis of the product goes */
};

/* w's axis i is none of an image: the batch is there, or nothing. */
static int
drop_axis(const struct onnx_step *step, struct onnx_result *w, int i)
{
	if (w->shape.dim[i] != 1)
		return error_set(step->import->err,
		    "'%.*s' reaches over the batch with %lld %s",
		    ONNX_TEXT(w->name), (long long)w->shape.dim[i],
		    plural(w->shape.dim[i], "matrix", "matrices"));
	w->shape.rank--;
	memmove(&w->shape.dim[i], &w->shape.dim[i + 1],
	    (size_t)(w->shape.rank - i) * sizeof(w->shape.dim[0]));
	w->reshaped = true;
	return 0;
}

/* The axes before the matrices stretch to each other's, as ONNX counts them. */
static int
stack_shape(const struct onnx_step *step, const struct onnx_shape *a,
    const struct onnx_shape *b, struct onnx_shape *to)
{
	const int most = a->rank > b->rank ? a->rank : b->rank;

	*to = *a;
	to->rank = most;
	for (int i = most - 2; i-- > 0;) {
		const int at = i - (most - a->rank), bt = i - (most - b->rank);
		const int64_t m = at >= 0 ? a->dim[at] : 1;
		const int64_t n = bt >= 0 ? b->dim[bt] : 1;

		if (m != n && m != 1 && n != 1)
			return error_set(step->import->err,
			    "stacks of %lld and %lld %s, expected equal "
			    "ones or 1",
			    (long long)m, (long long)n,
			    plural(n, "matrix", "matrices"));
		to->dim[i] = m == 1 ? n : m;
	}
	to->dim[most - 2] = a->dim[a->rank - 2];
	to->dim[most - 1] = b->dim[b->rank - 1];
	return 0;
}

static int
read_stack(const struct onnx_step *step, const struct onnx_result *a,
    struct onnx_result *b, int batch, struct stack *s)
{
	onnx_share(step, a, b);
	s->w = *b;
	s->vector = b->shape.rank == 1;
	if (s->vector) {
		s->w.shape.rank = 2;
		s->w.shape.dim[1] = 1;
		s->w.reshaped = true;
	}
	if (stack_shape(step, &a->shape, &s->w.shape, &s->to) < 0)
		return -1;
	/* from the end, the batch is as far away in both */
	batch += s->w.shape.rank - a->shape.rank;
	if (s->w.shape.rank > 2 && batch >= 0 &&
	    drop_axis(step, &s->w, batch) < 0)
		return -1;
	while (s->w.shape.rank > 2 && s->w.shape.dim[0] == 1)
		if (drop_axis(step, &s->w, 0) < 0)
			return -1;
	return 0;
}

/* The last axis, of one element, goes. */
static int
finish_vector(const struct onnx_step *step, int value, struct onnx_shape *to)
{
	struct shape one;

	to->rank--;
	one = onnx_one(to);
	return onnx_add_reshape(step, value, one.rank, one.dim);
}

static int
multiply_rows(const struct onnx_step *step, const struct onnx_result *a,
    struct onnx_result *b, bool hidden)
{
	const int batch = onnx_batch(step, &a->shape);
	struct attributes attr = {.trans_b = b->transposed};
	int in[2] = {a->value}, value;
	struct stack s;

	if (batch < 0)
		return -1;
	if (a->shape.rank < 2 || batch == a->shape.rank - 1 ||
	    b->shape.rank < 1 ||
	    (b->shape.rank > 2 && batch > a->shape.rank - 3))
		return error_set(step->import->err,
		    "the batch is in axis %d of %d, expected it before the "
		    "rows and columns that are multiplied",
		    batch, a->shape.rank);
	if (read_stack(step, a, b, batch, &s) < 0)
		return -1;
	in[1] = onnx_use_tensor(step, &s.w, ROLE_WEIGHT, "weight",
	    attr.trans_b ? 0 : s.w.shape.rank - 1);
	if (in[1] < 0)
		return -1;
	value = onnx_add(step,
	    a->shape.rank == 2 && a->shape.dim[0] == BATCH ? OP_GEMM
							   : OP_MAT_MUL,
	    2, in, &attr);
	if (value >= 0 && s.vector)
		value = finish_vector(step, value, &s.to);
	if (hidden)
		onnx_hide(&s.to);
	return onnx_give(step, value, &s.to);
}

/* A vector is a row: of a file of one image, whose axis is gone. */
static int
multiply_by_tensor(const struct onnx_step *step, const struct onnx_result *a,
    struct onnx_result *b)
{
	struct onnx_result row = *a;
	const bool hidden =
	    a->shape.rank == 1 && onnx_unhide(step->import, &row.shape);

	return multiply_rows(step, &row, b, hidden);
}

static int
convert_mat_mul(const struct onnx_step *step)
{
	struct onnx_result *a = onnx_in(step, 0), *b = onnx_in(step, 1);

	if (a == NULL || b == NULL)
		return -1;
	if (a->kind == ONNX_ACTIVATION)
		return b->kind == ONNX_ACTIVATION
			   ? multiply_images(step, a, b)
			   : multiply_by_tensor(step, a, b);
	if (b->kind == ONNX_ACTIVATION)
		return multiply_from_left(step, a, b);
	return error_set(
	    step->import->err, "neither operand depends on the image");
}

const struct onnx_row onnx_products[] = {
    {"Gemm", convert_gemm},
    {"MatMul", convert_mat_mul},
    {NULL, NULL},
};
