/*
 * Two operands of Einsum, as the operators that there are: what is summed over
 * and in both is a product of matrices, what is in both and stays is a stack of
 * them, and where nothing is summed, operands are stretched and multiplied.  A
 * weight stays the tensor that it is where its axes, as they lie, are a matrix
 * or a stack of them.
 */
#include "onnx/onnx_einsum.h"

/* ---- nothing is summed ---- */

/* The operand with ones where it lacks an axis of order. */
static int
stretch_side(const struct onnx_sum *e, struct onnx_side *side,
    const struct onnx_labels *order)
{
	const struct onnx_labels own =
	    onnx_labels_among(order, &side->axes, true);
	struct shape wide = {.rank = order->n};

	for (int i = 0; i < order->n; i++)
		wide.dim[i] = onnx_has_label(&own, order->at[i])
				  ? onnx_label_size(e, order->at[i])
				  : 1;
	if (side->tensor && !onnx_same_labels(&own, &side->axes) &&
	    onnx_make_activation(e, side) < 0)
		return -1;
	if (!side->tensor)
		return onnx_lay(
		    e, onnx_permute(e, side->value, &side->axes, &own), wide);
	onnx_shape_weight(side, &wide);
	return onnx_use_tensor(e->step, &side->weight,
	    own.n > 1 ? ROLE_WEIGHT : ROLE_NORM_WEIGHT, "weight", 0);
}

static int
multiply_elements(struct onnx_sum *e, struct onnx_labels *out)
{
	const struct attributes none = {0};
	const struct onnx_labels *all = &e->equation.out;
	int in[2];

	for (int i = 0; i < all->n; i++)
		if (onnx_has_label(&e->side[0].axes, all->at[i]) ||
		    onnx_has_label(&e->side[1].axes, all->at[i]))
			onnx_add_label(out, all->at[i]);
	for (int i = 0; i < 2; i++) {
		in[i] = stretch_side(e, &e->side[i], out);
		if (in[i] < 0)
			return -1;
	}
	return onnx_add(e->step, OP_MUL, 2, in, &none);
}

/* ---- products of matrices ---- */

/* What the axes of two operands are: in both and in the output; only in one;
 * in both, and summed over, in b's order. */
struct roles {
	struct onnx_labels stack, rows, columns, summed;
};

static struct roles
find_roles(const struct onnx_sum *e, const struct onnx_side *a,
    const struct onnx_side *b)
{
	const struct onnx_labels both =
	    onnx_labels_among(&a->axes, &b->axes, true);

	return (struct roles){
	    .stack = onnx_labels_among(&both, &e->equation.out, true),
	    .rows = onnx_labels_among(&a->axes, &b->axes, false),
	    .columns = onnx_labels_among(&b->axes, &a->axes, false),
	    .summed = onnx_labels_among(&b->axes, &a->axes, true),
	};
}

/* Two activations: a as stack, rows, summed; b as it lies, if it can. */
static int
multiply_images(const struct onnx_sum *e, const struct onnx_side *a,
    const struct onnx_side *b, const struct roles *r, struct onnx_labels *out)
{
	const struct onnx_labels left = onnx_join_labels(&r->stack, &r->rows);
	const struct onnx_labels turned =
	    onnx_join_labels(&r->stack, &r->columns);
	const struct onnx_labels straight =
	    onnx_join_labels(&r->stack, &r->summed);
	const struct onnx_labels as[] = {onnx_join_labels(&left, &r->summed),
	    onnx_join_labels(&straight, &r->columns),
	    onnx_join_labels(&turned, &r->summed)};
	const bool trans = onnx_same_labels(&b->axes, &as[2]);
	const struct attributes attr = {.trans_b = trans};
	const int64_t k = onnx_label_product(e, &r->summed),
		      m = onnx_label_product(e, &r->rows),
		      n = onnx_label_product(e, &r->columns),
		      p = onnx_label_product(e, &r->stack);
	const struct shape left_shape = {3, {p, m, k}};
	const struct shape right_shape = {3, {p, trans ? n : k, trans ? k : n}};
	int in[2] = {
	    onnx_permute(e, a->value, &a->axes, &as[0]),
	    onnx_permute(e, b->value, &b->axes, &as[trans ? 2 : 1]),
	};

	in[0] = onnx_lay(e, in[0], left_shape);
	in[1] = onnx_lay(e, in[1], right_shape);
	if (in[0] < 0 || in[1] < 0)
		return -1;
	*out = onnx_join_labels(&left, &r->columns);
	return onnx_add(e->step, OP_MAT_MUL, 2, in, &attr);
}

/* A weight as it lies: leading matrices, and what a matrix has. */
struct matrices {
	struct onnx_labels lead, columns;
	bool trans;
};

/* Are those that are summed over neighbours, and the columns at their side? */
static bool
find_matrices(
    const struct onnx_side *w, const struct roles *r, struct matrices *found)
{
	const int n = w->axes.n,
		  first = onnx_find_label(&w->axes, r->summed.at[0]);
	int behind = first + r->summed.n, start = behind;

	*found = (struct matrices){.trans = behind == n};
	for (int i = 0; i < r->summed.n; i++)
		if (first + i >= n || w->axes.at[first + i] != r->summed.at[i])
			return false;
	if (found->trans)
		for (start = behind = first;
		     start > 0 &&
		     onnx_has_label(&r->columns, w->axes.at[start - 1]);)
			start--;
	for (int i = 0; i < (found->trans ? start : first); i++)
		onnx_add_label(&found->lead, w->axes.at[i]);
	for (int i = start; i < (found->trans ? behind : n); i++) {
		if (!onnx_has_label(&r->columns, w->axes.at[i]))
			return false;
		onnx_add_label(&found->columns, w->axes.at[i]);
	}
	return true;
}

/* The weight as stacks of matrices. */
static int
use_matrices(const struct onnx_sum *e, struct onnx_side *w,
    const struct matrices *m, int64_t k)
{
	const int64_t n = onnx_label_product(e, &m->columns);
	struct shape shape = {.rank = m->lead.n + 2};

	for (int i = 0; i < m->lead.n; i++)
		shape.dim[i] = onnx_label_size(e, m->lead.at[i]);
	shape.dim[m->lead.n] = m->trans ? n : k;
	shape.dim[m->lead.n + 1] = m->trans ? k : n;
	onnx_shape_weight(w, &shape);
	return onnx_use_tensor(e->step, &w->weight, ROLE_WEIGHT, "weight",
	    m->lead.n + (m->trans ? 0 : 1));
}

/* a's rows times a weight; a has 1 where leading matrices are not its own. */
static int
multiply_tensor(const struct onnx_sum *e, const struct onnx_side *a,
    struct onnx_side *w, const struct roles *r, const struct matrices *m,
    struct onnx_labels *out)
{
	const struct onnx_labels own =
	    onnx_labels_among(&m->lead, &r->stack, true);
	const struct onnx_labels left = onnx_join_labels(&own, &r->rows);
	const struct onnx_labels order = onnx_join_labels(&left, &r->summed);
	const struct attributes attr = {.trans_b = m->trans};
	const int64_t k = onnx_label_product(e, &r->summed);
	struct shape shape = {0};
	int in[2] = {onnx_permute(e, a->value, &a->axes, &order), -1};

	for (int i = 0; i < m->lead.n; i++)
		shape.dim[shape.rank++] =
		    onnx_has_label(&own, m->lead.at[i])
			? onnx_label_size(e, m->lead.at[i])
			: 1;
	if (m->lead.n > 0)
		shape.dim[shape.rank++] = onnx_label_product(e, &r->rows);
	for (int i = 0; m->lead.n == 0 && i < r->rows.n; i++)
		shape.dim[shape.rank++] = onnx_label_size(e, r->rows.at[i]);
	shape.dim[shape.rank++] = k;
	in[0] = onnx_lay(e, in[0], shape);
	if (in[0] < 0 || (in[1] = use_matrices(e, w, m, k)) < 0)
		return -1;
	*out = onnx_join_labels(&m->lead, &r->rows);
	*out = onnx_join_labels(out, &m->columns);
	return onnx_add(
	    e->step, shape.rank == 1 ? OP_GEMM : OP_MAT_MUL, 2, in, &attr);
}

int
onnx_contract(struct onnx_sum *e, struct onnx_labels *out)
{
	struct onnx_side *a = &e->side[0], *b = &e->side[1];
	struct matrices m;
	struct roles r;

	if (onnx_sum_alone(e, a, &b->axes) < 0 ||
	    onnx_sum_alone(e, b, &a->axes) < 0)
		return -1;
	if (a->tensor) {
		a = b;
		b = &e->side[0];
	}
	r = find_roles(e, a, b);
	r.summed = onnx_labels_among(&r.summed, &e->equation.out, false);
	if (r.summed.n == 0)
		return multiply_elements(e, out);
	if (b->tensor && find_matrices(b, &r, &m))
		return multiply_tensor(e, a, b, &r, &m, out);
	if (b->tensor && onnx_make_activation(e, b) < 0)
		return -1;
	return multiply_images(e, a, b, &r, out);
}
