#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "draw.h"

enum { BUFFERS_MAX = 64 };

/* Guarded buffers of one check, released together. */
static struct {
	void *map[BUFFERS_MAX];
	size_t bytes[BUFFERS_MAX];
	int n;
} buffers;

static void
die(const char *text)
{
	fprintf(stderr, "checkkern: %s\n", text);
	exit(1);
}

float *
guarded(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (n * sizeof(float) + page - 1) / page * page + page;
	char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || buffers.n == BUFFERS_MAX ||
	    mprotect(map + bytes - page, page, PROT_NONE) != 0)
		die("out of memory");
	buffers.map[buffers.n] = map;
	buffers.bytes[buffers.n++] = bytes;
	return (float *)(map + bytes - page) - n;
}

void
release(void)
{
	while (buffers.n > 0) {
		buffers.n--;
		munmap(buffers.map[buffers.n], buffers.bytes[buffers.n]);
	}
}

int
roll(struct dice *dice, int lo, int hi)
{
	return lo + (int)random_below(
			&dice->stream, dice->at++, (uint32_t)(hi - lo + 1));
}

float *
drawn(struct dice *dice, size_t n)
{
	float *p = guarded(n);

	random_normal(&dice->stream, dice->at & ~(uint64_t)3, n, p);
	dice->at += n + 4;
	return p;
}

double *
drawn_scale(struct dice *dice, int k)
{
	float *from = drawn(dice, (size_t)k);
	double *scale = (double *)(void *)guarded((size_t)k * 2);

	for (int i = 0; i < k; i++)
		scale[i] = (double)from[i];
	return scale;
}

struct images
images_new(int images, int h, int w, int c, int border, int beyond)
{
	struct images im;
	int pixel = kernel_padded(c);
	int row = (w + 2 * border + beyond) * pixel;
	int all = (h + 2 * border + beyond) * row;

	im.n = (size_t)images * (size_t)all;
	im.floats = guarded(im.n);
	im.view =
	    (struct view){im.floats + border * (row + pixel), pixel, row, all};
	return im;
}

struct images
images_drawn(
    struct dice *dice, int images, int h, int w, int c, int border, int beyond)
{
	struct images im = images_new(images, h, w, c, border, beyond);
	float *from = drawn(dice, (size_t)(images * h * w * c));

	memset(im.floats, 0, im.n * sizeof(float));
	for (int n = 0; n < images; n++)
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++) {
				float *p = im.view.at + n * im.view.image +
					   y * im.view.row + x * im.view.pixel;

				for (int i = 0; i < im.view.pixel; i++)
					p[i] = i < c ? *from++ : JUNK;
			}
	return im;
}

struct images
images_junk(int images, int h, int w, int c, int border)
{
	struct images im = images_new(images, h, w, c, border, 0);

	for (size_t i = 0; i < im.n; i++)
		im.floats[i] = JUNK;
	return im;
}

int
images_agree(const struct images *got, const struct images *want, int c,
    double tolerance)
{
	ptrdiff_t pixel = got->view.pixel;

	for (size_t i = 0; i < got->n; i++) {
		float a = got->floats[i], b = want->floats[i];

		if ((ptrdiff_t)i % pixel >= c && b != JUNK)
			continue;
		if (!(fabs((double)a - b) <= (b == JUNK ? 0 : tolerance))) {
			printf("# element %zu: %.9g, expected %.9g "
			       "within %.3g\n",
			    i, a, b, tolerance);
			return 0;
		}
	}
	return 1;
}

struct layer
layer_drawn(struct dice *dice, int taps)
{
	/* more than a slab of channels (product_rows.inc) now and then */
	const int many = roll(dice, 0, 3) == 0;
	struct layer l = {
	    .images = roll(dice, 1, 3),
	    .h = roll(dice, 1, 13),
	    .w = roll(dice, 1, 13),
	    .c = many ? roll(dice, 41, 200) : roll(dice, 1, 40),
	    .k = roll(dice, 1, 40),
	    .add = roll(dice, 0, 1),
	    .limits = limits_relu(roll(dice, 0, 1)),
	};

	if (roll(dice, 0, 2) == 0)
		l.limits.high = 0.5F;

	l.weights = drawn(dice, (size_t)(l.k * l.c * taps));
	l.scale = drawn_scale(dice, l.k);
	l.bias = drawn(dice, (size_t)kernel_padded(l.k));
	l.from = (int *)guarded((size_t)l.c);
	for (int i = 0; i < l.c; i++)
		l.from[i] = l.c - 1 - i;
	return l;
}

void
layer_pack(const struct layer *l, int taps, float *packed)
{
	const struct conv_filters filters = {.w = l->weights,
	    .scale = l->scale,
	    .from = l->from,
	    .k = l->k,
	    .c = l->c,
	    .taps = taps,
	    .k_step = (ptrdiff_t)l->c * taps,
	    .c_step = taps,
	    .tap_step = 1};

	conv_weights(&filters, packed);
}

double
tolerance(const struct layer *l, int taps, double growth)
{
	double terms = l->c * taps, scale = 0;

	for (int i = 0; i < l->k; i++)
		scale = fmax(scale, fabs(l->scale[i]));
	return 8 * growth * FLT_EPSILON * sqrt(terms) * sqrt(terms) *
	       (scale + 1);
}
