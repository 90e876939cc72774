#include "file/npy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

/* numpy itself refuses headers above 10,000 characters. */
enum {
	MAGIC_BYTES = 8,
	HEADER_MAX = 10000,
	CHUNK_BYTES = 1 << 16,
	LISTED_MAX = 10
};

static const char magic[] = "\x93NUMPY";

bool
npy_is(const struct content *content)
{
	return content->n >= MAGIC_BYTES &&
	       memcmp(content->bytes, magic, sizeof(magic) - 1) == 0;
}

/* The next n bytes, from wherever they come. */
static int
take(struct npy *npy, void *out, size_t n, struct error *err)
{
	if (n > npy->left_bytes)
		return error_set(err,
		    "numpy array ends after %llu byte%s, expected %zu",
		    (unsigned long long)npy->left_bytes,
		    plural_s((int64_t)npy->left_bytes), n);
	if (npy->entry != NULL) {
		if (archive_entry_read(npy->entry, out, n, err) < 0)
			return -1;
	} else if (n > 0) {
		memcpy(out, npy->bytes, n);
		npy->bytes += n;
	}
	npy->left_bytes -= n;
	if (npy->left_bytes == 0 && npy->entry != NULL)
		return archive_entry_finish(npy->entry, err);
	return 0;
}

/* A reader of the header's text: a Python dict of three known keys. */
static void
skip_blanks(const char **p)
{
	while (**p == ' ' || **p == '\n' || **p == '\t')
		++*p;
}

/* Skips blanks and then c, when it is there. */
static bool
skip(const char **p, char c)
{
	skip_blanks(p);
	if (**p != c)
		return false;
	++*p;
	skip_blanks(p);
	return true;
}

/* A quoted text without escapes. */
static bool
parse_quoted(const char **p, const char **text, size_t *n)
{
	char quote = **p;
	const char *end;

	if (quote != '\'' && quote != '"')
		return false;
	end = strchr(*p + 1, quote);
	if (end == NULL)
		return false;
	*text = *p + 1;
	*n = (size_t)(end - *text);
	*p = end + 1;
	return true;
}

static int
parse_shape(const char **p, struct npy_header *header, struct error *err)
{
	if (!skip(p, '('))
		return error_set(err, "numpy header: shape is not a tuple");
	for (header->rank = 0; !skip(p, ')'); header->rank++) {
		char *end;
		long long v;

		if (header->rank == TENSOR_RANK_MAX)
			return error_set(err,
			    "numpy array has more than %d dimensions",
			    TENSOR_RANK_MAX);
		v = isdigit((unsigned char)**p) ? strtoll(*p, &end, 10) : -1;
		if (v < 0 || v == INT64_MAX)
			return error_set(err,
			    "numpy header: impossible dimension '%.20s'", *p);
		header->dim[header->rank] = v;
		*p = *end == 'L' ? end + 1 : end; /* Python 2 wrote 3L */
		if (!skip(p, ',') && **p != ')')
			return error_set(err,
			    "numpy header: shape has '%.20s', expected , or )",
			    *p);
	}
	return 0;
}

static int
parse_order(const char **p, struct npy_header *header, struct error *err)
{
	header->fortran = strncmp(*p, "True", 4) == 0;
	if (!header->fortran && strncmp(*p, "False", 5) != 0)
		return error_set(err,
		    "numpy header: fortran_order is '%.20s', expected True or "
		    "False",
		    *p);
	*p += header->fortran ? 4 : 5;
	return 0;
}

static int
parse_type(const char **p, struct npy_header *header, struct error *err)
{
	const char *descr;
	size_t n;

	if (!parse_quoted(p, &descr, &n))
		return error_set(err,
		    "numpy header: descr is '%.20s', expected a simple type "
		    "such as '<f4'",
		    *p);
	return element_parse(descr, n, &header->element, err);
}

static int
parse_item(const char **p, struct npy_header *header, unsigned *seen,
    struct error *err)
{
	static const struct {
		const char *name;
		int (*parse)(
		    const char **, struct npy_header *, struct error *);
	} keys[] = {{"descr", parse_type}, {"fortran_order", parse_order},
	    {"shape", parse_shape}};
	const char *key;
	size_t n;

	if (!parse_quoted(p, &key, &n) || !skip(p, ':'))
		return error_set(
		    err, "numpy header has '%.20s', expected a key", *p);
	for (unsigned i = 0; i < 3; i++)
		if (strlen(keys[i].name) == n &&
		    memcmp(key, keys[i].name, n) == 0 && !(*seen & 1U << i)) {
			*seen |= 1U << i;
			return keys[i].parse(p, header, err);
		}
	return error_set(err,
	    "numpy header has the key '%.*s', expected descr, fortran_order "
	    "and shape once",
	    n > 40 ? 40 : (int)n, key);
}

static int
parse_header(const char *text, struct npy_header *header, struct error *err)
{
	unsigned seen = 0;

	if (!skip(&text, '{'))
		return error_set(err,
		    "numpy header is '%.20s', expected a dictionary", text);
	while (!skip(&text, '}')) {
		if (parse_item(&text, header, &seen, err) < 0)
			return -1;
		if (!skip(&text, ',') && *text != '}')
			return error_set(err,
			    "numpy header has '%.20s', expected , or }", text);
	}
	if (seen != 7 || *text != '\0')
		return error_set(
		    err, "numpy header wants descr, fortran_order and shape");
	return 0;
}

/* Bytes of the elements; all arithmetic on a hostile shape is checked. */
static int
count_elements(struct npy_header *header, uint64_t *bytes, struct error *err)
{
	*bytes = 0;
	header->n = 1;
	for (int i = 0; i < header->rank; i++)
		if (__builtin_mul_overflow(
			header->n, header->dim[i], &header->n))
			return error_set(
			    err, "numpy array has an impossible shape");
	if (__builtin_mul_overflow((uint64_t)header->n,
		element_bytes(header->element.kind), bytes))
		return error_set(err, "numpy array has an impossible shape");
	return 0;
}

static int
read_header(struct npy *npy, struct error *err)
{
	char text[HEADER_MAX + 1];
	uint8_t head[MAGIC_BYTES] = {0}, length[4] = {0};
	uint64_t bytes;
	uint32_t n;

	if (take(npy, head, sizeof(head), err) < 0)
		return -1;
	if (memcmp(head, magic, sizeof(magic) - 1) != 0 || head[6] < 1 ||
	    head[6] > 3)
		return error_set(err, "not a numpy array of version 1, 2 or 3");
	if (take(npy, length, head[6] == 1 ? 2 : 4, err) < 0)
		return -1;
	n = length[0] | (uint32_t)length[1] << 8 | (uint32_t)length[2] << 16 |
	    (uint32_t)length[3] << 24;
	if (n > HEADER_MAX)
		return error_set(err,
		    "numpy header has %u byte%s, expected at most %d", n,
		    plural_s((int64_t)n), HEADER_MAX);
	if (take(npy, text, n, err) < 0)
		return -1;
	text[n] = '\0';
	if (strlen(text) != n)
		return error_set(err, "numpy header holds a zero byte");
	if (parse_header(text, &npy->header, err) < 0 ||
	    count_elements(&npy->header, &bytes, err) < 0)
		return -1;
	if (bytes != npy->left_bytes)
		return error_set(err,
		    "numpy array has %llu byte%s of data, its header wants "
		    "%llu",
		    (unsigned long long)npy->left_bytes,
		    plural_s((int64_t)npy->left_bytes),
		    (unsigned long long)bytes);
	return 0;
}

int
npy_open(struct npy *npy, const struct content *content, struct error *err)
{
	*npy = (struct npy){.bytes = content->bytes, .left_bytes = content->n};
	return read_header(npy, err);
}

/* The entry of an array, or -1. */
static int64_t
find(const struct archive *archive, const char *name)
{
	char full[512];
	int64_t i = -1;

	if ((size_t)snprintf(full, sizeof(full), "%s.npy", name) < sizeof(full))
		i = archive_find(archive, full);
	return i >= 0 ? i : archive_find(archive, name);
}

static int
open_entry(
    struct npy *npy, struct archive *archive, size_t i, struct error *err)
{
	*npy = (struct npy){.entry = archive_entry_open(archive, i, err)};
	if (npy->entry == NULL)
		return -1;
	npy->left_bytes = archive_entry_bytes(archive, i);
	return read_header(npy, err);
}

int
npz_open(struct npy *npy, struct archive *archive, const char *name,
    struct error *err)
{
	const int64_t i = find(archive, name);

	*npy = (struct npy){0};
	if (i < 0)
		return error_set(err, "archive has no array '%.120s'", name);
	if (open_entry(npy, archive, (size_t)i, err) < 0)
		return error_prefix(err, "array '%.120s'", name);
	return 0;
}

bool
npz_has(const struct archive *archive, const char *name)
{
	return find(archive, name) >= 0;
}

/* Type and shape of what lies in an entry. */
static void
describe(const struct npy_header *header, struct text *text)
{
	text_add(text, "%s ", element_name(header->element.kind));
	for (int i = 0; i < header->rank; i++)
		text_add(text, "%s%lld", i > 0 ? "x" : "",
		    (long long)header->dim[i]);
	if (header->rank == 0)
		text_add(text, "number");
}

int
npz_list(struct archive *archive, struct text *text, struct error *err)
{
	const size_t n = archive_count(archive);

	for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
		const char *name = archive_name(archive, i);
		size_t shown = strlen(name);
		struct error why = {0};
		struct npy npy;

		if (shown > 4 && strcmp(name + shown - 4, ".npy") == 0)
			shown -= 4;
		text_add(text, "%s'%.*s' (", i > 0 ? ", " : "",
		    shown > 40 ? 40 : (int)shown, name);
		if (open_entry(&npy, archive, i, &why) == 0)
			describe(&npy.header, text);
		else
			text_add(text, "%s",
			    archive_name(archive, i)[shown] != '\0'
				? "no numbers"
				: "no array");
		text_add(text, ")");
		npy_close(&npy);
		if (why.memory) {
			*err = why;
			return -1;
		}
	}
	if (n > LISTED_MAX)
		text_add(text, " and %zu more", n - LISTED_MAX);
	return text_check(text, err);
}

void
npy_close(struct npy *npy)
{
	archive_entry_close(npy->entry);
	*npy = (struct npy){0};
}

int
npy_read_raw(struct npy *npy, size_t n, void *out, struct error *err)
{
	size_t bytes;

	if (__builtin_mul_overflow(
		n, element_bytes(npy->header.element.kind), &bytes))
		return error_set(err, "%zu elements are too many", n);
	return take(npy, out, bytes, err);
}

int
npy_read(struct npy *npy, size_t n, enum tensor_type to, void *out,
    struct error *err)
{
	uint8_t chunk[CHUNK_BYTES], *p = out;
	size_t size = element_bytes(npy->header.element.kind);

	while (n > 0) {
		size_t now =
		    n < sizeof(chunk) / size ? n : sizeof(chunk) / size;

		if (take(npy, chunk, now * size, err) < 0 ||
		    element_convert(npy->header.element, chunk, (ptrdiff_t)size,
			now, to, p, err) < 0)
			return -1;
		p += now * tensor_element_bytes(to);
		n -= now;
	}
	return 0;
}

/* Column-major elements need all of the file's bytes before the first row. */
static int
read_fortran(struct npy *npy, struct tensor *tensor, struct error *err)
{
	const struct npy_header *header = &npy->header;
	int64_t stride[TENSOR_RANK_MAX], step = 1;
	uint8_t *raw = memory_new(
	    (size_t)header->n, element_bytes(header->element.kind), err);
	int status;

	if (raw == NULL)
		return -1;
	for (int i = 0; i < header->rank; i++) {
		stride[i] = step;
		step *= header->dim[i];
	}
	status = npy_read_raw(npy, (size_t)header->n, raw, err);
	if (status == 0)
		status = element_gather(header->element, raw, header->rank,
		    header->dim, stride, tensor->type, tensor->data, err);
	free(raw);
	return status;
}

int
npy_read_tensor(
    struct npy *npy, const char *name, struct tensor *tensor, struct error *err)
{
	const struct npy_header *header = &npy->header;
	int status;

	if (tensor_init(tensor, name, element_tensor_type(header->element.kind),
		header->rank, header->dim, err) < 0 ||
	    tensor_allocate(tensor, err) < 0)
		status = -1;
	else if (header->fortran && header->rank > 1)
		status = read_fortran(npy, tensor, err);
	else
		status = npy_read(
		    npy, (size_t)header->n, tensor->type, tensor->data, err);
	if (status < 0) {
		tensor_free(tensor);
		return error_prefix(err, "array '%.120s'", name);
	}
	return 0;
}

int
npz_read_tensor(struct archive *archive, const char *name,
    struct tensor *tensor, struct error *err)
{
	struct npy npy;
	int status = npz_open(&npy, archive, name, err);

	if (status == 0)
		status = npy_read_tensor(&npy, name, tensor, err);
	npy_close(&npy);
	return status;
}
