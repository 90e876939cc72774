/*
 * A checkpoint in several files: an index in JSON, {"weight_map": {name:
 * file}}, lies beside them and says which of them has each tensor.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/destination.h"
#include "base/magic.h"
#include "base/memory.h"
#include "base/plural.h"
#include "base/text.h"
#include "model/checkpoint_form.h"

enum { SHARDS_MAX = 4096, INDEX_BYTES_MAX = 64 << 20 };

typedef int read_part(struct checkpoint *part, const char *path,
    const struct content *index, struct error *err);

/* One of the files, and how many tensors the index wants of it. */
struct shard {
	const char *name; /* borrowed from the index */
	size_t n;
};

bool
shards_is(const uint8_t *bytes, size_t n)
{
	size_t i = 0;

	const struct magic *magic = magic_find(bytes, n);

	while (i < n && strchr(" \t\r\n", bytes[i]) != NULL && bytes[i] != 0)
		i++;
	/* bytes of no kind begin with a brace, too */
	return i < n && bytes[i] == '{' && magic != NULL;
}

/* The file of a tensor, which lies beside the index; NULL failed. */
static const char *
file_of(const char *tensor, const json_t *value, struct error *err)
{
	const char *name = json_string_value(value);

	if (name == NULL) {
		error_set(err, "weight_map: '%.80s' has no file", tensor);
		return NULL;
	}
	if (name[0] == '\0' || strchr(name, '/') != NULL ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    !text_is_printable(name, strlen(name))) {
		error_set(err,
		    "weight_map: '%.80s' is in '%.80s', expected the name of "
		    "a file beside the index",
		    tensor, name);
		return NULL;
	}
	return name;
}

/* The files, each once, in the order in which the index names them. */
static int
list_shards(
    const json_t *map, struct shard *shards, size_t *n, struct error *err)
{
	const char *tensor;
	json_t *value;

	*n = 0;
	json_object_foreach((json_t *)map, tensor, value)
	{
		const char *name = file_of(tensor, value, err);
		size_t i = 0;

		if (name == NULL)
			return -1;
		while (i < *n && strcmp(shards[i].name, name) != 0)
			i++;
		if (i == SHARDS_MAX)
			return error_set(err, "more than %d files", SHARDS_MAX);
		if (i == *n)
			shards[(*n)++] = (struct shard){name, 0};
		shards[i].n++;
	}
	return *n > 0 ? 0 : error_set(err, "an index without tensors");
}

/* Behind those that are there; from is empty afterwards. */
static int
append(struct checkpoint *to, struct checkpoint *from, struct error *err)
{
	const size_t n = to->n_tensors + from->n_tensors;
	struct tensor *tensors = memory_new(n + 1, sizeof(*tensors), err);
	struct checkpoint_share *shares =
	    memory_new(n + 1, sizeof(*shares), err);

	if (tensors == NULL || shares == NULL) {
		free(tensors);
		free(shares);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		const bool old = i < to->n_tensors;
		const struct checkpoint *is = old ? to : from;
		const size_t base = old ? 0 : to->n_tensors, k = i - base;

		tensors[i] = is->tensors[k];
		shares[i] =
		    is->shares != NULL
			? (struct checkpoint_share){is->shares[k].same + base,
			      is->shares[k].meets + base}
			: (struct checkpoint_share){i, i};
	}
	free(to->tensors);
	free(to->shares);
	free(from->tensors);
	from->tensors = NULL;
	from->n_tensors = 0;
	to->tensors = tensors;
	to->shares = shares;
	to->n_tensors = n;
	return 0;
}

static int
read_shard(struct checkpoint *checkpoint, const struct content *index,
    const struct shard *shard, read_part *read, struct error *err)
{
	struct checkpoint part = {0};
	struct text path = {0};
	const char *chars = NULL;
	int status = destination_folder(&path, index->path, err);

	if (status == 0) {
		text_add(&path, "/%s", shard->name);
		chars = text_chars(&path, err);
		status = chars != NULL ? read(&part, chars, index, err) : -1;
	}
	if (status == 0)
		status = part.n_tensors == shard->n
			     ? append(checkpoint, &part, err)
			     : error_set(err,
				   "%s has %zu of the tensors, the index says "
				   "%zu",
				   shard->name, part.n_tensors, shard->n);
	checkpoint_free(&part);
	text_free(&path);
	return status;
}

static int
compare_names(const void *a, const void *b)
{
	const struct tensor *const *p = a, *const *q = b;

	return strcmp((*p)->name, (*q)->name);
}

/* Each name of the index was there, and once. */
static int
check_names(const struct checkpoint *checkpoint, struct error *err)
{
	const size_t n = checkpoint->n_tensors;
	const struct tensor **sorted =
	    memory_new(n + 1, sizeof(const struct tensor *), err);
	int status = 0;

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &checkpoint->tensors[i];
	qsort(sorted, n, sizeof(const struct tensor *), compare_names);
	for (size_t i = 1; i < n && status == 0; i++)
		if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
			status = error_set(err, "tensor '%.120s' occurs twice",
			    sorted[i]->name);
	free(sorted);
	return status;
}

static int
read_map(struct checkpoint *checkpoint, const json_t *map,
    const struct content *content, read_part *read, struct error *err)
{
	struct shard *shards = memory_new(SHARDS_MAX, sizeof(*shards), err);
	size_t n = 0;
	int status = -1;

	if (shards != NULL)
		status = list_shards(map, shards, &n, err);
	for (size_t i = 0; status == 0 && read != NULL && i < n; i++)
		status = read_shard(checkpoint, content, &shards[i], read, err);
	free(shards);
	return status == 0 ? check_names(checkpoint, err) : -1;
}

int
shards_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, read_part *read, struct error *err)
{
	json_error_t why;
	json_t *root;
	const json_t *map;
	int status;

	if (content->n > INDEX_BYTES_MAX)
		return error_set(err,
		    "JSON of %zu byte%s, expected an index of at most %d",
		    content->n, plural_s((int64_t)content->n), INDEX_BYTES_MAX);
	errno = 0;
	root = json_loadb((const char *)content->bytes, content->n,
	    JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		return error_foreign(
		    err, "JSON: %s at line %d", why.text, why.line);
	map = json_object_get(root, "weight_map");
	if (!json_is_object(map))
		status = error_set(err,
		    "JSON, expected the index of a checkpoint in several "
		    "files, which has a \"weight_map\"");
	else if (content->path == NULL)
		status = error_set(err,
		    "an index of files that lie beside it: give its name, not "
		    "its content");
	else
		status = read_map(
		    checkpoint, map, content, tensors ? read : NULL, err);
	json_decref(root);
	return status;
}
