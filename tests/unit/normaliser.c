/*
 * Normalisation against the reference tool's own values (tests/data/norms), and
 * the laws that hold for any direction.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "direction/extender.h"
#include "direction/normalise.h"
#include "direction/normaliser.h"
#include "direction/orthonormal.h"
#include "direction/plane.h"
#include "file/npy.h"

static const char *const net = "tests/data/norms/net.ll";

/* The stream at fd, from its beginning. */
static struct reader *
reread(const struct output *file)
{
	struct error err;
	struct reader *reader;
	int fd = dup(file->fd);

	assert_true(fd >= 0 && lseek(fd, 0, SEEK_SET) == 0);
	reader = reader_new_fd(fd, "test", &err);
	assert_non_null(reader);
	return reader;
}

/* A temporary file with the net and directions of these sources. */
static struct output
extended(struct direction_source *const sources[AXES_MAX],
    const struct extender_order *order, struct gram *gram)
{
	char *paths[] = {(char *)net};
	struct reader *reader;
	struct passage passage;
	struct output file;
	struct writer *writer;
	struct extender *extender;
	enum passage_step step;
	struct error err;
	int status;

	assert_int_equal(output_open_temporary(&file, &err), 0);
	reader = reader_new(paths, 1, &err);
	assert_non_null(reader);
	writer = writer_new(&file, 0, &err);
	passage_open(&passage, reader);
	extender = extender_new(&passage, writer, sources, order, gram, &err);
	assert_non_null(extender);
	while ((status = passage_next(&passage, &step, &err)) > 0) {
		if (step == PASSAGE_BEGIN)
			status = writer_begin(writer, NULL, NULL, &err);
		else
			status = extender_step(extender, step, &err);
		assert_int_equal(status, 0);
		if (step == PASSAGE_END)
			assert_int_equal(writer_end(writer, &err), 0);
	}
	assert_int_equal(status, 0);
	extender_free(extender);
	passage_close(&passage);
	writer_free(writer);
	reader_free(reader);
	return file;
}

/* The same directions, normalised; file is replaced. */
static void
normalise_file(
    struct output *file, enum normalisation norm, enum direction_ignore ignore)
{
	const struct normaliser_rule rules[AXES_MAX] = {
	    {norm, ignore}, {norm, ignore}};
	struct reader *reader = reread(file);
	struct passage passage;
	struct output to;
	struct writer *writer;
	struct normaliser *normaliser;
	enum passage_step step;
	struct error err;
	int status;

	assert_int_equal(output_open_temporary(&to, &err), 0);
	writer = writer_new(&to, 0, &err);
	passage_open(&passage, reader);
	normaliser = normaliser_new(&passage, writer, rules, false, NULL, &err);
	assert_non_null(normaliser);
	while ((status = passage_next(&passage, &step, &err)) > 0) {
		if (step == PASSAGE_BEGIN)
			status = writer_begin(writer, NULL, NULL, &err);
		else
			status = normaliser_step(normaliser, step, &err);
		assert_int_equal(status, 0);
		if (step == PASSAGE_END)
			assert_int_equal(writer_end(writer, &err), 0);
	}
	assert_int_equal(status, 0);
	normaliser_free(normaliser);
	passage_close(&passage);
	writer_free(writer);
	reader_free(reader);
	output_abandon(file);
	*file = to;
}

static void
read_plane(struct plane *plane, const struct output *file)
{
	struct reader *reader = reread(file);
	struct error err;

	*plane = (struct plane){0};
	assert_int_equal(plane_read(plane, reader, &err), 1);
	reader_free(reader);
}

static struct output
random_file(uint64_t seed)
{
	struct direction_source *sources[AXES_MAX];
	struct output file;
	struct error err;

	for (int axis = 0; axis < AXES_MAX; axis++)
		sources[axis] = source_random(seed, 1, &err);
	file = extended(
	    sources, &(struct extender_order){-1, 2, OVER_WEIGHTS}, NULL);
	for (int axis = 0; axis < AXES_MAX; axis++)
		source_free(sources[axis]);
	return file;
}

/* ---- the reference tool ---- */

/*
 * One direction against the flat array of the archive.  The reference sums its
 * norms in float32, we in double: its error, about sqrt(n) units of 2^-24 at
 * n = 864, is 2e-6 at worst; 3e-7 of the tensor's largest element is seen.
 */
static void
compare(const struct plane *plane, struct archive *archive, const char *norm,
    enum direction_ignore ignore)
{
	const struct graph *g = &plane->model.graph;
	const struct direction *d = &plane->direction[0];
	struct tensor want;
	struct error err;
	int64_t at = 0;

	assert_int_equal(npz_read_tensor(archive, norm, &want, &err), 0);
	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];
		const float *delta = plane_delta(plane, 0, 0, (int)i);
		bool zero = ignore == IGNORE_BIASBN && t->rank <= 1;
		double largest = 0.0;

		if (!direction_moves(d, t))
			continue;
		for (int64_t j = 0; j < t->n; j++)
			largest = fmax(largest, fabs(want.f32[at + j]));
		for (int64_t j = 0; j < t->n; j++) {
			double is = delta != NULL ? delta[j] : 0.0;
			double should = zero ? 0.0 : want.f32[at + j];

			assert_true(fabs(is - should) <= 2e-6 * largest);
		}
		at += t->n;
	}
	assert_int_equal(at, want.n);
	tensor_free(&want);
}

static void
check_reference(const char *path, enum direction_over over)
{
	static const enum normalisation norms[] = {NORMALISE_FILTER,
	    NORMALISE_LAYER, NORMALISE_WEIGHT, NORMALISE_DFILTER,
	    NORMALISE_DLAYER};
	struct content content;
	struct archive *archive;
	struct error err;

	assert_int_equal(content_open(&content, path, NULL, &err), 0);
	archive = archive_open(&content, &err);
	assert_non_null(archive);
	for (size_t i = 0; i < 2 * sizeof(norms) / sizeof(norms[0]); i++) {
		enum normalisation norm = norms[i / 2];
		enum direction_ignore ignore =
		    i % 2 == 0 ? IGNORE_NONE : IGNORE_BIASBN;
		struct direction_source *sources[AXES_MAX] = {
		    source_file(archive, path, &err), NULL};
		struct output file = extended(
		    sources, &(struct extender_order){0, 1, over}, NULL);
		struct plane plane;

		normalise_file(&file, norm, ignore);
		read_plane(&plane, &file);
		compare(&plane, archive, normalisation_words[norm], ignore);
		plane_free(&plane);
		output_abandon(&file);
		source_free(sources[0]);
	}
	archive_close(archive);
	content_close(&content);
}

static void
reference_values(void **state)
{
	(void)state;
	check_reference("tests/data/norms/weights.npz", OVER_WEIGHTS);
	check_reference("tests/data/norms/states.npz", OVER_STATES);
}

/* ---- laws ---- */

/*
 * A second pass changes nothing but the last bits: after the first, the norm of
 * a filter of n elements is off by 2 units of 2^-24, each element's rounding
 * counting once in sqrt(n); the guard 1e-10 is far below for |w| > 0.01.
 */
static void
second_pass_changes_nothing(void **state)
{
	static const enum normalisation norms[] = {NORMALISE_NONE,
	    NORMALISE_FILTER, NORMALISE_LAYER, NORMALISE_DFILTER,
	    NORMALISE_DLAYER, NORMALISE_MODEL};

	(void)state;
	for (size_t i = 0; i < sizeof(norms) / sizeof(norms[0]); i++) {
		struct output file = random_file(4);
		struct plane a, b;

		normalise_file(&file, norms[i], IGNORE_BIASBN);
		read_plane(&a, &file);
		normalise_file(&file, norms[i], IGNORE_BIASBN);
		read_plane(&b, &file);
		for (size_t t = 0; t < a.model.graph.n_tensors; t++) {
			const float *x = plane_delta(&a, 0, 1, (int)t);
			const float *y = plane_delta(&b, 0, 1, (int)t);
			int64_t n = a.model.graph.tensors[t].n;

			for (int64_t j = 0; x != NULL && j < n; j++)
				assert_true(fabs(x[j] - y[j]) <=
					    2.0 * sqrt((double)n) * 0x1p-24 *
						fabs(x[j]));
		}
		assert_true(
		    fabs(plane_length(&a, 0, 0) / plane_length(&b, 0, 0) -
			 1.0) < 1e-6);
		plane_free(&a);
		plane_free(&b);
		output_abandon(&file);
	}
}

/* After `model`, |d| = |w|, and another normalisation forgets the factor. */
static void
scale_of_the_model(void **state)
{
	struct output once = random_file(4), twice = random_file(4);
	struct plane a, b;
	double squares = 0.0;

	(void)state;
	normalise_file(&twice, NORMALISE_MODEL, IGNORE_BIASBN);
	read_plane(&a, &twice);
	for (size_t i = 0; i < a.model.graph.n_tensors; i++) {
		const struct tensor *t = &a.model.graph.tensors[i];

		for (int64_t j = 0; t->rank > 1 && j < t->n; j++)
			squares += (double)t->f32[j] * t->f32[j];
		if (tensor_is_weight(t) && t->rank <= 1)
			assert_null(plane_delta(&a, 0, 0, (int)i));
	}
	assert_true(fabs(plane_length(&a, 0, 0) / sqrt(squares) - 1.0) < 1e-6);
	plane_free(&a);

	normalise_file(&once, NORMALISE_FILTER, IGNORE_BIASBN);
	normalise_file(&twice, NORMALISE_FILTER, IGNORE_BIASBN);
	read_plane(&a, &once);
	read_plane(&b, &twice);
	for (size_t i = 0; i < a.model.graph.n_tensors; i++) {
		const float *x = plane_delta(&a, 0, 1, (int)i);
		const float *y = plane_delta(&b, 0, 1, (int)i);

		assert_int_equal(x == NULL, y == NULL);
		if (x != NULL)
			assert_memory_equal(x, y,
			    (size_t)a.model.graph.tensors[i].n * sizeof(float));
	}
	assert_true(b.scale[0] == 1.0);
	plane_free(&a);
	plane_free(&b);
	output_abandon(&once);
	output_abandon(&twice);
}

/* A filter along the last axis is a filter of the transposed weight. */
static void
filters_along_out_axis(void **state)
{
	enum { IN = 5, OUT = 3, N = IN * OUT };
	const int64_t dim[] = {IN, OUT}, turned_dim[] = {OUT, IN};
	struct tensor t, turned;
	struct error err;
	float w[N], d[N], tw[N], td[N];
	double squares[OUT] = {0}, tsquares[OUT] = {0}, factor[OUT];
	struct groups g, tg;

	(void)state;
	assert_int_equal(tensor_init(&t, "w", TENSOR_FLOAT32, 2, dim, &err), 0);
	assert_int_equal(
	    tensor_init(&turned, "w", TENSOR_FLOAT32, 2, turned_dim, &err), 0);
	t.out_axis = 1;
	for (int i = 0; i < N; i++) {
		w[i] = sinf((float)(i + 1));
		d[i] = cosf((float)(3 * i));
		tw[i % OUT * IN + i / OUT] = w[i];
		td[i % OUT * IN + i / OUT] = d[i];
	}
	g = groups_of(&t, NORMALISE_FILTER);
	tg = groups_of(&turned, NORMALISE_FILTER);
	assert_int_equal(g.unit, N);
	assert_int_equal(tg.unit, IN);
	groups_add_squares(&g, 0, w, 7, squares);
	groups_add_squares(&g, 7, w + 7, N - 7, squares);
	groups_add_squares(&tg, 0, tw, N, tsquares);
	assert_memory_equal(squares, tsquares, sizeof(squares));
	normalise(NORMALISE_FILTER, &g, squares, NULL, 0, N, factor, d);
	for (int i = 0; i < OUT; i++) /* unit by unit */
		normalise(NORMALISE_FILTER, &tg, tsquares, NULL, IN * i, IN,
		    factor, td + IN * i);
	for (int i = 0; i < N; i++)
		assert_true(d[i] == td[i % OUT * IN + i / OUT]);
	tensor_free(&t);
	tensor_free(&turned);
}

/* Zeros stay zeros, in w and in d, and never make NaN. */
static void
zeros_stay(void **state)
{
	static const enum normalisation norms[] = {NORMALISE_FILTER,
	    NORMALISE_LAYER, NORMALISE_WEIGHT, NORMALISE_DFILTER,
	    NORMALISE_DLAYER};
	const int64_t dim[] = {2, 2};
	struct tensor t;
	struct error err;

	(void)state;
	assert_int_equal(tensor_init(&t, "w", TENSOR_FLOAT32, 2, dim, &err), 0);
	for (size_t i = 0; i < sizeof(norms) / sizeof(norms[0]); i++)
		for (int which = 0; which < 2; which++) {
			struct groups g = groups_of(&t, norms[i]);
			float one[] = {1, 2, 3, 4}, zero[] = {0, 0, 0, 0};
			float *d = which == 0 ? zero : one;
			const float *w = which == 0 ? one : zero;
			double squares[2] = {0}, factor[2];

			groups_add_squares(&g, 0, w, 4, squares);
			normalise(norms[i], &g, squares, w, 0, 4, factor, d);
			if (which == 1 && (norms[i] == NORMALISE_DFILTER ||
					      norms[i] == NORMALISE_DLAYER))
				continue; /* they do not look at w */
			for (int j = 0; j < 4; j++)
				assert_true(d[j] == 0.0f);
		}
	tensor_free(&t);
	assert_true(normalise_model_factor(3.0, 0.0) == 1.0);
	assert_true(normalise_model_factor(0.0, 3.0) == 0.0);
}

/* Unit length and a right angle, to float32's rounding over 4,400 elements. */
static void
gram_schmidt(void **state)
{
	const bool added[AXES_MAX] = {true, true};
	struct direction_source *sources[AXES_MAX];
	struct orthonormal *turns;
	struct gram gram = {0};
	struct output raw, turned;
	struct plane a, b;
	struct error err;

	(void)state;
	for (int axis = 0; axis < AXES_MAX; axis++)
		sources[axis] = source_random(8, 3, &err);
	raw = extended(
	    sources, &(struct extender_order){-1, 0, OVER_STATES}, &gram);
	turns = orthonormal_new(&err);
	assert_int_equal(orthonormal_learn(turns, &gram, added, &err), 0);
	assert_int_equal(output_open_temporary(&turned, &err), 0);
	assert_int_equal(orthonormal_copy(turns, raw.fd, &turned, &err), 0);
	read_plane(&a, &raw);
	read_plane(&b, &turned);
	for (int rep = 0; rep < 3; rep++) {
		for (int axis = 0; axis < AXES_MAX; axis++) {
			double norm = gram_length(&gram, axis, rep);

			assert_true(fabs(plane_length(&a, rep, axis) / norm -
					 1) < 1e-12);
			assert_true(
			    fabs(plane_length(&b, rep, axis) - 1) < 1e-7);
		}
		assert_true(fabs(plane_cosine(&a, rep) -
				 gram_cosine(&gram, rep)) < 1e-12);
		assert_true(fabs(plane_cosine(&a, rep)) > 1e-4);
		assert_true(fabs(plane_cosine(&b, rep)) < 1e-7);
	}
	plane_free(&a);
	plane_free(&b);
	orthonormal_free(turns);
	output_abandon(&raw);
	output_abandon(&turned);
	gram_free(&gram);
	for (int axis = 0; axis < AXES_MAX; axis++)
		source_free(sources[axis]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reference_values),
	    cmocka_unit_test(second_pass_changes_nothing),
	    cmocka_unit_test(scale_of_the_model),
	    cmocka_unit_test(filters_along_out_axis),
	    cmocka_unit_test(zeros_stay),
	    cmocka_unit_test(gram_schmidt),
	};

	return cmocka_run_group_tests_name("normaliser", tests, NULL, NULL);
}
