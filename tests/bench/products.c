/*
 * products: Hessian-vector products, a contender of race.py.  The first line
 * names the tensors that the vector is made of; then each line on standard
 * input asks for one over all images; the answer is its seconds of the clock
 * and of the processors, and its length.
 *
 *	products MODEL DATA IMAGES THREADS
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "curvature/hvp.h"
#include "direction/plane.h"

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
check(int failed, const struct error *err)
{
	if (!failed)
		return;
	fprintf(stderr, "products: %s\n", err->text);
	exit(1);
}

/* 0, 1, ... 6, 0, ... less 3, from each tensor's first element on. */
static void
fill_vector(const struct graph *graph, const bool *moves, float *v)
{
	for (size_t i = 0; i < graph->n_tensors; i++) {
		if (!moves[i])
			continue;
		printf("%s ", graph->tensors[i].name);
		for (int64_t j = 0; j < graph->tensors[i].n; j++)
			*v++ = (float)(j % 7) - 3.0F;
	}
	puts("");
	fflush(stdout);
}

static double
length_of(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i] * v[i];
	return sqrt(sum);
}

int
main(int argc, char **argv)
{
	static const double mean[3] = {125.3 / 255, 123.0 / 255, 113.9 / 255};
	static const double std[3] = {63.0 / 255, 62.1 / 255, 66.7 / 255};
	struct dataset_choice choice = {0};
	struct dataset data;
	struct plane plane = {0};
	const struct graph *graph = &plane.model.graph;
	struct reader *reader;
	struct hvp_problem problem = {.graph = graph,
	    .data = &data,
	    .mean = mean,
	    .std = std,
	    .loss = LOSS_CROSSENTROPY};
	struct error err;
	struct hvp *hvp;
	bool *moves;
	float *v;
	double *hv;
	char line[16];

	if (argc != 5) {
		fprintf(stderr, "usage: products MODEL DATA IMAGES THREADS\n");
		return 2;
	}
	choice.first = atoi(argv[3]);
	reader = reader_new(&argv[1], 1, &err);
	check(reader == NULL || plane_read(&plane, reader, &err) != 1, &err);
	check(dataset_open(&data, argv[2], &choice, &err) < 0, &err);
	moves = memory_new(graph->n_tensors, sizeof(*moves), &err);
	problem.moves = moves;
	problem.workers = workers_new(atoi(argv[4]), &err);
	check(moves == NULL || problem.workers == NULL ||
		  hvp_choose(graph, false, NULL, moves, &err) < 0,
	    &err);
	hvp = hvp_new(&problem, &err);
	check(hvp == NULL || hvp_bind(hvp, graph->tensors, &err) < 0, &err);
	v = memory_new(hvp_size(hvp), sizeof(*v), &err);
	hv = memory_new(hvp_size(hvp), sizeof(*hv), &err);
	check(v == NULL || hv == NULL, &err);
	fill_vector(graph, moves, v);
	fprintf(stderr, "products: %zu parameters, %.0f MB, %s\n",
	    hvp_size(hvp), (double)hvp_bytes(hvp) * 1e-6, hvp_kernel(hvp));
	while (fgets(line, sizeof(line), stdin) != NULL) {
		const double clock = seconds(CLOCK_MONOTONIC);
		const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

		hvp_apply(hvp, v, hv);
		printf("%.6f %.6f %.9g\n", seconds(CLOCK_MONOTONIC) - clock,
		    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
		    length_of(hv, hvp_size(hvp)));
		fflush(stdout);
	}
	hvp_free(hvp);
	workers_free(problem.workers);
	dataset_free(&data);
	plane_free(&plane);
	reader_free(reader);
	free(moves);
	free(v);
	free(hv);
	return 0;
}
