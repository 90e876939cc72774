/* What the kernels of convolutions are told. */
#include "execute/conv.h"

/* Where the windows of the outputs start; steps from output to output. */
static struct view
windows(const struct conv *conv, struct view in)
{
	in.at -= conv->pad[0] * in.row + conv->pad[1] * in.pixel;
	in.row *= conv->stride[0];
	in.pixel *= conv->stride[1];
	return in;
}

size_t
conv_work(const struct conv *conv, int h, int w, int images)
{
	if (!conv->winograd)
		return 0;
	return (conv->stride[0] == 2
		    ? strided_work_floats
		    : winograd_work_floats)(conv->c, conv->k, h, w, images);
}

static void
run_winograd(const struct kernels *kernels, const struct conv *conv,
    const struct conv_call *call)
{
	struct view in = call->in;

	/* it keeps its own steps */
	in.at -= conv->pad[0] * in.row + conv->pad[1] * in.pixel;
	kernels->winograd(&(struct winograd_job){.in = in,
	    .out = call->out,
	    .add = call->add,
	    .images = call->images,
	    .h = call->h,
	    .w = call->w,
	    .c = conv->c,
	    .k = conv->k,
	    .weights = call->weights,
	    .bias = call->bias,
	    .limits = call->limits,
	    .stride = conv->stride[0],
	    .work = call->work});
}

void
conv_run(const struct kernels *kernels, const struct conv *conv,
    const struct conv_call *call)
{
	struct conv_job job = {.in = windows(conv, call->in),
	    .out = call->out,
	    .add = call->add,
	    .images = call->images,
	    .h = call->h,
	    .w = call->w,
	    .c = conv->taps_c,
	    .k = conv->depthwise ? conv->groups : conv->k,
	    .taps = conv->taps,
	    .tap = conv->tap,
	    .weights = call->weights,
	    .bias = call->bias,
	    .limits = call->limits};

	if (conv->winograd) {
		run_winograd(kernels, conv, call);
		return;
	}
	if (conv->depthwise) {
		kernels->depthwise(&job);
		return;
	}
	for (int g = 0; g < conv->groups; g++) {
		kernels->conv(&job);
		job.in.at += conv->c;
		job.out.at += conv->k;
		job.add.at += job.add.at == NULL ? 0 : conv->k;
		job.weights += conv_direct_floats(conv) / (size_t)conv->groups;
		job.bias += kernel_padded(conv->k);
	}
}

size_t
conv_sums_work(const struct conv *conv, int h, int w, int images)
{
	return conv->winograd ? winograd_gradient_work_floats(
				    conv->c, conv->k, h, w, images)
			      : 0;
}

void
conv_add_sums(const struct kernels *kernels, const struct conv *conv,
    const struct conv_sums_call *call)
{
	const struct view in = windows(conv, call->in);

	if (conv->winograd)
		kernels->winograd_gradient(
		    &(struct winograd_gradient_job){.in = in,
			.d_out = call->d_out,
			.images = call->images,
			.h = call->h,
			.w = call->w,
			.c = conv->c,
			.k = conv->k,
			.fresh = call->fresh,
			.sums = call->sums,
			.work = call->work});
	else
		kernels->gradient(&(struct gradient_job){.in = in,
		    .d_out = call->d_out,
		    .images = call->images,
		    .h = call->h,
		    .w = call->w,
		    .c = conv->taps_c,
		    .k = conv->k,
		    .taps = conv->taps,
		    .tap = conv->tap,
		    .d_weights = call->sums});
}

/* Every stride-th pixel of the input's gradient at a time. */
void
conv_back_run(const struct kernels *kernels, const struct conv_back *back,
    const struct conv *conv, const struct conv_call *call)
{
	const int *s = conv->stride;
	struct conv_job job = {.in = call->in,
	    .out = call->out,
	    .images = call->images,
	    .c = conv->k,
	    .k = conv->c,
	    .tap = back->tap,
	    .weights = call->weights,
	    .bias = call->bias,
	    .limits = call->limits};

	job.out.row *= s[0];
	job.out.pixel *= s[1];
	for (int r = 0; r < s[0] * s[1]; r++) {
		const int y = r / s[1], x = r % s[1];
		const bool adds = call->add.at != NULL;

		job.taps = back->taps[r];
		job.h = (call->h - y + s[0] - 1) / s[0];
		job.w = (call->w - x + s[1] - 1) / s[1];
		job.out.at =
		    call->out.at + y * call->out.row + x * call->out.pixel;
		if (adds)
			job.add = job.out;
		if (job.h > 0 && job.w > 0 && (!adds || job.taps > 0))
			kernels->conv(&job);
		job.tap += job.taps;
		job.weights +=
		    (ptrdiff_t)job.taps * conv->k * kernel_padded(conv->c);
	}
}
