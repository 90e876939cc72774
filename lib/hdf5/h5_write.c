#include "hdf5/h5_write.h"

#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tensor/tensor.h"

struct h5_writer {
	hid_t file, plain; /* plain: datasets without the time of day */
};

struct h5_writer *
h5_writer_new(struct error *err)
{
	struct h5_writer *w = memory_new(1, sizeof(*w), err);
	hid_t access;

	if (w == NULL)
		return NULL;
	errno = 0;
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	w->file = -1;
	w->plain = H5Pcreate(H5P_DATASET_CREATE);
	access = H5Pcreate(H5P_FILE_ACCESS);
	if (H5Pset_obj_track_times(w->plain, 0) >= 0 &&
	    H5Pset_fapl_core(access, 1 << 20, 0) >= 0)
		w->file =
		    H5Fcreate("file.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
	H5Pclose(access);
	if (w->file < 0) {
		error_foreign(err, "libhdf5 cannot make a file in memory");
		h5_writer_free(w);
		return NULL;
	}
	return w;
}

void
h5_writer_free(struct h5_writer *w)
{
	if (w == NULL)
		return;
	H5Pclose(w->plain);
	if (w->file >= 0)
		H5Fclose(w->file);
	free(w);
}

static int
fail(const char *name, struct error *err)
{
	return error_foreign(err, "libhdf5 cannot write %s", name);
}

int
h5_add_group(struct h5_writer *w, const char *name, struct error *err)
{
	hid_t group;

	errno = 0;
	group =
	    H5Gcreate2(w->file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

	return group >= 0 && H5Gclose(group) >= 0 ? 0 : fail(name, err);
}

static int
add(struct h5_writer *w, const char *name, hid_t stored, hid_t here, int rank,
    const int64_t *dim, const void *values, struct error *err)
{
	hsize_t dims[TENSOR_RANK_MAX];
	hid_t space, dataset;
	int status = -1;

	for (int i = 0; i < rank; i++)
		dims[i] = (hsize_t)dim[i];
	errno = 0;
	space = rank > 0 ? H5Screate_simple(rank, dims, NULL)
			 : H5Screate(H5S_SCALAR);
	dataset = H5Dcreate2(
	    w->file, name, stored, space, H5P_DEFAULT, w->plain, H5P_DEFAULT);
	if (dataset >= 0) {
		status = H5Dwrite(
		    dataset, here, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
		if (H5Dclose(dataset) < 0)
			status = -1;
	}
	H5Sclose(space);
	return status >= 0 ? 0 : fail(name, err);
}

int
h5_add_f64(struct h5_writer *w, const char *name, int rank, const int64_t *dim,
    const double *values, struct error *err)
{
	return add(
	    w, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, rank, dim, values, err);
}

int
h5_add_f32(struct h5_writer *w, const char *name, int rank, const int64_t *dim,
    const float *values, struct error *err)
{
	return add(
	    w, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, rank, dim, values, err);
}

int
h5_add_text(
    struct h5_writer *w, const char *name, const char *text, struct error *err)
{
	hid_t type = H5Tcopy(H5T_C_S1);
	int status = -1;

	if (H5Tset_size(type, H5T_VARIABLE) >= 0 &&
	    H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
		status = add(w, name, type, type, 0, NULL, &text, err);
	else
		fail(name, err);
	H5Tclose(type);
	return status;
}

int
h5_finish(struct h5_writer *w, uint8_t **bytes, size_t *n, struct error *err)
{
	ssize_t size = -1;

	*bytes = NULL;
	errno = 0;
	if (H5Fflush(w->file, H5F_SCOPE_GLOBAL) >= 0)
		size = H5Fget_file_image(w->file, NULL, 0);
	if (size > 0) {
		*bytes = memory_new((size_t)size, 1, err);
		if (*bytes == NULL)
			return -1;
		size = H5Fget_file_image(w->file, *bytes, (size_t)size);
	}
	if (size <= 0) {
		free(*bytes);
		return error_foreign(err, "libhdf5 cannot finish the file");
	}
	*n = (size_t)size;
	return 0;
}
