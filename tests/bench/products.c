/*
 * products: Hessian-vector products for curvature.py.  Each line on standard
 * input asks for one over all images; the answer is its seconds of the clock
 * and of the processors.
 *
 *	products ARCH DATA IMAGES THREADS
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "curvature/hvp.h"
#include "net/architecture.h"
#include "net/init.h"

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

int
main(int argc, char **argv)
{
	static const double mean[3] = {0.4914, 0.4824, 0.4467};
	static const double std[3] = {0.2471, 0.2435, 0.2616};
	const struct shape input = {.rank = 3, .dim = {3, 32, 32}};
	struct dataset_choice choice = {0};
	struct dataset data;
	struct graph graph;
	struct hvp_problem problem = {.graph = &graph,
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
		fprintf(stderr, "usage: products ARCH DATA IMAGES THREADS\n");
		return 2;
	}
	choice.first = atoi(argv[3]);
	check(architecture_build(&graph, argv[1], &input, 10, &err) < 0, &err);
	check(init_graph(&graph, 1, &err) < 0, &err);
	check(dataset_open(&data, argv[2], &choice, &err) < 0, &err);
	moves = memory_new(graph.n_tensors, sizeof(*moves), &err);
	problem.moves = moves;
	problem.workers = workers_new(atoi(argv[4]), &err);
	check(moves == NULL || problem.workers == NULL ||
		  hvp_choose(&graph, false, NULL, moves, &err) < 0,
	    &err);
	hvp = hvp_new(&problem, &err);
	check(hvp == NULL || hvp_bind(hvp, graph.tensors, &err) < 0, &err);
	v = memory_new(hvp_size(hvp), sizeof(*v), &err);
	hv = memory_new(hvp_size(hvp), sizeof(*hv), &err);
	check(v == NULL || hv == NULL, &err);
	for (size_t i = 0; i < hvp_size(hvp); i++)
		v[i] = (float)(i % 7) - 3.0F;
	fprintf(stderr, "products: %zu parameters, %.0f MB, %s\n",
	    hvp_size(hvp), (double)hvp_bytes(hvp) * 1e-6, hvp_kernel(hvp));
	while (fgets(line, sizeof(line), stdin) != NULL) {
		const double clock = seconds(CLOCK_MONOTONIC);
		const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

		hvp_apply(hvp, v, hv);
		printf("%.6f %.6f\n", seconds(CLOCK_MONOTONIC) - clock,
		    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
		fflush(stdout);
	}
	hvp_free(hvp);
	workers_free(problem.workers);
	dataset_free(&data);
	graph_free(&graph);
	free(moves);
	free(v);
	free(hv);
	return 0;
}
