/* The window of one output of a pool_job, clipped to the input. */
#ifndef KERNEL_WINDOW_H
#define KERNEL_WINDOW_H

#include "kernel/kernel.h"

struct window {
	int top, bottom, left, right;
	float share; /* of one pixel in an average */
};

static inline struct window
window_at(const struct pool_job *job, int y, int x)
{
	int top = y * job->stride_y - job->top;
	int left = x * job->stride_x - job->left;
	int bottom = top + job->kh, right = left + job->kw;
	struct window w = {
	    top > 0 ? top : 0,
	    bottom < job->h_in ? bottom : job->h_in,
	    left > 0 ? left : 0,
	    right < job->w_in ? right : job->w_in,
	    0,
	};
	int area = (w.bottom - w.top) * (w.right - w.left);

	if (job->include_pad) {
		int h = job->h_padded - job->top, v = job->w_padded - job->left;

		area = ((bottom < h ? bottom : h) - top) *
		       ((right < v ? right : v) - left);
	}
	w.share = 1.0f / (float)area;
	return w;
}

#endif
