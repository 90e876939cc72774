/*
 * The inner loops of evaluation and of training: one table of functions per
 * instruction set.
 *
 * The plain C table is the definition; the others compute the same sums in
 * their own order of rounding.  tests/bench/checkkern compares them.
 *
 * Layout.  Activations are NHWC: the channels of a pixel are neighbours, so
 * they are the lanes of a vector.  Channels are written in blocks of
 * KERNEL_BLOCK, or half a one; only the first c of them are ever read as
 * operands of a sum, so what lies behind them (spill) may hold anything.  A
 * border of zeros around an image, kept by the caller, stands for padding: no
 * kernel tests for edges.
 *
 * The sum of one output is formed in an order that depends on its layer alone,
 * never on its neighbours, so an image's result does not depend on the images
 * that share a call.
 *
 * No kernel allocates or fails.  Strides count floats.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <math.h>
#include <stddef.h>

enum {
	KERNEL_BLOCK = 16,   /* channels written at once */
	WINOGRAD_TILE = 4,   /* outputs of F(4x4,3x3) per side */
	WINOGRAD_POINTS = 6, /* inputs per side: 4 + 3 - 1 */
	STRIDED_POINTS = 9,  /* the same with stride 2 */
	/* A tile's points in one block; an odd number of cache lines. */
	WINOGRAD_FLOATS =
	    (WINOGRAD_POINTS * WINOGRAD_POINTS + 1) * KERNEL_BLOCK,
};

/* Where the pixels are that belong to successive outputs of a job. */
struct view {
	float *at; /* first channel of the first pixel of the first image */
	ptrdiff_t pixel, row, image; /* steps */
};

/* What an output is kept within: at least low, then at most high.  A NaN stays.
 */
struct limits {
	float low, high;
};

static inline struct limits
limits_none(void)
{
	return (struct limits){-INFINITY, INFINITY};
}

/* Those of a ReLU, or none. */
static inline struct limits
limits_relu(int relu)
{
	return (struct limits){relu ? 0.0F : -INFINITY, INFINITY};
}

static inline int
limits_any(struct limits limits)
{
	return limits.low != -INFINITY || limits.high != INFINITY;
}

/*
 * out[k] = bias[k] + sum over taps and c of in[tap + c] * w + add?[k], limited,
 *
 * for each of images x h x w outputs.  in.at with in's steps is the place that
 * tap offsets are relative to (a stride of 2 doubles the steps).  add.at NULL:
 * nothing is added (its steps are 0 then); add may be the same memory as out,
 * or another. weights: [block of k][tap][c][KERNEL_BLOCK]; bias: whole blocks.
 */
struct conv_job {
	struct view in, out, add;
	int images, h, w;
	int c, k;
	int taps;
	const ptrdiff_t *tap; /* offset of each tap */
	const float *weights, *bias;
	struct limits limits;
};

/*
 * A 3x3 convolution with stride 1 by Winograd's F(4x4,3x3) (Lavin and Gray,
 * arXiv 1509.09308).  With stride 2: F(4,2) of the even rows and columns; in
 * keeps its own steps, and 9 rows and columns are read for each 4 outputs.
 * in.at is the input under the top left tap of output (0,0); rows and columns
 * up to the next multiple of 4, plus 2, are read and must be finite numbers
 * (zeros) of the caller.  weights come from winograd_weights (strided_weights);
 * work holds winograd_work_floats (strided_work_floats).
 */
struct winograd_job {
	struct view in, out, add;
	int images, h, w;
	int c, k;
	const float *weights, *bias;
	struct limits limits;
	int stride; /* 2, or anything else for 1 */
	float *work;
};

/* Windows of kh x kw; those of the border are clipped to the h_in x w_in. */
struct pool_job {
	struct view in, out; /* in: steps of the input's own pixels */
	int images, h, w, c;
	int h_in, w_in;
	int kh, kw, stride_y, stride_x, top, left;
	/* Average: divide by the clipped window, or by its part inside the
	 * padded input (ONNX's count_include_pad), which ends at these. */
	int include_pad, h_padded, w_padded;
};

/* out = in * scale[c] + shift[c] + add?, limited; scale NULL: 1 and no shift.
 */
struct affine_job {
	struct view in, out, add;
	int images, h, w, c;
	const float *scale, *shift; /* whole blocks */
	struct limits limits;
};

/*
 * Functions of one number, by the operators of these names; alpha and beta are
 * their attributes.  Within 4 ulp, and of x where the function is x times a
 * share of it; powers of e that are below e^-87 are 0.
 */
#define POINTWISE_EACH(F)             \
	F(LEAKY_RELU, leaky_relu)     \
	F(ELU, elu)                   \
	F(SELU, selu)                 \
	F(SIGMOID, sigmoid)           \
	F(SILU, silu)                 \
	F(HARD_SIGMOID, hard_sigmoid) \
	F(HARD_SWISH, hard_swish)     \
	F(TANH, tanh)                 \
	F(SOFTPLUS, softplus)         \
	F(MISH, mish)                 \
	F(SOFTSIGN, softsign)         \
	F(ERF, erf)                   \
	F(GELU, gelu)                 \
	F(GELU_TANH, gelu_tanh)       \
	F(EXP, exp)                   \
	F(SQRT, sqrt)                 \
	F(ABS, abs)                   \
	F(NEG, neg)                   \
	F(RECIPROCAL, reciprocal)

enum pointwise {
#define POINTWISE_NAME(upper, lower) POINTWISE_##upper,
	POINTWISE_EACH(POINTWISE_NAME)
#undef POINTWISE_NAME
	    POINTWISES
};

/* Its place in a table. */
#define POINTWISE_ENTRY(upper, lower) [POINTWISE_##upper] = lower##_all,

struct pointwise_job {
	struct view in, out;
	int images, h, w, c;
	float alpha, beta;
};

/*
 * Slopes: out = f'(in) d, bends: out = f''(in) d t; with add, out + that.  f'
 * within 4 ulp of itself and of 1 together, f'' within 16.
 */
struct pointwise_back_job {
	struct view in, d, t, out; /* t: of bends */
	int images, h, w, c;
	float alpha, beta;
	int add;
};

#define SLOPE_ENTRY(upper, lower) [POINTWISE_##upper] = lower##_slope,
#define BEND_ENTRY(upper, lower) [POINTWISE_##upper] = lower##_bend,

/*
 * The gradient by a convolution's weights, in the layout of its weights:
 * d_weights[block of k][tap][c][KERNEL_BLOCK] += sum over images, y and x of
 * in[tap + c] * d_out[k], in this order.  in's steps as in conv_job.
 */
struct gradient_job {
	struct view in, d_out;
	int images, h, w;
	int c, k;
	int taps;
	const ptrdiff_t *tap;
	float *d_weights;
};

/*
 * The same of a winograd_job, in the transformed domain: G^T (sum over tiles of
 * (A d_out A^T) * (B^T in B)) G.  The sum over tiles stays in sums (of
 * winograd_gradient_floats, in a layout of the table's own) from call to call;
 * fresh starts it at 0.  in and d_out: rows and columns up to the next multiple
 * of 4 (in: plus 2) are read; those of d_out beyond h x w must be zeros.
 */
struct winograd_gradient_job {
	struct view in, d_out;
	int images, h, w;
	int c, k;
	int fresh;
	float *sums, *work; /* work: winograd_gradient_work_floats */
};

/*
 * Sums over images, h and w for a batch normalisation, added to
 * sums[2][c in whole blocks], in double:
 * norm_sums:      x, x * x
 * norm_back_sums: d, d * (x - mean[c]), where d first becomes 0 (and is stored)
 *                 wherever y, if there is one, is not above 0: a ReLU's part
 */
struct norm_sums_job {
	struct view x, y, d; /* y.at NULL: none */
	int images, h, w, c;
	const float *mean; /* whole blocks */
	double *sums;
};

/* out = scale[c] * (d - d_mean[c] - slope[c] * (x - mean[c])) + add?; factors:
 * whole blocks. */
struct norm_back_job {
	struct view x, d, out, add;
	int images, h, w, c;
	const float *mean, *d_mean, *slope, *scale;
};

/*
 * Rows of n numbers, one behind the other, in and out.  Within a row's block of
 * KERNEL_BLOCK sums grow lane by lane, so that all sets but plain C give the
 * same bits.  out overlaps no in.
 */
struct rows_job {
	const float *in;
	float *out;
	int rows, n;
	const float *weight, *bias; /* of layer_norm: n each; NULL: none */
	float epsilon;              /* likewise */
};

/*
 * Their way back: from the gradient d by what the kernel made to out, that by
 * in (out + that with add), for rows as above.
 */
struct rows_back_job {
	const float *x; /* softmax: what it made; layer_norm: what it read */
	const float *d;
	float *out;
	int rows, n, add;
	/* of layer_norm: as there; the gradients by both are added to, of n
	 * floats each; NULL: none */
	const float *weight;
	float epsilon;
	float *d_weight, *d_bias;
};

struct kernels {
	const char *name;
	int block_pixels; /* outputs that one inner loop forms together */
	int weight_rows;  /* weights of Winograd: c before the column */

	void (*conv)(const struct conv_job *job);

	/* One filter per channel (k == c): weights [tap][c in whole blocks]. */
	void (*depthwise)(const struct conv_job *job);

	void (*winograd)(const struct winograd_job *job);

	/*
	 * U = G g G^T of filters g [k][c][3][3] times scale[k], for
	 * winograd_job: [block of k][row 6][column 6][c][KERNEL_BLOCK], or
	 * with weight_rows [block of k][row][c][column][KERNEL_BLOCK].  u holds
	 * winograd_weight_floats.  from[i] is the filter channel that
	 * multiplies input channel i.
	 */
	void (*winograd_weights)(const float *g, const double *scale,
	    const int *from, int k, int c, float *u);
	void (*strided_weights)(const float *g, const double *scale,
	    const int *from, int k, int c, float *u);

	void (*max_pool)(const struct pool_job *job);
	void (*average_pool)(const struct pool_job *job);
	void (*affine)(const struct affine_job *job);
	/* out = in * add alone. */
	void (*multiply)(const struct affine_job *job);

	void (*gradient)(const struct gradient_job *job);
	void (*winograd_gradient)(const struct winograd_gradient_job *job);
	/* From the sums over all tiles: d_weights[block of k][9][c][block],
	 * written. */
	void (*winograd_gradient_end)(
	    const float *sums, int k, int c, float *d_weights);
	void (*norm_sums)(const struct norm_sums_job *job);
	void (*norm_back_sums)(const struct norm_sums_job *job);
	void (*norm_back)(const struct norm_back_job *job);

	/* e^d / sum(e^d) in each row, d being x less the largest, in float32;
	 * e^d within 2 ulp, below e^-87 it is 0. */
	void (*softmax)(const struct rows_job *job);
	/* (x - mean) / sqrt(var + epsilon) * weight + bias in each row. */
	void (*layer_norm)(const struct rows_job *job);
	/* y (d - sum(y d)) in each row. */
	void (*softmax_back)(const struct rows_back_job *job);
	/* scale (g - mean(g) - h mean(g h)), g being d weight, h the row less
	 * its mean times scale. */
	void (*layer_norm_back)(const struct rows_back_job *job);
	void (*pointwise[POINTWISES])(const struct pointwise_job *job);
	void (*slope[POINTWISES])(const struct pointwise_back_job *job);
	void (*bend[POINTWISES])(const struct pointwise_back_job *job);

	/* n rounds of independent multiply-adds, for the bench: returns the
	 * number of floating-point operations done; *sink keeps them alive. */
	double (*peak)(long n, float *sink);
};

/* Plain C; the tables of instruction sets are known to cpu.h. */
extern const struct kernels kernels_plain;

/* Channels rounded up to whole blocks. */
static inline int
kernel_blocks(int channels)
{
	return (channels + KERNEL_BLOCK - 1) / KERNEL_BLOCK;
}

static inline int
kernel_padded(int channels)
{
	return kernel_blocks(channels) * KERNEL_BLOCK;
}

size_t winograd_weight_floats(int k, int c);
size_t winograd_work_floats(int c, int k, int h, int w, int images);
size_t strided_work_floats(int c, int k, int h, int w, int images);

/*
 * Tiles that are transformed together, at most: enough that the weights are not
 * fetched for too few tiles, few enough to stay in the cache.
 */
int winograd_tiles(int c, int k, int h, int w, int images);

/* The same for winograd_gradient_job. */
size_t winograd_gradient_floats(int k, int c);
size_t winograd_gradient_work_floats(int c, int k, int h, int w, int images);
int winograd_gradient_tiles(int h, int w, int images);

/* Filters as a model has them: element (k, c, tap) at these steps. */
struct conv_filters {
	const float *w;
	const double *scale; /* scale[k] multiplies filter k */
	const int *from;     /* as in winograd_weights */
	const int *tap;      /* the filter's tap for each of taps; NULL: all */
	int k, c, taps;
	ptrdiff_t k_step, c_step, tap_step;
};

/*
 * Packs filters as conv_job wants them: kernel_padded(k) * taps * c floats,
 * with zeros for the filters that fill the last block.
 */
void conv_weights(const struct conv_filters *filters, float *out);

#endif
