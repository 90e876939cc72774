/*
 * The Hessian-vector product: u . H v against second differences of the loss of
 * an interpreter in double, and the laws of a symmetric matrix.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../grow.h"
#include "curvature/hvp.h"
#include "net/architecture.h"
#include "net/build.h"
#include "net/loss.h"

/* A network with images of its own, and which of its tensors move. */
struct case_ {
	struct graph g;
	struct dataset data;
	bool moves[256];
	enum loss_kind loss;
	double mean[8], std[8];
};

static void
case_data(struct case_ *c, int n)
{
	const struct shape *in = &c->g.values[c->g.input].shape;
	const struct shape *out = &c->g.values[c->g.output].shape;

	c->data = (struct dataset){.name = "test",
	    .n = n,
	    .total = n,
	    .classes = (int)shape_size(out),
	    .channels = (int)in->dim[0],
	    .height = (int)in->dim[1],
	    .width = (int)in->dim[2]};
	c->data.reals = draws(n * shape_size(in));
	c->data.n_labels = 1;
	c->data.labels = calloc((size_t)n, sizeof(int));
	for (int i = 0; i < n; i++)
		c->data.labels[i] = roll(0, c->data.classes - 1);
	for (int i = 0; i < 8; i++)
		c->std[i] = 1.0;
}

static void
case_free(struct case_ *c)
{
	free(c->data.reals);
	free(c->data.labels);
	graph_free(&c->g);
}

static struct hvp *
open_case(const struct case_ *c, struct workers *workers)
{
	const struct hvp_problem problem = {.graph = &c->g,
	    .moves = c->moves,
	    .data = &c->data,
	    .mean = c->mean,
	    .std = c->std,
	    .loss = c->loss,
	    .workers = workers,
	    .gradient = true};
	struct error err;
	struct hvp *h = hvp_new(&problem, &err);

	if (h == NULL || hvp_bind(h, c->g.tensors, &err) < 0)
		fail_msg("%s", err.text);
	return h;
}

/* ---- the interpreter's loss ---- */

static double
image_loss(enum loss_kind kind, const double *z, int n, int label)
{
	double max = z[0], sum = 0.0, squares = 0.0;

	for (int i = 1; i < n; i++)
		max = fmax(max, z[i]);
	for (int i = 0; i < n; i++)
		sum += exp(z[i] - max);
	if (kind == LOSS_CROSSENTROPY)
		return log(sum) - (z[label] - max);
	for (int i = 0; i < n; i++)
		squares +=
		    pow(exp(z[i] - max) / sum - (i == label ? 1.0 : 0.0), 2.0);
	return squares / n;
}

/* At theta + a u + b v. */
static double
loss_at(struct world *w, const struct case_ *c, const float *u, double a,
    const float *v, double b)
{
	const int n = c->data.classes;
	double sum = 0.0;
	size_t at = 0;

	for (size_t t = 0; t < c->g.n_tensors; t++)
		for (int64_t i = 0; c->moves[t] && i < c->g.tensors[t].n;
		     i++, at++)
			w->tensor[t][i] = (double)c->g.tensors[t].f32[i] +
					  a * (double)u[at] + b * (double)v[at];
	interpret(w);
	for (int i = 0; i < w->n; i++)
		sum += image_loss(c->loss, w->value[c->g.output] + i * n, n,
		    c->data.labels[i]);
	return sum / w->n;
}

/* The largest logit of the last loss_at, which a float32 sum rounds by. */
static double
largest_logit(const struct world *w, const struct case_ *c)
{
	double most = 0.0;

	for (int i = 0; i < w->n * c->data.classes; i++)
		most = fmax(most, fabs(w->value[c->g.output][i]));
	return most;
}

static double
dot(const float *u, const double *v, size_t n)
{
	double sum = 0.0;

	for (size_t i = 0; i < n; i++)
		sum += (double)u[i] * v[i];
	return sum;
}

static double
norm(const double *v, size_t n)
{
	double sum = 0.0;

	for (size_t i = 0; i < n; i++)
		sum += v[i] * v[i];
	return sqrt(sum);
}

/* The operator of the node that is tested, or of the last. */
static const char *
tested(const struct graph *g)
{
	size_t i = g->n_nodes - 1;

	while (i > 0 && strcmp(g->nodes[i].name, "tested") != 0)
		i--;
	return operator_name(g->nodes[i].op);
}

/*
 * Second differences: with h = 1e-4 the rounding of the losses is theirs times
 * 1e-16 / 4e-8.  The draws are fixed, so no kink of a ReLU comes between the
 * four points by chance.
 */
static int
check_differences(const struct case_ *c, struct hvp *h, double *worst)
{
	const size_t n = hvp_size(h);
	const double step = 1e-4;
	float *u = draws((int64_t)n), *v = draws((int64_t)n);
	double *hv = calloc(n, sizeof(*hv)), *g = calloc(n, sizeof(*g));
	struct world w = world_new(&c->g, (int)c->data.n, c->data.reals);
	double got, want, slope, scale, size, loss;
	int bad;

	w.evaluates = true;
	for (size_t i = 0; i < n; i++) {
		u[i] *= 0.02F;
		v[i] *= 0.02F;
	}
	hvp_apply(h, v, hv);
	hvp_gradient(h, g);
	loss = size = loss_at(&w, c, u, 0.0, v, 0.0);
	got = dot(u, hv, n);
	want = (loss_at(&w, c, u, step, v, step) -
		   loss_at(&w, c, u, step, v, -step) -
		   loss_at(&w, c, u, -step, v, step) +
		   loss_at(&w, c, u, -step, v, -step)) /
	       (4.0 * step * step);
	slope = (loss_at(&w, c, u, step, v, 0.0) -
		    loss_at(&w, c, u, -step, v, 0.0)) /
		(2.0 * step);
	scale = norm(hv, n) * 0.02 * sqrt((double)n / 3.0);
	*worst = fabs(got - want) / (scale + 1e-6);
	bad = !(fabs(got - want) <= 1e-3 * scale + 2e-6 + 1e-7 * size);
	scale = norm(g, n) * 0.02 * sqrt((double)n / 3.0);
	if (!(fabs(dot(u, g, n) - slope) <= 1e-4 * scale + 1e-6))
		fail_msg("%s: slope %.9g, expected %.9g", tested(&c->g),
		    dot(u, g, n), slope);
	for (int64_t i = 0; i < c->data.n; i++)
		loss -= hvp_losses(h)[i] / (double)c->data.n;
	assert_true(fabs(loss) < 1e-5 * (1.0 + largest_logit(&w, c)));
	world_free(&w);
	free(u);
	free(v);
	free(hv);
	free(g);
	return bad;
}

/* Symmetric, linear, and the same bytes for any number of threads. */
static void
check_laws(const struct case_ *c)
{
	struct error err;
	struct workers *one = workers_new(1, &err),
		       *three = workers_new(3, &err);
	struct hvp *a = open_case(c, one), *b = open_case(c, three);
	const size_t n = hvp_size(a);
	float *u = draws((int64_t)n), *v = draws((int64_t)n);
	float *w = calloc(n, sizeof(*w));
	double *hu = calloc(n, sizeof(*hu)), *hv = calloc(n, sizeof(*hv));
	double *hw = calloc(n, sizeof(*hw)), *other = calloc(n, sizeof(*hw));
	double scale;

	for (size_t i = 0; i < n; i++)
		w[i] = 2.0F * u[i] - 0.5F * v[i];
	hvp_apply(a, u, hu);
	hvp_apply(a, v, hv);
	hvp_apply(a, w, hw);
	scale = norm(hv, n) * sqrt((double)n / 3.0);
	if (!(fabs(dot(u, hv, n) - dot(v, hu, n)) <= 2e-5 * scale + 1e-6))
		fail_msg("%s: u.Hv %.9g, v.Hu %.9g, scale %g", tested(&c->g),
		    dot(u, hv, n), dot(v, hu, n), scale);
	for (size_t i = 0; i < n; i++)
		other[i] = hw[i] - 2.0 * hu[i] + 0.5 * hv[i];
	if (!(norm(other, n) <= 2e-5 * norm(hw, n) + 1e-6))
		fail_msg("%s: not linear by %g of %g", tested(&c->g),
		    norm(other, n), norm(hw, n));
	hvp_apply(b, w, other);
	assert_memory_equal(hw, other, n * sizeof(*hw));
	hvp_free(a);
	hvp_free(b);
	workers_free(one);
	workers_free(three);
	free(u);
	free(v);
	free(w);
	free(hu);
	free(hv);
	free(hw);
	free(other);
}

/* ---- each operator between two convolutions ---- */

static const struct attributes pointwise = {
    .kernel_shape = {1, 1}, .strides = {1, 1}, .dilations = {1, 1}, .group = 1};

static struct attributes
random_window(int kernel_max)
{
	struct attributes a = {.group = 1, .dilations = {1, 1}};

	for (int i = 0; i < SPATIAL; i++) {
		a.kernel_shape[i] = roll(1, kernel_max);
		a.strides[i] = roll(1, 3);
		a.pads[i] = roll(0, a.kernel_shape[i] - 1);
		a.pads[2 + i] = roll(0, a.kernel_shape[i] - 1);
	}
	return a;
}

static int
node(struct builder *b, enum operator_kind op, int n_in, const int *in,
    const struct attributes *attr)
{
	struct error err;
	int out = graph_add_node(b->graph, op, "tested", n_in, in, attr, &err);

	if (out < 0)
		fail_msg("%s", err.text);
	b->graph->output = out;
	return out;
}

static int
grow(struct builder *b, enum operator_kind op, int x)
{
	struct attributes a = random_window(4);
	int in[3] = {x, x, x};

	a.axis = 1;
	switch (op) {
	case OP_CONV:
		a.group = build_size(b, x, 0) % 2 == 0 && roll(0, 1) ? 2 : 1;
		a.dilations[0] = roll(1, 2);
		return build_conv_attr(
		    b, x, "tested", 2 * roll(1, 10), roll(0, 1), &a);
	case OP_BATCH_NORMALIZATION:
		return roll(0, 1)
			   ? build_relu(b, build_batch_norm(b, x, "tested"))
			   : build_batch_norm(b, x, "tested");
	case OP_MAX_POOL:
	case OP_AVERAGE_POOL:
		a.ceil_mode = roll(0, 1);
		a.count_include_pad = roll(0, 1);
		return node(b, op, 1, in, &a);
	case OP_ADD:
		if (roll(0, 1))
			return grow_imported(b, op, x);
		if (roll(0, 1))
			in[1] = build_conv_attr(b, x, "other",
			    build_size(b, x, 0), true, &pointwise);
		return build_relu(b, node(b, op, 2, in, &a));
	case OP_CONCAT:
		in[1] = build_relu(b, x);
		return node(b, op, 3, in, &a);
	case OP_GEMM:
		x = build_linear(b, build_flatten(b, x), "tested", roll(2, 5));
		return build_relu(b, build_batch_norm(b, x, "bn"));
	case OP_SLICE:
		for (int d = 0; d < 3; d++) {
			a.start[d] = roll(0, build_size(b, x, d) - 1);
			a.step[d] = roll(1, 3);
		}
		return node(b, op, 1, in, &a);
	case OP_PAD:
		for (int d = 0; d < 3; d++) {
			a.pad_before[d] = roll(0, 2);
			a.pad_after[d] = roll(0, 2);
		}
		return node(b, op, 1, in, &a);
	default:
		return grow_imported(b, op, x);
	}
}

/* No exact zeros anywhere: a ReLU has no derivative there. */
static void
fill_case(struct case_ *c)
{
	fill_tensors(&c->g);
	for (size_t i = 0; i < c->g.n_tensors; i++)
		for (int64_t j = 0; c->g.tensors[i].role == ROLE_RUNNING_VAR &&
				    j < c->g.tensors[i].n;
		     j++)
			c->g.tensors[i].f32[j] =
			    0.5F + fabsf(c->g.tensors[i].f32[j]);
}

static void
build_case(struct case_ *c, enum operator_kind op)
{
	const struct shape input = {
	    .rank = 3, .dim = {roll(1, 3), roll(5, 9), roll(5, 9)}};
	struct attributes stem = pointwise;
	struct builder b;
	struct error err;
	int x;

	*c = (struct case_){.loss = roll(0, 1) ? LOSS_MSE : LOSS_CROSSENTROPY};
	build_start(&b, &c->g, &input, 3, &x, &err);
	if (roll(0, 1)) {
		stem.kernel_shape[0] = stem.kernel_shape[1] = 3;
		for (int i = 0; i < 4; i++)
			stem.pads[i] = 1;
	}
	x = build_conv_attr(&b, x, "stem", roll(1, 20), true, &stem);
	if (roll(0, 1))
		x = build_batch_norm(&b, x, "bn0");
	if (roll(0, 1))
		x = build_relu(&b, x);
	x = grow(&b, op, x);
	if (c->g.values[x].shape.rank != 1)
		x = build_flatten(&b, x);
	build_linear(&b, x, "last", 4);
	if (build_finish(&b) < 0)
		fail_msg("%s", err.text);
	fill_case(c);
	case_data(c, roll(1, 5));
}

/* A random part of the tensors, all of them, or those of two dimensions. */
static void
choose(struct case_ *c)
{
	const int how = roll(0, 2);
	bool any = false;

	for (size_t i = 0; i < c->g.n_tensors; i++) {
		const struct tensor *t = &c->g.tensors[i];

		c->moves[i] =
		    tensor_is_weight(t) &&
		    (how == 0 || (how == 1 ? t->rank > 1 : roll(0, 1)));
		any |= c->moves[i];
	}
	if (!any)
		c->moves[0] = true;
}

static void
test_operators(void **state)
{
	(void)state;
	for (int op = 0; op < OP_COUNT; op++)
		for (int round = 0; round < 16; round++) {
			const struct operator_row *row =
			    operator_of((enum operator_kind)op);
			struct case_ c;
			struct workers *workers = workers_new(1, NULL);
			struct hvp *h;
			double worst;

			build_case(&c, (enum operator_kind)op);
			choose(&c);
			h = open_case(&c, workers);
			if (check_differences(&c, h, &worst))
				fail_msg("%s, round %d: %g", row->name, round,
				    worst);
			hvp_free(h);
			check_laws(&c);
			case_free(&c);
			workers_free(workers);
		}
}

static void
test_networks(void **state)
{
	static const char *const names[] = {"small", "lenet", "mlp"};
	const struct shape input = {.rank = 3, .dim = {1, 20, 17}};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct workers *workers = workers_new(2, NULL);
		struct case_ c = {.loss = LOSS_CROSSENTROPY};
		struct error err;
		struct hvp *h;
		double worst;

		if (architecture_build(&c.g, names[i], &input, 4, &err) < 0)
			fail_msg("%s", err.text);
		fill_case(&c);
		case_data(&c, 3);
		assert_int_equal(
		    hvp_choose(&c.g, true, NULL, c.moves, &err), 0);
		h = open_case(&c, workers);
		if (check_differences(&c, h, &worst))
			fail_msg("%s: %g", names[i], worst);
		hvp_free(h);
		free(c.data.reals);
		free(c.data.labels);
		case_data(&c, 70); /* several tasks */
		check_laws(&c);
		case_free(&c);
		workers_free(workers);
	}
}

static void
test_choose(void **state)
{
	const struct shape input = {.rank = 3, .dim = {1, 20, 17}};
	struct graph g;
	struct error err;
	bool moves[64];
	int n = 0;

	(void)state;
	assert_int_equal(architecture_build(&g, "small", &input, 4, &err), 0);
	assert_int_equal(hvp_choose(&g, false, "conv*", moves, &err), 0);
	for (size_t i = 0; i < g.n_tensors; i++)
		n += moves[i];
	assert_int_equal(n, 3);
	assert_int_equal(hvp_choose(&g, false, "bn*", moves, &err), -1);
	assert_string_equal(
	    err.text, "no tensor of two dimensions is called 'bn*'");
	assert_int_equal(hvp_choose(&g, true, "bn1.weight", moves, &err), 0);
	graph_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_operators),
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_choose),
	};

	dice = random_open(7, RANDOM_SAMPLE, "hvp");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
