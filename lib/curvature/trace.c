#include "curvature/trace.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"

/* One bit each. */
enum { BLOCK_BITS = 128 };

void
trace_signs(uint64_t seed, int probe, const char *name, float *z, size_t n)
{
	const struct random_stream random =
	    random_open(seed + (uint64_t)probe, RANDOM_PROBE, name);
	uint32_t words[4] = {0};

	for (size_t i = 0; i < n; i++) {
		const size_t bit = i % BLOCK_BITS;

		if (bit == 0)
			random_block(
			    &random, (uint32_t)(i / BLOCK_BITS), words);
		z[i] = words[bit / 32] >> bit % 32 & 1U ? 1.0F : -1.0F;
	}
}

int
trace_estimate(const struct krylov_operator *op, int probes, uint64_t seed,
    struct trace *trace, struct error *err)
{
	float *z = memory_new(op->n, sizeof(*z), err);
	double *hz = memory_new(op->n, sizeof(*hz), err);
	double mean = 0.0, squares = 0.0;

	for (int p = 0; z != NULL && hz != NULL && p < probes; p++) {
		double dot = 0.0, step;

		trace_signs(seed, p, "trace", z, op->n);
		op->apply(op->context, z, hz);
		for (size_t i = 0; i < op->n; i++)
			dot += (double)z[i] * hz[i];
		step = dot - mean;
		mean += step / (p + 1);
		squares += step * (dot - mean);
	}
	*trace = (struct trace){
	    .value = mean, .error = sqrt(squares / (probes - 1) / probes)};
	free(z);
	free(hz);
	return z != NULL && hz != NULL ? 0 : -1;
}
