#include "file/archive_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/character.h"
#include "base/memory.h"
#include "base/text.h"

/* 1980-01-01 00:00, the first date that zip knows. */
enum { DOS_TIME = 0, DOS_DATE = 0x21 };

/* Of the local header of an entry: where its name's length and name lie. */
enum { NAME_LENGTH_AT = 26, NAME_AT = 30 };

static bool
is_npz(const unsigned char *head, size_t n)
{
	size_t length;

	if (output_begins(head, n, "PK\005\006"))
		return true;
	if (n < NAME_AT || !output_begins(head, n, "PK\003\004"))
		return false;
	length = head[NAME_LENGTH_AT] + 256u * head[NAME_LENGTH_AT + 1];
	return length >= 4 && NAME_AT + length <= n &&
	       memcmp(head + NAME_AT + length - 4, ".npy", 4) == 0;
}

const struct output_kind npz_kind = {.name = "an npz archive", .is = is_npz};

struct archive_writer {
	zip_t *zip; /* NULL when finished */
	zip_source_t *result;
	uint8_t **copy; /* of the entries' bytes, until it is finished */
	size_t n, room;
};

static int
fail(const char *what, zip_error_t *error, struct error *err)
{
	error_foreign(err, "%s: %s", what, zip_error_strerror(error));
	zip_error_fini(error);
	return -1;
}

struct archive_writer *
archive_writer_new(struct error *err)
{
	struct archive_writer *w = memory_new(1, sizeof(*w), err);
	zip_error_t error;

	if (w == NULL)
		return NULL;
	zip_error_init(&error);
	errno = 0;
	w->result = zip_source_buffer_create(NULL, 0, 0, &error);
	if (w->result != NULL) {
		/* one reference is the archive's, one ours */
		zip_source_keep(w->result);
		w->zip = zip_open_from_source(w->result, ZIP_TRUNCATE, &error);
		if (w->zip == NULL)
			zip_source_free(w->result);
	}
	if (w->zip == NULL) {
		fail("zip archive", &error, err);
		archive_writer_free(w);
		return NULL;
	}
	zip_error_fini(&error);
	return w;
}

/*
 * Whoever unpacks the archive makes files of its names: they must not leave the
 * folder, nor show as others than they are.
 */
static int
check_name(const char *name, struct error *err)
{
	const char *part = name;

	if (!text_is_shown(name, strlen(name)) || strchr(name, '\\') != NULL)
		return error_set(err,
		    "'%.200s' makes no name in an archive: it has characters "
		    "that file names have not",
		    name);
	for (; part != NULL; part = strchr(part, '/')) {
		part += *part == '/' && part != name;
		if (*part == '/' || *part == '\0' ||
		    (strncmp(part, "..", 2) == 0 &&
			(part[2] == '/' || part[2] == '\0')))
			return error_set(err,
			    "'%.200s' makes no name in an archive: it leads "
			    "out of the folder that it is unpacked to",
			    name);
	}
	return 0;
}

/* Adds an entry of n bytes, which are copied. */
static int
add_entry(struct archive_writer *w, const char *name, const void *bytes,
    size_t n, struct error *err)
{
	uint8_t *copy;
	zip_source_t *source;
	zip_int64_t at;

	if (check_name(name, err) < 0)
		return -1;
	/* whose a buffer is after a failure, libzip does not say: ours */
	if (memory_grow(&w->copy, &w->room, w->n + 1, sizeof(*w->copy), err) <
	    0)
		return -1;
	copy = (uint8_t *)memory_text_n(bytes, n, err);
	if (copy == NULL)
		return -1;
	w->copy[w->n++] = copy;
	errno = 0;
	source = zip_source_buffer(w->zip, copy, n, 0);
	if (source == NULL)
		return error_foreign(err, "%s: %s", name, zip_strerror(w->zip));
	at = zip_file_add(w->zip, name, source, ZIP_FL_ENC_UTF_8);
	if (at < 0) {
		zip_source_free(source);
		return error_foreign(err, "%s: %s", name, zip_strerror(w->zip));
	}
	if (zip_set_file_compression(
		w->zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) < 0 ||
	    zip_file_set_dostime(
		w->zip, (zip_uint64_t)at, DOS_TIME, DOS_DATE, 0) < 0)
		return error_foreign(err, "%s: %s", name, zip_strerror(w->zip));
	return 0;
}

static int
take_result(zip_source_t *source, uint8_t **bytes, size_t *n, struct error *err)
{
	zip_stat_t stat;
	zip_int64_t done = -1;

	zip_stat_init(&stat);
	errno = 0;
	if (zip_source_stat(source, &stat) < 0 ||
	    (stat.valid & ZIP_STAT_SIZE) == 0 || zip_source_open(source) < 0)
		return error_foreign(
		    err, "zip archive: it cannot be read back");
	*n = (size_t)stat.size;
	*bytes = memory_new(*n, 1, err);
	if (*bytes != NULL)
		done = zip_source_read(source, *bytes, stat.size);
	zip_source_close(source);
	if (*bytes == NULL)
		return -1;
	if (done == (zip_int64_t)*n)
		return 0;
	free(*bytes);
	return error_foreign(err, "zip archive: it cannot be read back");
}

int
archive_writer_finish(
    struct archive_writer *w, uint8_t **bytes, size_t *n, struct error *err)
{
	errno = 0;
	if (zip_close(w->zip) < 0)
		return error_foreign(
		    err, "zip archive: %s", zip_strerror(w->zip));
	w->zip = NULL;
	return take_result(w->result, bytes, n, err);
}

void
archive_writer_free(struct archive_writer *w)
{
	if (w == NULL)
		return;
	if (w->zip != NULL)
		zip_discard(w->zip);
	if (w->result != NULL)
		zip_source_free(w->result);
	for (size_t i = 0; i < w->n; i++)
		free(w->copy[i]);
	free(w->copy);
	free(w);
}

/* ---- numpy ---- */

/* Header and elements must begin at multiples of this. */
enum { NPY_ALIGN = 64, NPY_BEFORE = 10 };

static void
npy_header(struct text *out, const char *descr, int rank, const int64_t *dim)
{
	struct text dict = {0};
	size_t length;

	text_add(
	    &dict, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
	for (int i = 0; i < rank; i++)
		text_add(&dict, "%s%" PRId64 "%s", i > 0 ? " " : "", dim[i],
		    i < rank - 1 || rank == 1 ? "," : "");
	text_add(&dict, "), }");
	length = NPY_BEFORE + text_length(&dict) + 1;
	text_add(&dict, "%*s\n",
	    (int)((NPY_ALIGN - length % NPY_ALIGN) % NPY_ALIGN), "");
	length = text_length(&dict);
	text_add_bytes(out, "\x93NUMPY\1", 7);
	text_add_bytes(out, "\0", 1);
	text_add_bytes(out,
	    (const uint8_t[]){(uint8_t)(length & 255), (uint8_t)(length >> 8)},
	    2);
	text_add_text(out, &dict);
	text_free(&dict);
}

static int
npz_add(struct archive_writer *w, const char *name, const char *descr, int rank,
    const int64_t *dim, const void *values, size_t size, struct error *err)
{
	struct text npy = {0}, entry = {0};
	const char *file, *bytes;
	size_t n = size;
	int status = -1;

	for (int i = 0; i < rank; i++)
		n *= (size_t)dim[i];
	npy_header(&npy, descr, rank, dim);
	text_add_bytes(&npy, values, n);
	text_add(&entry, "%s.npy", name);
	file = text_chars(&entry, err);
	bytes = text_chars(&npy, err);
	if (file != NULL && bytes != NULL)
		status = add_entry(w, file, bytes, text_length(&npy), err);
	text_free(&npy);
	text_free(&entry);
	return status;
}

int
npz_add_f64(struct archive_writer *writer, const char *name, int rank,
    const int64_t *dim, const double *values, struct error *err)
{
	return npz_add(
	    writer, name, "<f8", rank, dim, values, sizeof(*values), err);
}

int
npz_add_f32(struct archive_writer *writer, const char *name, int rank,
    const int64_t *dim, const float *values, struct error *err)
{
	return npz_add(
	    writer, name, "<f4", rank, dim, values, sizeof(*values), err);
}

int
npz_add_i64(struct archive_writer *writer, const char *name, int rank,
    const int64_t *dim, const int64_t *values, struct error *err)
{
	return npz_add(
	    writer, name, "<i8", rank, dim, values, sizeof(*values), err);
}
