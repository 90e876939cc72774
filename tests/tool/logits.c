/*
 * logits IMAGES.npy PLAN...: what a model's graph gives for these images.
 *
 * Model in.  Out come, for each plan (reference, gemm, fast) one after the
 * other, a row of float32 for every image, as they lie in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "direction/plane.h"
#include "execute/plan.h"
#include "file/npy.h"

static int
read_images(const char *path, struct tensor *images, struct error *err)
{
	struct content content;
	struct npy npy = {.entry = NULL};
	int status = -1;

	if (content_open(&content, path, NULL, err) == 0 &&
	    npy_open(&npy, &content, err) == 0)
		status = npy_read_tensor(&npy, "images", images, err);
	npy_close(&npy);
	content_close(&content);
	return status;
}

/* Do the images have the shape that the graph takes? */
static int
check_images(
    const struct graph *graph, const struct tensor *images, struct error *err)
{
	const struct shape *want = &graph->values[graph->input].shape;
	struct shape got = {.rank = images->rank - 1};

	for (int i = 0; i < got.rank; i++)
		got.dim[i] = images->dim[i + 1];
	return shape_same(&got, want)
		   ? 0
		   : error_set(err, "the images have another shape");
}

static int
run(const struct graph *graph, const struct plan_kind *kind,
    const struct tensor *images, struct error *err)
{
	const int n = (int)images->dim[0];
	struct plan *plan = plan_new(graph, kind, n, err);
	struct plan_weights *weights = NULL;
	struct plan_scratch *scratch = NULL;
	float *logits = NULL;
	size_t floats;
	int status = -1;

	if (plan != NULL && (weights = plan_weights_new(plan, err)) != NULL &&
	    (scratch = plan_scratch_new(plan, err)) != NULL &&
	    plan_bind(plan, graph->tensors, weights, err) == 0) {
		floats = (size_t)n * plan_classes(plan);
		logits = calloc(floats, sizeof(*logits));
		if (logits == NULL)
			abort();
		plan_run(plan, weights, scratch, images->f32, n, logits);
		status =
		    fwrite(logits, sizeof(*logits), floats, stdout) == floats
			? 0
			: error_set(err, "standard output");
	}
	free(logits);
	plan_scratch_free(scratch);
	plan_weights_free(weights);
	plan_free(plan);
	return status;
}

static const struct plan_kind *
find_kind(const char *name)
{
	static const struct plan_kind *const kinds[] = {
	    &plan_reference, &plan_gemm, &plan_fast};

	for (int i = 0; i < 3; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	struct error err = {.text = ""};
	struct plane plane = {0};
	struct tensor images = {0};
	struct reader *reader = reader_new(NULL, 0, &err);
	int status = -1;

	if (argc > 2 && reader != NULL &&
	    plane_read(&plane, reader, &err) == 1 &&
	    read_images(argv[1], &images, &err) == 0)
		status = check_images(&plane.model.graph, &images, &err);
	if (status == 0)
		status = graph_executable(&plane.model.graph, &err);
	for (int i = 2; status == 0 && i < argc; i++)
		status =
		    run(&plane.model.graph, find_kind(argv[i]), &images, &err);
	if (status < 0)
		fprintf(stderr, "logits: %s\n", err.text);
	tensor_free(&images);
	plane_free(&plane);
	reader_free(reader);
	return status < 0;
}
