/* Functions on a grid, for tests of what draws them. */
#ifndef TESTS_DRAWN_H
#define TESTS_DRAWN_H

#include <math.h>

#include "draw/surface.h"

enum { N = 41, LONG = 37 };

struct test_grid {
	double x[N], y[N], z[N * N];
	struct drawn_surface surface;
};

static inline void
make_grid(struct test_grid *g, double (*f)(double, double))
{
	g->surface = (struct drawn_surface){.nx = N,
	    .ny = LONG,
	    .x_label = "x",
	    .y_label = "y",
	    .x = g->x,
	    .y = g->y,
	    .z = g->z};
	for (int i = 0; i < N; i++) {
		g->x[i] = -1 + 2.0 * i / (N - 1);
		g->y[i] = -0.9 + 1.8 * i / (LONG - 1);
	}
	for (int i = 0; i < LONG; i++)
		for (int k = 0; k < N; k++)
			g->z[i * N + k] = f(g->x[k], g->y[i]);
}

static inline double
bowl(double x, double y)
{
	return x * x + y * y;
}

static inline double
hills(double x, double y)
{
	return sin(7 * x + 2 * y) * cos(5 * y - x) + 0.3 * x;
}

#endif
