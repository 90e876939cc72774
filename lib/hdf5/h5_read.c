#include "hdf5/h5_read.h"

#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

/* What a file may unpack to: as of zip archives, real arrays shrink by less. */
enum { EXPAND_MAX = 64, EXPAND_FREE = 16 << 20 };

struct h5 {
	hid_t file;
	uint64_t limit_bytes; /* of a dataset */
	bool broken;          /* a question failed */
};

bool
h5_is(const uint8_t *bytes, size_t n)
{
	return n >= 8 && memcmp(bytes, "\x89HDF\r\n\x1a\n", 8) == 0;
}

struct h5 *
h5_open(const struct content *content, struct error *err)
{
	struct h5 *h5 = memory_new(1, sizeof(*h5), err);
	hid_t access;

	if (h5 == NULL)
		return NULL;
	/* libhdf5 would print its errors, and load code for unknown filters */
	errno = 0;
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	H5PLset_loading_state(0);
	h5->file = -1;
	h5->limit_bytes = EXPAND_MAX * (uint64_t)content->n + EXPAND_FREE;
	access = H5Pcreate(H5P_FILE_ACCESS);
	if (access >= 0 && H5Pset_fapl_core(access, 1 << 16, 0) >= 0 &&
	    H5Pset_file_image(access, (void *)content->bytes, content->n) >= 0)
		h5->file = H5Fopen("file.h5", H5F_ACC_RDONLY, access);
	H5Pclose(access);
	if (h5->file < 0) {
		error_foreign(err,
		    "libhdf5 does not read it: not an HDF5 file, "
		    "damaged or truncated");
		free(h5);
		return NULL;
	}
	return h5;
}

void
h5_close(struct h5 *h5)
{
	if (h5 == NULL)
		return;
	H5Fclose(h5->file);
	free(h5);
}

/* Every step of the name is a hard link: it stays in this file. */
static bool
is_inside(struct h5 *h5, const char *name)
{
	char path[128];
	size_t n = strlen(name);
	H5L_info_t info;
	htri_t there;

	if (n >= sizeof(path))
		return false;
	for (size_t i = 0; i <= n; i++) {
		path[i] = name[i];
		if (name[i] != '/' && name[i] != '\0')
			continue;
		path[i] = '\0';
		there = H5Lexists(h5->file, path, H5P_DEFAULT);
		if (there > 0 &&
		    H5Lget_info(h5->file, path, &info, H5P_DEFAULT) < 0)
			there = -1;
		h5->broken |= there < 0;
		if (there <= 0 || info.type != H5L_TYPE_HARD)
			return false;
		path[i] = name[i];
	}
	return true;
}

bool
h5_has(struct h5 *h5, const char *name)
{
	return is_inside(h5, name);
}

int
h5_check(const struct h5 *h5, struct error *err)
{
	return h5->broken
		   ? error_foreign(err, "libhdf5 cannot find its datasets")
		   : 0;
}

static int
check_type(hid_t dataset, const char *name, struct error *err)
{
	hid_t type = H5Dget_type(dataset);
	H5T_class_t class = H5Tget_class(type);

	H5Tclose(type);
	if (class != H5T_FLOAT && class != H5T_INTEGER)
		return error_set(err, "%s holds no numbers", name);
	return 0;
}

static int
check_storage(hid_t dataset, const char *name, struct error *err)
{
	hid_t plist = H5Dget_create_plist(dataset);
	H5D_layout_t layout = H5Pget_layout(plist);
	int external = H5Pget_external_count(plist);

	H5Pclose(plist);
	if (external != 0 ||
	    (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS &&
		layout != H5D_CHUNKED))
		return error_set(err, "%s is stored outside of the file", name);
	return 0;
}

static int
read_shape(struct h5 *h5, hid_t dataset, const char *name,
    struct h5_shape *shape, struct error *err)
{
	hid_t space = H5Dget_space(dataset);
	int rank = H5Sget_simple_extent_ndims(space);
	bool simple = H5Sget_simple_extent_type(space) != H5S_NULL;
	hsize_t dim[H5S_MAX_RANK];
	uint64_t n = 1;

	if (rank > 0)
		H5Sget_simple_extent_dims(space, dim, NULL);
	H5Sclose(space);
	if (!simple || rank < 0 || rank > TENSOR_RANK_MAX)
		return error_set(err, "%s has %d dimension%s, expected 0 to %d",
		    name, rank, plural_s(rank), TENSOR_RANK_MAX);
	shape->rank = rank;
	for (int i = 0; i < rank; i++) {
		shape->dim[i] = (int64_t)dim[i];
		if (dim[i] > INT64_MAX ||
		    __builtin_mul_overflow(n, (uint64_t)dim[i], &n) ||
		    n > h5->limit_bytes / sizeof(double))
			return error_set(err,
			    "%s unpacks to more than %llu byte%s, which the "
			    "file's size does not allow",
			    name, (unsigned long long)h5->limit_bytes,
			    plural_s((int64_t)h5->limit_bytes));
	}
	shape->n = (int64_t)n;
	return 0;
}

static void *
read_all(struct h5 *h5, const char *name, hid_t type, size_t size,
    struct h5_shape *shape, struct error *err)
{
	void *out = NULL;
	hid_t dataset;

	errno = 0;
	if (!is_inside(h5, name)) {
		error_foreign(err, "no dataset %s", name);
		return NULL;
	}
	dataset = H5Dopen2(h5->file, name, H5P_DEFAULT);
	if (dataset < 0) {
		error_foreign(err, "%s is no dataset", name);
		return NULL;
	}
	if (check_type(dataset, name, err) == 0 &&
	    check_storage(dataset, name, err) == 0 &&
	    read_shape(h5, dataset, name, shape, err) == 0)
		out = memory_new((size_t)shape->n, size, err);
	if (out != NULL &&
	    H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0) {
		error_foreign(err,
		    "%s cannot be read: damaged, or packed by a filter that "
		    "libhdf5 does not have itself",
		    name);
		free(out);
		out = NULL;
	}
	H5Dclose(dataset);
	return out;
}

double *
h5_read_f64(
    struct h5 *h5, const char *name, struct h5_shape *shape, struct error *err)
{
	return read_all(
	    h5, name, H5T_NATIVE_DOUBLE, sizeof(double), shape, err);
}

float *
h5_read_f32(
    struct h5 *h5, const char *name, struct h5_shape *shape, struct error *err)
{
	return read_all(h5, name, H5T_NATIVE_FLOAT, sizeof(float), shape, err);
}
