#include "execute/pixel.h"

#include <string.h>

bool
pixel_pools(const struct graph *graph, const struct node *node)
{
	if (graph->values[node->in[0]].shape.rank != 3)
		return false;
	if (node->op == OP_GLOBAL_AVERAGE_POOL)
		return true;
	return (node->op == OP_MAX_POOL || node->op == OP_AVERAGE_POOL) &&
	       node->attr.dilations[0] == 1 && node->attr.dilations[1] == 1;
}

struct pool_job
pixel_pool_job(const struct node *node, const struct slot *in, struct view from,
    const struct slot *out, struct view to, int images)
{
	const struct attributes *a = &node->attr;
	struct pool_job job = {
	    .in = from,
	    .out = to,
	    .images = images,
	    .h = out->h,
	    .w = out->w,
	    .c = out->c,
	    .h_in = in->h,
	    .w_in = in->w,
	    .kh = a->kernel_shape[0],
	    .kw = a->kernel_shape[1],
	    .stride_y = a->strides[0],
	    .stride_x = a->strides[1],
	    .top = a->pads[0],
	    .left = a->pads[1],
	    .include_pad = a->count_include_pad,
	    .h_padded = a->pads[0] + in->h + a->pads[2],
	    .w_padded = a->pads[1] + in->w + a->pads[3],
	};

	if (node->op == OP_GLOBAL_AVERAGE_POOL) {
		job.kh = in->h;
		job.kw = in->w;
		job.top = job.left = job.include_pad = 0;
	}
	return job;
}

void
pixel_pool(const struct kernels *kernels, const struct node *node,
    const struct slot *in, struct view from, const struct slot *out,
    struct view to, int images)
{
	const struct pool_job job =
	    pixel_pool_job(node, in, from, out, to, images);

	if (node->op == OP_MAX_POOL)
		kernels->max_pool(&job);
	else
		kernels->average_pool(&job);
}

/* Functions of one number that have a kernel. */
static const struct {
	enum operator_kind op;
	enum pointwise function;
} functions[] = {
    {OP_LEAKY_RELU, POINTWISE_LEAKY_RELU},
    {OP_ELU, POINTWISE_ELU},
    {OP_SELU, POINTWISE_SELU},
    {OP_SIGMOID, POINTWISE_SIGMOID},
    {OP_HARD_SIGMOID, POINTWISE_HARD_SIGMOID},
    {OP_HARD_SWISH, POINTWISE_HARD_SWISH},
    {OP_TANH, POINTWISE_TANH},
    {OP_SOFTPLUS, POINTWISE_SOFTPLUS},
    {OP_MISH, POINTWISE_MISH},
    {OP_SOFTSIGN, POINTWISE_SOFTSIGN},
    {OP_ERF, POINTWISE_ERF},
    {OP_GELU, POINTWISE_GELU},
    {OP_EXP, POINTWISE_EXP},
    {OP_SQRT, POINTWISE_SQRT},
    {OP_ABS, POINTWISE_ABS},
    {OP_NEG, POINTWISE_NEG},
    {OP_RECIPROCAL, POINTWISE_RECIPROCAL},
};

bool
pixel_function(const struct node *node, enum pointwise *function)
{
	size_t i = 0;

	while (i < sizeof(functions) / sizeof(functions[0]) &&
	       functions[i].op != node->op)
		i++;
	if (i == sizeof(functions) / sizeof(functions[0]))
		return false;
	*function = functions[i].function;
	if (node->op == OP_GELU && node->attr.approximate)
		*function = POINTWISE_GELU_TANH;
	return true;
}

void
pixel_affine(const struct kernels *kernels, const struct slot *slot,
    const struct pixel_affine *call)
{
	(call->times ? kernels->multiply : kernels->affine)(
	    &(struct affine_job){.in = call->in,
		.out = call->out,
		.add = call->add,
		.images = call->images,
		.h = slot->h,
		.w = slot->w,
		.c = slot->c,
		.scale = call->scale,
		.shift = call->shift,
		.limits = call->limits});
}

void
pixel_sums(const struct kernels *kernels, const struct slot *slot,
    struct view x, int images, double *sums)
{
	kernels->norm_sums(&(struct norm_sums_job){.x = x,
	    .images = images,
	    .h = slot->h,
	    .w = slot->w,
	    .c = slot->c,
	    .sums = sums});
}

static float *
row_at(const struct view *v, int image, int y)
{
	return v->at + image * v->image + y * v->row;
}

void
pixel_copy(const struct slot *slot, struct view in, struct view out, int images,
    size_t floats)
{
	for (int n = 0; n < images; n++)
		for (int y = 0; y < slot->h; y++) {
			const float *from = row_at(&in, n, y);
			float *to = row_at(&out, n, y);

			for (int x = 0; x < slot->w; x++)
				memcpy(to + x * out.pixel, from + x * in.pixel,
				    floats * sizeof(*to));
		}
}

/*
 * Clears a where y is cut off; at 0 too, as PyTorch's ReLU.  One block of
 * channels that do not overlap: what the compiler does not know of them took a
 * fifth of a product's time on ResNet-20.
 */
static void
mask_block(float *restrict a, const float *restrict y)
{
	for (int l = 0; l < KERNEL_BLOCK; l++)
		a[l] = y[l] > 0.0F ? a[l] : 0.0F;
}

/* A row of pixels. */
static void
mask_pixels(float *d, ptrdiff_t pixel, const float *y, ptrdiff_t step,
    int pixels, int lanes, int copies)
{
	for (int x = 0; x < pixels; x++, d += pixel, y += step)
		for (int j = 0; j < copies; j++)
			for (int l = 0; l < lanes; l += KERNEL_BLOCK)
				mask_block(d + j * lanes + l, y + l);
}

void
pixel_mask(const struct slot *slot, const struct pixel_mask *call)
{
	const struct view d = call->d, y = call->y;

	for (int n = 0; n < call->images; n++)
		for (int r = 0; r < slot->h; r++)
			mask_pixels(row_at(&d, n, r), d.pixel, row_at(&y, n, r),
			    y.pixel, slot->w, call->lanes, call->copies);
}

void
pixel_spread(const struct slot *slot, struct view d, struct view out,
    int images, bool add)
{
	const float share = 1.0F / (float)(slot->h * slot->w);

	for (int i = 0; i < images * slot->h; i++) {
		const float *from = row_at(&d, i / slot->h, 0);
		float *to = row_at(&out, i / slot->h, i % slot->h);

		for (int x = 0; x < slot->w; x++, to += out.pixel)
			for (int c = 0; c < kernel_padded(slot->c); c++)
				to[c] = share * from[c] + (add ? to[c] : 0.0F);
	}
}
