#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/plural.h"
#include "file/archive_write.h"
#include "hdf5/h5_read.h"
#include "hdf5/reference.h"
#include "run/path.h"
#include "stream/kind.h"
#include "stream/writer.h"
#include "surface/grid.h"

static bool
is_stream_or_npz(const unsigned char *head, size_t n)
{
	return stream_of_points.is(head, n) || stream_of_paths.is(head, n) ||
	       npz_kind.is(head, n);
}

const struct output_kind reference_read_kind = {
    .name = "a losspipe stream of points or paths, nor an npz archive",
    .is = is_stream_or_npz};

enum kind {
	KIND_DIRECTIONS,
	KIND_SURFACE,
	KIND_PROJECTION,
};

/* ---- directions ---- */

enum { DATASET_NAME_BYTES = 64, TENSORS_MAX = 100000 };

static int
copy_array(struct h5 *h5, struct archive_writer *archive, const char *name,
    uint64_t *left_bytes, struct error *err)
{
	struct h5_shape shape;
	float *values = h5_read_f32(h5, name, &shape, err);
	uint64_t bytes;
	int status;

	if (values == NULL)
		return -1;
	bytes = (uint64_t)shape.n * sizeof(*values);
	if (bytes > *left_bytes) {
		free(values);
		error_set(err, "the datasets are larger than the file allows");
		return -1;
	}
	*left_bytes -= bytes;
	status = npz_add_f32(archive, name, shape.rank, shape.dim, values, err);
	free(values);
	return status;
}

static int
copy_direction(struct h5 *h5, struct archive_writer *archive, const char *group,
    uint64_t *left_bytes, struct error *err)
{
	char name[DATASET_NAME_BYTES];

	for (int i = 0; i < TENSORS_MAX; i++) {
		snprintf(name, sizeof(name), "%s/%d", group, i);
		if (!h5_has(h5, name))
			return 0;
		if (copy_array(h5, archive, name, left_bytes, err) < 0)
			return -1;
	}
	return error_set(err, "more than %d tensors", TENSORS_MAX);
}

static int
read_directions(struct h5 *h5, const struct content *content, uint8_t **npz,
    size_t *n_npz, struct error *err)
{
	/* what the reference adds to principal components */
	static const char *const more[] = {"explained_variance_ratio_",
	    "singular_values_", "explained_variance_"};
	struct archive_writer *archive = archive_writer_new(err);
	uint64_t left_bytes = 64 * (uint64_t)content->n;
	int status = archive != NULL ? 0 : -1;

	if (status == 0)
		status =
		    copy_direction(h5, archive, "xdirection", &left_bytes, err);
	if (status == 0 && h5_has(h5, "ydirection"))
		status =
		    copy_direction(h5, archive, "ydirection", &left_bytes, err);
	for (int i = 0; i < 3 && status == 0; i++)
		if (h5_has(h5, more[i]))
			status =
			    copy_array(h5, archive, more[i], &left_bytes, err);
	if (status == 0)
		status = archive_writer_finish(archive, npz, n_npz, err);
	archive_writer_free(archive);
	return status;
}

/* ---- surfaces ---- */

/* What is read of a surface file; owned. */
enum { FIELDS = 6, SETS = 2 };

static const struct {
	const char *dataset, *field;
	int set; /* 0 train, 1 test */
} fields[FIELDS] = {{"train_loss", "loss", 0}, {"train_acc", "acc", 0},
    {"test_loss", "loss", 1}, {"test_acc", "acc", 1}, {"min_eig", "min_eig", 0},
    {"max_eig", "max_eig", 0}};

static const char *const sets[SETS] = {"train", "test"};

struct loaded {
	struct grid grid;
	int set[SETS]; /* of the grid's sets: which */
	double *value[FIELDS];
};

static int
read_axis(
    struct h5 *h5, const char *name, struct range *range, struct error *err)
{
	struct h5_shape shape;
	double *at = h5_read_f64(h5, name, &shape, err);
	int status = 0;

	if (at == NULL)
		return -1;
	if (shape.rank != 1 || shape.n < 1 || shape.n > RANGE_NUM_MAX)
		status = error_set(err,
		    "%s has %d dimension%s and %lld number%s, expected 1 and "
		    "at "
		    "most %d",
		    name, shape.rank, plural_s(shape.rank), (long long)shape.n,
		    plural_s(shape.n), RANGE_NUM_MAX);
	if (status == 0) {
		*range = (struct range){at[0], at[shape.n - 1], shape.n};
		status = range_check(range, name, err);
	}
	for (int64_t i = 0; status == 0 && i < shape.n; i++)
		if (!(fabs(at[i] - range_at(range, i)) <=
			1e-9 * (range->hi - range->lo)))
			status = error_set(err,
			    "%s is %g at place %lld, expected %g: equal steps",
			    name, at[i], (long long)i, range_at(range, i));
	free(at);
	return status < 0 ? -1 : 0;
}

static int
read_field(struct h5 *h5, struct loaded *s, int f, struct error *err)
{
	const char *name = fields[f].dataset;
	int64_t nx = grid_num(&s->grid, 0), ny = grid_num(&s->grid, 1);
	struct h5_shape shape;

	s->value[f] = h5_read_f64(h5, name, &shape, err);
	if (s->value[f] == NULL)
		return -1;
	/* filled x fastest, whichever way it was declared */
	if (shape.n != nx * ny || shape.rank != s->grid.axes)
		return error_set(err,
		    "%s has %d dimension%s and %lld number%s, the coordinates "
		    "make %lld x %lld",
		    name, shape.rank, plural_s(shape.rank), (long long)shape.n,
		    plural_s(shape.n), (long long)nx, (long long)ny);
	return 0;
}

static int
read_surface(struct h5 *h5, struct loaded *s, struct error *err)
{
	struct grid *g = &s->grid;

	g->axes = h5_has(h5, "ycoordinates") ? 2 : 1;
	g->reps = 1;
	g->shards = 1;
	snprintf(g->loss, sizeof(g->loss), "unknown");
	if (read_axis(h5, "xcoordinates", &g->range[0], err) < 0 ||
	    (g->axes > 1 &&
		read_axis(h5, "ycoordinates", &g->range[1], err) < 0))
		return -1;
	for (int f = 0; f < FIELDS; f++)
		if (h5_has(h5, fields[f].dataset) &&
		    read_field(h5, s, f, err) < 0)
			return -1;
	for (int i = 0; i < SETS; i++) {
		if (s->value[2 * i] == NULL)
			continue;
		s->set[g->sets] = i;
		snprintf(g->set[g->sets++], sizeof(g->set[0]), "%s", sets[i]);
	}
	if (g->sets == 0)
		return error_set(err, "neither train_loss nor test_loss");
	return 0;
}

/* The loss of what was not computed is -1 there: no point. */
static bool
is_computed(const struct loaded *s, int set, int64_t i)
{
	return s->value[2 * set][i] != -1;
}

static int
write_point(const struct loaded *s, int64_t i, int set, struct writer *writer,
    struct error *err)
{
	const struct grid *g = &s->grid;
	const int64_t nx = grid_num(g, 0);
	double loss = s->value[2 * set][i];
	struct pack h = {0};
	char run[RUN_BYTES];
	int status;

	snprintf(run, sizeof(run), "%.16s", g->run);
	pack_open(&h);
	pack_key_text(&h, "run", run);
	pack_key_int(&h, "rep", 0);
	pack_key_text(&h, "set", sets[set]);
	pack_key_int(&h, "ix", i % nx);
	pack_key_int(&h, "iy", i / nx);
	pack_key_real(&h, "x", range_at(&g->range[0], i % nx));
	pack_key_real(
	    &h, "y", g->axes > 1 ? range_at(&g->range[1], i / nx) : 0);
	for (int f = 0; f < FIELDS; f++)
		if (fields[f].set == set && s->value[f] != NULL)
			pack_key_real(&h, fields[f].field, s->value[f][i]);
	pack_key_text(&h, "status",
	    isnan(loss)   ? "nan"
	    : isinf(loss) ? "overflow"
			  : "ok");
	pack_close(&h);
	status = writer_record(writer, "point", &h, NULL, 0, err);
	pack_free(&h);
	return status;
}

/* The beginning of a stream that is made from the file of this digest. */
static int
write_begin(struct writer *writer, const char *digest, struct error *err)
{
	struct pack entry = {0};
	int status;

	history_open(&entry, "h5conv");
	pack_key_text(&entry, "from", digest);
	history_close(&entry);
	status = writer_begin(writer, NULL, &entry, err);
	pack_free(&entry);
	return status;
}

static int
write_surface(struct loaded *s, const char *digest, struct writer *writer,
    struct error *err)
{
	struct pack header = {0};
	int status = write_begin(writer, digest, err);

	memcpy(s->grid.run, digest, sizeof(s->grid.run));
	pack_open(&header);
	grid_pack(&header, &s->grid);
	pack_close(&header);
	if (status == 0)
		status = writer_record(writer, "grid", &header, NULL, 0, err);
	pack_free(&header);
	for (int64_t i = 0; i < grid_points(&s->grid) && status == 0; i++) {
		int set = s->set[i % s->grid.sets];

		if (is_computed(s, set, i / s->grid.sets))
			status =
			    write_point(s, i / s->grid.sets, set, writer, err);
	}
	return status == 0 ? writer_end(writer, err) : -1;
}

/* ---- projections ---- */

/* Places of a path; owned. */
struct projection {
	double *x, *y;
	int64_t n;
};

static int
read_projection(struct h5 *h5, struct projection *path, struct error *err)
{
	struct h5_shape sx, sy;

	path->x = h5_read_f64(h5, "proj_xcoord", &sx, err);
	if (path->x == NULL)
		return -1;
	path->y = h5_read_f64(h5, "proj_ycoord", &sy, err);
	if (path->y == NULL)
		return -1;
	if (sx.rank != 1 || sy.rank != 1 || sx.n != sy.n)
		return error_set(err,
		    "proj_xcoord has %lld number%s, proj_ycoord %lld",
		    (long long)sx.n, plural_s(sx.n), (long long)sy.n);
	for (int64_t i = 0; i < sx.n; i++)
		if (!isfinite(path->x[i]) || !isfinite(path->y[i]))
			return error_set(err,
			    "place %lld of the path is %g, %g", (long long)i,
			    path->x[i], path->y[i]);
	path->n = sx.n;
	return 0;
}

static int
write_path(const struct projection *path, const char *digest,
    struct writer *writer, struct error *err)
{
	int status = write_begin(writer, digest, err);

	for (int64_t i = 0; i < path->n && status == 0; i++) {
		struct path_point p = {.name = "reference",
		    .i = i,
		    .step = -1,
		    .epoch = NAN,
		    .lr = NAN,
		    .running_loss = NAN,
		    .loss = NAN,
		    .method = PATH_COS,
		    .x = path->x[i],
		    .y = path->y[i],
		    .norm = NAN,
		    .off = NAN,
		    .off_biasbn = NAN,
		    .off_rest = NAN,
		    .length = {NAN, NAN},
		    .cosine = NAN};
		struct pack header = {0};

		path_pack(&header, &p);
		status = writer_record(writer, "path", &header, NULL, 0, err);
		pack_free(&header);
	}
	return status == 0 ? writer_end(writer, err) : -1;
}

/* ---- whichever it is ---- */

static int
find_kind(struct h5 *h5, enum kind *kind, struct error *err)
{
	if (h5_has(h5, "xdirection/0"))
		*kind = KIND_DIRECTIONS;
	else if (h5_has(h5, "xcoordinates"))
		*kind = KIND_SURFACE;
	else if (h5_has(h5, "proj_xcoord"))
		*kind = KIND_PROJECTION;
	else if (h5_check(h5, err) < 0)
		return -1;
	else
		return error_set(err,
		    "no file of the reference tool: none of xdirection/0, "
		    "xcoordinates and proj_xcoord is there");
	return 0;
}

/* The writing half of a conversion: a stream, by the digest of its file. */
static int
write_stream(const struct content *content, struct loaded *surface,
    const struct projection *path, struct output *output, struct error *err)
{
	struct writer *writer = writer_new(output, 0, err);
	struct digest digest;
	char text[DIGEST_TEXT_BYTES];
	int status = -1;

	digest_start(&digest);
	digest_add(&digest, content->bytes, content->n);
	digest_finish_text(&digest, text);
	if (writer != NULL)
		status = path == NULL
			     ? write_surface(surface, text, writer, err)
			     : write_path(path, text, writer, err);
	writer_free(writer);
	return status;
}

/* What has been read of a file. */
struct found {
	enum kind kind;
	struct loaded surface;
	struct projection path;
	uint8_t *npz; /* directions */
	size_t n_npz;
};

static int
read_file(const struct content *content, struct found *found, struct error *err)
{
	struct h5 *h5 = h5_open(content, err);
	int status;

	if (h5 == NULL)
		return -1;
	status = find_kind(h5, &found->kind, err);
	if (status == 0 && found->kind == KIND_DIRECTIONS)
		status = read_directions(
		    h5, content, &found->npz, &found->n_npz, err);
	else if (status == 0 && found->kind == KIND_SURFACE)
		status = read_surface(h5, &found->surface, err);
	else if (status == 0)
		status = read_projection(h5, &found->path, err);
	if (status == 0)
		status = h5_check(h5, err);
	h5_close(h5);
	return status;
}

int
reference_read(const struct content *content, const char *name,
    struct output *output, struct error *err)
{
	struct found f = {.kind = KIND_SURFACE};
	int status = read_file(content, &f, err);

	if (status < 0)
		error_prefix(err, "%s", name);
	else if (f.kind == KIND_DIRECTIONS)
		status = output_write(output, f.npz, f.n_npz, err);
	else
		status = write_stream(content, &f.surface,
		    f.kind == KIND_PROJECTION ? &f.path : NULL, output, err);
	for (int i = 0; i < FIELDS; i++)
		free(f.surface.value[i]);
	free(f.path.x);
	free(f.path.y);
	free(f.npz);
	return status;
}
