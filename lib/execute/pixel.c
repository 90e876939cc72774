#include "execute/pixel.h"

void
pixel_pool(const struct kernels *kernels, const struct node *node,
    const struct slot *in, struct view from, const struct slot *out,
    struct view to, int images)
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
	if (node->op == OP_MAX_POOL)
		kernels->max_pool(&job);
	else
		kernels->average_pool(&job);
}
