/*
 * Operands of kernels: numbers and shapes drawn from a seed, against a guard
 * page, with junk wherever a kernel has nothing to read or to write.
 */
#ifndef CHECKKERN_DRAW_H
#define CHECKKERN_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "kernel/kernel.h"

enum { JUNK = 12345 };

struct dice {
	struct random_stream stream;
	uint64_t at;
};

/* From lo to hi, both included. */
int roll(struct dice *dice, int lo, int hi);

/* n floats whose end is the end of readable memory; lives until release. */
float *guarded(size_t n);

/* Frees all that is guarded. */
void release(void);

/* The same with normal numbers. */
float *drawn(struct dice *dice, size_t n);
double *drawn_scale(struct dice *dice, int k);

/* Images with a border, in one guarded buffer. */
struct images {
	float *floats;
	size_t n;
	struct view view; /* at the first inner pixel */
};

/* Not set; beyond more rows and columns below and on the right. */
struct images images_new(
    int images, int h, int w, int c, int border, int beyond);

/* Numbers inside, zeros in the border, junk behind the last channel. */
struct images images_drawn(
    struct dice *dice, int images, int h, int w, int c, int border, int beyond);

struct images images_junk(int images, int h, int w, int c, int border);

/*
 * Compares the first c channels inside within tolerance, and what lies outside
 * of the images exactly.  Says where they differ; returns whether they agree.
 */
int images_agree(const struct images *got, const struct images *want, int c,
    double tolerance);

/* A draw of what conv and winograd have in common. */
struct layer {
	int images, h, w, c, k, add;
	struct limits limits;
	float *weights, *bias; /* PyTorch's layout */
	double *scale;
	int *from;
};

struct layer layer_drawn(struct dice *dice, int taps);

/* Its weights as conv_job wants them. */
void layer_pack(const struct layer *l, int taps, float *packed);

/* eps sqrt(K) times the size of the sum; 8: the largest of many, 3 sigma. */
double tolerance(const struct layer *l, int taps, double growth);

#endif
