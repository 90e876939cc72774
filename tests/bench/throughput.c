/*
 * throughput: one contender of race.py.  Each line on standard input asks for a
 * round: bind a point, then run all images through a plan, loss included.  The
 * answer is a line: seconds of the clock, of the processors, of those the
 * seconds that binding took, and the mean loss (class 0 is right everywhere).
 * -p train: steps of training instead, in batches of -b images (forward, loss,
 * backward, SGD); the loss is the mean of those before each step.  The network
 * is one by name, with random weights, or a model; the images are random, those
 * of a CIFAR-10 file, or an array as the network takes it.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/random.h"
#include "direction/plane.h"
#include "execute/pass.h"
#include "execute/plan.h"
#include "file/npy.h"
#include "net/architecture.h"
#include "net/loss.h"
#include "train/optimiser.h"

enum { THREADS_MAX = 64, BLOCK_MAX = 256, CLASSES = 10, IMAGE_BYTES = 3073 };

/* One thread's own. */
struct worker {
	struct plan_scratch *scratch;
	float *logits;
	double loss;
};

struct bench {
	struct graph graph;
	struct plan *plan;
	struct plan_weights *weights;
	const float *pixels; /* of all images */
	size_t image;        /* floats of one */
	int classes;         /* of a row of logits */
	int images, threads;
	struct worker worker[THREADS_MAX];
	struct workers *workers;
	/* of training */
	struct pass *pass;
	struct optimiser optimiser;
	float **gradient;
	int batch;
};

static void
die(const char *text)
{
	fprintf(stderr, "throughput: %s\n", text);
	exit(1);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* CIFAR-10 images in the paper's normalisation, n of them (repeated). */
static float *
read_cifar(const char *path, int n)
{
	static const float mean[3] = {125.3f, 123.0f, 113.9f};
	static const float sd[3] = {63.0f, 62.1f, 66.7f};
	float *images = memory_new((size_t)n * 3072, sizeof(*images), NULL);
	FILE *file = fopen(path, "rb");
	unsigned char bytes[IMAGE_BYTES];

	if (file == NULL || images == NULL)
		die(path);
	for (int i = 0; i < n; i++) {
		if (fread(bytes, IMAGE_BYTES, 1, file) != 1) {
			rewind(file);
			if (i == 0 || fread(bytes, IMAGE_BYTES, 1, file) != 1)
				die("no images");
		}
		for (int j = 0; j < 3072; j++)
			images[i * 3072 + j] =
			    ((float)bytes[j + 1] - mean[j / 1024]) /
			    sd[j / 1024];
	}
	fclose(file);
	return images;
}

/* Noise as wide as normalised images. */
static float *
draw_images(int n)
{
	struct random_stream r = random_open(1, RANDOM_INIT, "images");
	float *images = memory_new((size_t)n * 3072, sizeof(*images), NULL);

	if (images == NULL)
		die("out of memory");
	random_normal(&r, 0, (size_t)n * 3072, images);
	return images;
}

/* An array of n images at least, as the network takes them. */
static float *
read_array(const char *path, int n)
{
	struct tensor array = {.rank = 0};
	struct content content;
	struct npy npy = {.entry = NULL};
	struct error err;

	if (content_open(&content, path, NULL, &err) < 0 ||
	    npy_open(&npy, &content, &err) < 0 ||
	    npy_read_tensor(&npy, "images", &array, &err) < 0)
		die(err.text);
	npy_close(&npy);
	content_close(&content);
	if (array.type != TENSOR_FLOAT32 || array.rank < 2 || array.dim[0] < n)
		die("too few images, or none of float32");
	return array.f32;
}

static float *
read_images(const char *path, int n)
{
	const size_t length = path != NULL ? strlen(path) : 0;

	if (path == NULL)
		return draw_images(n);
	return length > 4 && strcmp(path + length - 4, ".npy") == 0
		   ? read_array(path, n)
		   : read_cifar(path, n);
}

/* Weights of the size that training gives them: speed does not depend on it. */
static void
draw_weights(struct graph *graph)
{
	for (size_t i = 0; i < graph->n_tensors; i++) {
		struct tensor *t = &graph->tensors[i];
		struct random_stream r = random_open(1, RANDOM_INIT, t->name);
		float fan_in = t->rank > 1 ? (float)(t->n / t->dim[0]) : 1;

		if (tensor_allocate(t, NULL) < 0)
			die("out of memory");
		if (t->role == ROLE_WEIGHT) {
			random_normal(&r, 0, (size_t)t->n, t->f32);
			for (int64_t j = 0; j < t->n; j++)
				t->f32[j] *= sqrtf(2 / fan_in);
		} else if (t->role == ROLE_NORM_WEIGHT ||
			   t->role == ROLE_RUNNING_VAR) {
			for (int64_t j = 0; j < t->n; j++)
				t->f32[j] = 1;
		}
	}
}

/* Cross-entropy against class 0: what an evaluation adds to the network. */
static double
loss_of(const float *logits, int n, int classes)
{
	double total = 0;

	for (int i = 0; i < n; i++, logits += classes) {
		double most = logits[0], sum = 0;

		for (int k = 1; k < classes; k++)
			most = logits[k] > most ? logits[k] : most;
		for (int k = 0; k < classes; k++)
			sum += exp(logits[k] - most);
		total += most + log(sum) - logits[0];
	}
	return total;
}

/* As evalgrid does it, whoever is free takes the next block of images. */
static void
run_block(void *context, int task, int worker)
{
	struct bench *b = context;
	struct worker *w = &b->worker[worker];
	const int block = plan_block(b->plan), first = task * block;
	const int n = b->images - first < block ? b->images - first : block;
	const int rows = (int)plan_classes(b->plan) / b->classes;

	plan_run(b->plan, b->weights, w->scratch,
	    b->pixels + (size_t)first * b->image, n, w->logits);
	w->loss += loss_of(w->logits, n * rows, b->classes) / rows;
}

/* A network by its name, with random weights. */
static void
build_network(struct graph *graph, const char *arch)
{
	const struct shape input = {.rank = 3, .dim = {3, 32, 32}};
	struct error err;

	if (architecture_build(graph, arch, &input, CLASSES, &err) < 0)
		die(err.text);
	draw_weights(graph);
}

/* The first model of a stream; its graph is the caller's. */
static void
read_network(struct graph *graph, const char *path)
{
	struct plane plane = {0};
	struct error err;
	struct reader *reader =
	    reader_new((char *const[]){(char *)path}, 1, &err);

	if (reader == NULL || plane_read(&plane, reader, &err) != 1)
		die(err.text);
	*graph = plane.model.graph;
	plane.model.graph = (struct graph){0};
	plane_free(&plane);
	reader_free(reader);
}

static void
bench_open(struct bench *b, const struct plan_kind *kind, int block)
{
	const struct graph_value *out = &b->graph.values[b->graph.output];
	const struct graph_value *in = &b->graph.values[b->graph.input];
	struct error err;

	b->image = (size_t)shape_size(&in->shape);
	b->classes = (int)out->shape.dim[out->shape.rank - 1];
	b->plan = plan_new(&b->graph, kind, block, &err);
	if (b->plan == NULL)
		die(err.text);
	b->weights = plan_weights_new(b->plan, &err);
	if (b->weights == NULL)
		die(err.text);
	for (int t = 0; t < b->threads; t++) {
		b->worker[t].scratch = plan_scratch_new(b->plan, &err);
		b->worker[t].logits = memory_new(
		    (size_t)block * plan_classes(b->plan), sizeof(float), &err);
		if (b->worker[t].scratch == NULL || b->worker[t].logits == NULL)
			die(err.text);
	}
}

struct times {
	double wall_s, cpu_s, bind_s, loss;
};

static struct times
bench_round(struct bench *b)
{
	const int block = plan_block(b->plan);
	double wall = seconds(CLOCK_MONOTONIC);
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct times times;
	struct error err;

	if (plan_bind(b->plan, b->graph.tensors, b->weights, &err) < 0)
		die(err.text);
	times.bind_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	for (int t = 0; t < b->threads; t++)
		b->worker[t].loss = 0.0;
	workers_run(b->workers, (b->images + block - 1) / block, run_block, b);
	times.wall_s = seconds(CLOCK_MONOTONIC) - wall;
	times.cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	times.loss = 0.0;
	for (int t = 0; t < b->threads; t++)
		times.loss += b->worker[t].loss / b->images;
	return times;
}

static void
train_open(struct bench *b, int batch)
{
	const struct optimiser_rule rule = {.kind = OPTIMISER_SGD,
	    .decay = 5e-4,
	    .decay_biasbn = true,
	    .momentum = 0.9,
	    .nesterov = true};
	struct error err;

	b->batch = batch;
	b->pass = pass_new(&b->graph, batch, b->workers, &err);
	b->gradient =
	    memory_new(b->graph.n_tensors, sizeof(*b->gradient), &err);
	if (b->pass == NULL || b->gradient == NULL ||
	    optimiser_init(&b->optimiser, &rule, &b->graph, &err) < 0)
		die(err.text);
	for (size_t i = 0; i < b->graph.n_tensors; i++)
		b->gradient[i] = memory_new(
		    (size_t)b->graph.tensors[i].n, sizeof(float), &err);
}

/* The sum of the images' losses before the step. */
static double
train_step(struct bench *b, const float *images, int n)
{
	struct tensor *theta = b->graph.tensors;
	const float *logits = pass_forward(b->pass, theta, images, n);
	const double loss = loss_of(logits, n, CLASSES);
	float *d_logits = pass_d_logits(b->pass);

	for (size_t i = 0; i < b->graph.n_tensors; i++)
		memset(b->gradient[i], 0,
		    (size_t)theta[i].n * sizeof(**b->gradient));
	for (int i = 0; i < n; i++)
		loss_gradient(LOSS_CROSSENTROPY, logits + i * CLASSES, CLASSES,
		    0, 1.0 / n, d_logits + i * CLASSES);
	pass_backward(b->pass, theta, b->gradient);
	pass_track(b->pass, 0.1, theta);
	optimiser_step(&b->optimiser, 1e-3, theta, b->gradient, b->workers);
	return loss;
}

static struct times
train_round(struct bench *b, const float *images)
{
	double wall = seconds(CLOCK_MONOTONIC);
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), loss = 0.0;

	for (int i = 0; i < b->images; i += b->batch)
		loss += train_step(b, images + (ptrdiff_t)i * 3072,
		    b->images - i < b->batch ? b->images - i : b->batch);
	return (struct times){seconds(CLOCK_MONOTONIC) - wall,
	    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, 0, loss / b->images};
}

static void
train_close(struct bench *b)
{
	for (size_t i = 0; i < b->graph.n_tensors; i++)
		free(b->gradient[i]);
	free(b->gradient);
	optimiser_free(&b->optimiser);
	pass_free(b->pass);
	graph_free(&b->graph);
}

static void
bench_close(struct bench *b)
{
	for (int t = 0; t < b->threads; t++) {
		plan_scratch_free(b->worker[t].scratch);
		free(b->worker[t].logits);
	}
	plan_weights_free(b->weights);
	plan_free(b->plan);
	graph_free(&b->graph);
}

static void
describe(const struct bench *b)
{
	struct plan_scratch *scratch = b->worker[0].scratch;
	const int block = plan_block(b->plan);
	struct text text = {0};
	const char *said;
	struct error err;

	if (plan_bind(b->plan, b->graph.tensors, b->weights, &err) < 0)
		die(err.text);
	plan_describe(b->plan, b->weights, scratch, b->pixels,
	    b->images < block ? b->images : block, b->worker[0].logits, &text);
	said = text_chars(&text, &err);
	fputs(said != NULL ? said : err.text, stderr);
	text_free(&text);
}

int
main(int argc, char **argv)
{
	static const char *const words[] = {
	    "fast", "gemm", "reference", "train", NULL};
	static const struct plan_kind *const kinds[] = {
	    &plan_fast, &plan_gemm, &plan_reference, NULL};
	static struct bench bench;
	const char *data = NULL, *model = NULL, *arch = "resnet20_a";
	int64_t n = 512, threads = 1, block = 32;
	int kind = 0, verbose = 0;
	char line[16];
	float *images;
	struct text help = {0};
	const char *said;
	struct error err;
	const struct option_row options[] = {
	    OPTION_TEXT('a', "arch", "NAME", &arch, "network"),
	    OPTION_TEXT('m', "model", "FILE", &model, "network of a stream"),
	    OPTION_TEXT('d', "data", "FILE", &data,
		"images (random 3x32x32): CIFAR-10, or .npy"),
	    OPTION_INT('n', "images", "N", &n, 1, 100000, "images a round"),
	    OPTION_INT(
		'j', "threads", "N", &threads, 1, THREADS_MAX, "threads"),
	    OPTION_INT(
		'b', "block", "N", &block, 1, BLOCK_MAX, "images of a block"),
	    OPTION_CHOICE(
		'p', "plan", words, &kind, "kind of plan, or training"),
	    OPTION_COUNT('v', "verbose", &verbose, "describe the plan"),
	    OPTION_END,
	};

	if (options_parse(options, argc, argv, NULL, NULL, &err) != argc) {
		options_help(options, &help);
		said = text_chars(&help, &err);
		fputs(said != NULL ? said : err.text, stderr);
		text_free(&help);
		return 2;
	}
	images = read_images(data, (int)n);
	bench.images = (int)n;
	bench.threads = (int)threads;
	bench.pixels = images;
	bench.workers = workers_new((int)threads, &err);
	if (bench.workers == NULL)
		die(err.text);
	if (model != NULL)
		read_network(&bench.graph, model);
	else
		build_network(&bench.graph, arch);
	if (kinds[kind] == NULL)
		train_open(&bench, (int)block);
	else
		bench_open(&bench, kinds[kind], (int)block);
	if (verbose && bench.plan != NULL)
		describe(&bench);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct times t = bench.pass != NULL
				     ? train_round(&bench, images)
				     : bench_round(&bench);

		printf("%.6f %.6f %.6f %.9g\n", t.wall_s, t.cpu_s, t.bind_s,
		    t.loss);
		fflush(stdout);
	}
	if (bench.pass != NULL)
		train_close(&bench);
	else
		bench_close(&bench);
	workers_free(bench.workers);
	free(images);
	return 0;
}
