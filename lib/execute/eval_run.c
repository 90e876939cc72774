/* Images through the steps of a plan. */
#include <string.h>

#include "base/progress.h"
#include "execute/eval.h"
#include "execute/pixel.h"
#include "execute/plain.h"
#include "kernel/cpu.h"
#include "net/operator.h"

/* What one call of run works on. */
struct run {
	const struct eval_plan *plan;
	const float *weights;
	float *scratch;
	const float *images;
	float *logits;
	double *seconds; /* of each step, to be added to; or NULL */
};

static struct view
view_of(const struct run *run, int value, int image)
{
	return eval_view(run->plan, run->scratch, value, image);
}

/* An operand that a step may not have. */
static struct view
view_if(const struct run *run, int value, int image)
{
	return value >= 0 ? view_of(run, value, image) : (struct view){0};
}

static void
run_input(const struct run *run, const struct eval_step *step, int image, int n)
{
	const struct slot *v = &run->plan->slots[step->out];
	const struct view out = view_of(run, step->out, image);

	slot_scatter(v, &out, n,
	    run->images + (ptrdiff_t)image * v->c * v->h * v->w, false);
}

/* The last stage's images to the caller. */
static void
run_output(const struct run *run, int image, int n)
{
	const struct slot *v = &run->plan->slots[run->plan->output];
	const ptrdiff_t classes = (ptrdiff_t)v->c * v->h * v->w;

	for (int i = image; i < image + n; i++) {
		const struct view out = view_of(run, run->plan->output, i);

		slot_gather(v, &out, 1, run->logits + i * classes);
	}
}

/* The rows of a part, in memory that starts with row from. */
static struct view
rows_of(const struct run *run, int value, const struct eval_part *part, int y,
    int from)
{
	struct view view = view_of(run, value, part->image);

	view.at += (y - from) * view.row;
	return view;
}

/* An operand that a step may not have. */
static struct view
rows_if(const struct run *run, int value, const struct eval_part *part)
{
	return value >= 0 ? rows_of(run, value, part, part->y, 0)
			  : (struct view){0};
}

static struct view
rows_made(const struct run *run, const struct eval_step *step,
    const struct eval_part *part)
{
	return rows_of(run, step->out, part, part->y, part->out_from);
}

static struct view
rows_read(const struct run *run, const struct eval_step *step,
    const struct eval_part *part)
{
	const int stride = eval_is_conv(step) ? step->conv.stride[0] : 1;

	return rows_of(run, step->in, part, part->y * stride, part->in_from);
}

static void
run_conv(const struct run *run, const struct eval_step *step,
    const struct eval_part *part)
{
	const struct slot *out = &run->plan->slots[step->out];

	conv_run(run->plan->kernels, &step->conv,
	    &(struct conv_call){.in = rows_read(run, step, part),
		.out = rows_made(run, step, part),
		.add = rows_if(run, step->addend, part),
		.images = part->n,
		.h = part->h,
		.w = out->w,
		.weights = run->weights + step->weights,
		.bias = run->weights + step->shift,
		.limits = step->limits,
		.work = run->scratch + run->plan->work});
}

static void
run_pool(const struct run *run, const struct eval_step *step, int image, int n)
{
	pixel_pool(run->plan->kernels, step->fused->node,
	    &run->plan->slots[step->in], view_of(run, step->in, image),
	    &run->plan->slots[step->out], view_of(run, step->out, image), n);
}

/* Is the second operand a number for each channel? */
static bool
is_number_each(const struct run *run, const struct eval_step *step)
{
	const struct slot *by = &run->plan->slots[step->addend];

	return by->h == 1 && by->w == 1;
}

static void
run_affine(const struct run *run, const struct eval_step *step,
    const struct eval_part *part)
{
	const bool norm = step->fused->norm != NULL;
	struct view add = rows_if(run, step->addend, part);
	struct slot slot = run->plan->slots[step->out];

	slot.h = part->h;
	if (step->addend >= 0 && is_number_each(run, step)) {
		add = view_of(run, step->addend, part->image);
		add.pixel = add.row = 0;
	}
	pixel_affine(run->plan->kernels, &slot,
	    &(struct pixel_affine){.in = rows_read(run, step, part),
		.out = rows_made(run, step, part),
		.add = add,
		.images = part->n,
		.scale = norm ? run->weights + step->scale : NULL,
		.shift = norm ? run->weights + step->shift : NULL,
		.limits = step->limits,
		.times = step->method == EVAL_MULTIPLY});
}

static void
run_pointwise(const struct run *run, const struct eval_step *step,
    const struct eval_part *part)
{
	const struct slot *out = &run->plan->slots[step->out];

	run->plan->kernels->pointwise[step->function](
	    &(struct pointwise_job){.in = rows_read(run, step, part),
		.out = rows_made(run, step, part),
		.images = part->n,
		.h = part->h,
		.w = out->w,
		.c = out->c,
		.alpha = step->alpha,
		.beta = step->beta});
}

/* Concat: behind one another; Pad: into the middle of zeros. */
static void
run_copy(const struct run *run, const struct eval_step *step, int image, int n)
{
	const struct fused *f = step->fused;
	const int *before = f->node->attr.pad_before;
	struct view out = view_of(run, step->out, image);

	if (f->node->op == OP_PAD)
		out.at +=
		    before[0] + before[1] * out.row + before[2] * out.pixel;
	for (int i = 0; i < f->n_in; i++) {
		const struct slot *v = &run->plan->slots[f->in[i]];

		pixel_copy(
		    v, view_of(run, f->in[i], image), out, n, (size_t)v->c);
		out.at += v->c;
	}
}

/* An activation, or a tensor among the step's weights. */
static struct plain_operand
operand(const struct run *run, int value, int image)
{
	return (struct plain_operand){
	    .slot = &run->plan->slots[value], .x = view_of(run, value, image)};
}

static const float *
tensor_of(const struct run *run, const struct eval_step *step, int value)
{
	const struct eval_plan *plan = run->plan;
	const int tensor = plan->graph->values[value].tensor;

	return run->weights +
	       (step->fused->weight >= 0
		       ? step->weights
		       : plan->tensors + plan->fusion.places[tensor]);
}

/* What the fusion put behind the node; the bias is part of the factors. */
static void
put_behind(const struct run *run, const struct eval_step *step, int image,
    struct plain *plain)
{
	const struct fused *f = step->fused;

	plain->end =
	    (struct plain_end){.channels = f->channels, .limits = step->limits};
	if (f->addend >= 0)
		plain->addend = operand(run, f->addend, image);
	if (f->weight < 0)
		return;
	plain->n_in = 2;
	plain->end.scale = run->weights + step->scale;
	plain->end.shift = run->weights + step->shift;
}

static void
run_plain(const struct run *run, const struct eval_step *step, int image, int n)
{
	const struct fused *f = step->fused;
	struct plain plain = {.graph = run->plan->graph,
	    .node = f->node,
	    .n_in = f->node->n_in,
	    .exact = true,
	    .out = operand(run, f->out, image),
	    .work = run->scratch + run->plan->work};
	int k = 0;

	for (int j = 0; j < f->node->n_in; j++) {
		const int in = f->node->in[j];

		if (plain.graph->values[in].kind == VALUE_TENSOR)
			plain.in[j].w = tensor_of(run, step, in);
		else
			plain.in[j] = operand(run, f->in[k++], image);
	}
	if (f->kind != FUSED_NODE)
		put_behind(run, step, image, &plain);
	for (int i = 0; i < n; i++)
		plain_forward(&plain, i, 1);
}

/* Image by image, where they are. */
static void
run_flat(const struct run *run, const struct eval_step *step, int image, int n)
{
	const struct fused *f = step->fused;
	const struct node *node = f->node;
	struct view out = view_of(run, step->out, image);
	struct shape shape[NODE_INPUTS_MAX];
	const float *in[NODE_INPUTS_MAX];
	ptrdiff_t by[NODE_INPUTS_MAX] = {0};
	struct operator_batch batch;
	int k = 0;

	operator_describe(run->plan->graph, node, 1, shape, &batch);
	for (int j = 0; j < node->n_in; j++) {
		const int value = node->in[j];
		struct view view = {0};

		if (run->plan->graph->values[value].kind == VALUE_TENSOR)
			view.at = (float *)tensor_of(run, step, value);
		else
			view = view_of(run, f->in[k++], image);
		in[j] = view.at;
		by[j] = view.image;
	}
	batch.in = in;
	for (int i = 0; i < n; i++, out.at += out.image) {
		batch.out = out.at;
		operator_forward_fast(node->op, &batch);
		for (int j = 0; j < node->n_in; j++)
			in[j] += by[j];
	}
}

/* A tensor that fallbacks read, or none. */
static const float *
row_of(const struct run *run, int tensor)
{
	const struct eval_plan *plan = run->plan;

	return tensor < 0
		   ? NULL
		   : run->weights + plan->tensors + plan->fusion.places[tensor];
}

/* The rows of n images by a kernel. */
static void
run_rows(const struct run *run, const struct eval_step *step, int image, int n)
{
	const struct view in = view_of(run, step->in, image);
	const struct view out = view_of(run, step->out, image);
	const size_t size = slot_planes(&run->plan->slots[step->out]);
	struct rows_job job = {.n = step->row,
	    .rows = (int)(size / (size_t)step->row),
	    .epsilon = step->epsilon,
	    .weight = row_of(run, step->weight),
	    .bias = row_of(run, step->bias)};

	for (int i = 0; i < n; i++) {
		job.in = in.at + i * in.image;
		job.out = out.at + i * out.image;
		step->rows(&job);
	}
}

/* Rows are pixels of a row of an image; without gaps between their blocks they
 * go through copies with gaps. */
static void
run_product(
    const struct run *run, const struct eval_step *step, int image, int n)
{
	const struct conv *conv = &step->conv;
	const struct slot *slot = &run->plan->slots[step->out];
	const int k = conv->k, rows = (int)(slot_planes(slot) / (size_t)k);
	struct conv_call call = {.in = view_of(run, step->in, image),
	    .out = view_of(run, step->out, image),
	    .add = view_if(run, step->addend, image),
	    .images = n,
	    .h = 1,
	    .w = rows,
	    .weights = run->weights + step->weights,
	    .bias = run->weights + step->shift,
	    .limits = step->limits};
	struct view out = call.out;

	call.in.pixel = conv->c;
	call.out.pixel = k;
	call.add.pixel = call.add.at != NULL ? k : 0;
	if (k % KERNEL_BLOCK == 0) {
		conv_run(run->plan->kernels, conv, &call);
		return;
	}
	call.images = 1;
	call.out = (struct view){
	    .at = run->scratch + run->plan->work, .pixel = kernel_padded(k)};
	for (int i = 0; i < n; i++, out.at += out.image) {
		conv_run(run->plan->kernels, conv, &call);
		call.in.at += call.in.image;
		for (int r = 0; r < rows; r++)
			memcpy(out.at + (ptrdiff_t)r * k,
			    call.out.at + r * call.out.pixel,
			    (size_t)k * sizeof(*out.at));
	}
}

static void
do_step(const struct run *run, const struct eval_step *step,
    const struct eval_part *part)
{
	const int image = part->image, n = part->n;

	switch (step->method) {
	case EVAL_INPUT:
		run_input(run, step, image, n);
		break;
	case EVAL_WINOGRAD:
	case EVAL_CONV:
	case EVAL_DEPTHWISE:
		run_conv(run, step, part);
		break;
	case EVAL_MAX_POOL:
	case EVAL_AVERAGE_POOL:
		run_pool(run, step, image, n);
		break;
	case EVAL_AFFINE:
	case EVAL_MULTIPLY:
		run_affine(run, step, part);
		break;
	case EVAL_POINTWISE:
		run_pointwise(run, step, part);
		break;
	case EVAL_COPY:
		run_copy(run, step, image, n);
		break;
	case EVAL_ROWS:
		run_rows(run, step, image, n);
		break;
	case EVAL_PRODUCT:
		run_product(run, step, image, n);
		break;
	case EVAL_FLAT:
		run_flat(run, step, image, n);
		break;
	case EVAL_FALLBACK:
		run_plain(run, step, image, n);
		break;
	case EVAL_NOTHING:
	case EVAL_METHODS:
		break;
	}
}

static void
run_part(void *context, size_t i, const struct eval_part *part)
{
	const struct run *run = context;
	const struct eval_step *step = &run->plan->steps[i];
	double start;

	if (run->seconds == NULL) {
		do_step(run, step, part);
		return;
	}
	start = progress_now();
	do_step(run, step, part);
	run->seconds[i] += progress_now() - start;
}

/* A step, or the whole band that begins with it.  Returns the next one. */
static size_t
run_step(struct run *run, size_t i, int image, int n)
{
	const struct eval_plan *plan = run->plan;
	const struct eval_step *step = &plan->steps[i];
	const struct eval_band *band;

	if (step->band < 0) {
		run_part(run, i,
		    &(struct eval_part){
			.image = image, .n = n, .h = plan->slots[step->out].h});
		return i + 1;
	}
	band = &plan->bands[step->band];
	for (int m = 0; m < n; m++)
		eval_walk_band(
		    plan, band, run->scratch, image + m, run_part, run);
	return band->step[band->n - 1] + 1;
}

/* Images [image, image + n) through stage and, group by group, all before. */
static void
run_stage(struct run *run, size_t stage, int image, int n)
{
	const struct eval_plan *plan = run->plan;
	const struct eval_stage *s = &plan->stages[stage];

	for (int end = image + n; image < end; image += s->group) {
		int m = end - image < s->group ? end - image : s->group;

		if (stage > 0)
			run_stage(run, stage - 1, image, m);
		for (size_t i = s->first; i < s->end;)
			i = run_step(run, i, image, m);
		if (stage + 1 == plan->n_stages)
			run_output(run, image, m);
	}
}

void
eval_run(const struct eval_plan *plan, const struct plan_trial *trial,
    double *seconds)
{
	struct run run = {plan, trial->weights, trial->scratch, trial->images,
	    trial->logits, seconds};
	unsigned long mode = cpu_flush_subnormals();

	run_stage(&run, plan->n_stages - 1, 0, trial->n);
	cpu_restore(mode);
}
