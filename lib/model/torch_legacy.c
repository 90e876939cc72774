#include <stdlib.h>
#include <string.h>

#include "base/magic.h"
#include "base/memory.h"
#include "base/plural.h"
#include "model/torch.h"

/* Where a storage lies in the file. */
struct torch_place {
	const char *key;
	size_t n_key;
	enum element_kind kind;
	int64_t n;
	const uint8_t *bytes; /* NULL until it was met behind the pickles */
};

/* The part of the file that is not read yet. */
struct rest {
	const uint8_t *bytes;
	size_t n;
};

static int
compare_keys(const char *a, size_t n_a, const char *b, size_t n_b)
{
	int order = memcmp(a, b, n_a < n_b ? n_a : n_b);

	return order != 0 ? order : (n_a > n_b) - (n_a < n_b);
}

static int
compare_places(const void *a, const void *b)
{
	const struct torch_place *p = a, *q = b;

	return compare_keys(p->key, p->n_key, q->key, q->n_key);
}

static struct torch_place *
find(const struct torch_file *file, const char *key, size_t n_key)
{
	struct torch_place want = {.key = key, .n_key = n_key};

	return file->n_places == 0
		   ? NULL
		   : bsearch(&want, file->places, file->n_places,
			 sizeof(*file->places), compare_places);
}

/* One place for every storage that the pickle mentions, sorted by key. */
static int
list_places(struct torch_file *file, struct error *err)
{
	const struct pickle *pickle = &file->pickle;
	struct torch_place *p;
	size_t n = 0;

	p = memory_new(pickle->n_persistent, sizeof(*p), err);
	if (p == NULL)
		return -1;
	file->places = p;
	for (size_t i = 0; i < pickle->n_persistent; i++) {
		struct torch_storage s;

		if (torch_parse_storage(pickle->persistent[i], &s, err) < 0)
			return -1;
		p[i] = (struct torch_place){
		    .key = s.key, .n_key = s.n_key, .kind = s.kind, .n = s.n};
	}
	qsort(p, pickle->n_persistent, sizeof(*p), compare_places);
	for (size_t i = 0; i < pickle->n_persistent; i++) {
		if (n == 0 || compare_places(&p[n - 1], &p[i]) != 0)
			p[n++] = p[i];
		else if (p[n - 1].n != p[i].n || p[n - 1].kind != p[i].kind)
			return error_set(err,
			    "storage '%.*s' is described in two ways",
			    p[i].n_key > 40 ? 40 : (int)p[i].n_key, p[i].key);
	}
	file->n_places = n;
	return 0;
}

/* Behind the pickles: for every key an element count and the elements. */
static int
place_storage(struct torch_file *file, const struct pickle_value *key,
    struct rest *rest, struct error *err)
{
	struct torch_place *place = NULL;
	uint64_t n = 0;
	size_t size;

	if (key != NULL && key->kind == PICKLE_TEXT)
		place = find(file, key->text.chars, key->text.n);
	if (place == NULL || place->bytes != NULL)
		return error_set(
		    err, "the list of storages does not fit the tensors");
	if (rest->n < 8)
		return magic_cut(file->content->bytes, file->content->n, err);
	for (int i = 0; i < 8; i++)
		n |= (uint64_t)rest->bytes[i] << 8 * i;
	rest->bytes += 8;
	rest->n -= 8;
	size = element_bytes(place->kind);
	if (n != (uint64_t)place->n)
		return error_set(err,
		    "a storage has %llu element%s, its tensors want %lld",
		    (unsigned long long)n, plural_s((int64_t)n),
		    (long long)place->n);
	if (n > rest->n / size)
		return magic_cut(file->content->bytes, file->content->n, err);
	place->bytes = rest->bytes;
	rest->bytes += n * size;
	rest->n -= n * size;
	return 0;
}

static int
place_storages(struct torch_file *file, struct rest *rest, struct error *err)
{
	struct pickle keys;
	int status = pickle_read(&keys, rest->bytes, rest->n, err);

	if (status == 0 && keys.root->kind != PICKLE_LIST)
		status = error_set(err, "the file has no list of storages");
	if (status == 0) {
		rest->bytes += keys.n_bytes;
		rest->n -= keys.n_bytes;
	}
	for (size_t i = 0; status == 0 && i < keys.root->items.n; i++)
		status = place_storage(file, keys.root->items.at[i], rest, err);
	pickle_free(&keys);
	if (status == 0 && rest->n != 0)
		status = error_set(err,
		    "the file has %zu byte%s behind its last storage", rest->n,
		    plural_s((int64_t)rest->n));
	return status;
}

static const uint8_t *
fetch(struct torch_file *file, const struct torch_storage *storage,
    struct error *err)
{
	const struct torch_place *place =
	    find(file, storage->key, storage->n_key);

	if (place == NULL || place->bytes == NULL) {
		error_set(err, "the file has no storage '%.*s'",
		    storage->n_key > 40 ? 40 : (int)storage->n_key,
		    storage->key);
		return NULL;
	}
	return place->bytes;
}

/* PyTorch's mark: the integer 0x1950a86a20f9469cfc6c as a pickle. */
static bool
is_magic(const struct pickle_value *value)
{
	return value->kind == PICKLE_LONG && value->text.n == 10 &&
	       memcmp(value->text.chars,
		   "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10) == 0;
}

static bool
is_version(const struct pickle_value *value)
{
	return value->kind == PICKLE_INT && value->integer == 1001;
}

static bool
is_little_endian(const struct pickle_value *value)
{
	const struct pickle_value *little = pickle_get(value, "little_endian");

	return little != NULL && little->kind == PICKLE_BOOL &&
	       little->integer == 1;
}

/* The three pickles before the object: each must be what it should be. */
static int
read_preamble(struct rest *rest, struct error *err)
{
	static const struct {
		bool (*right)(const struct pickle_value *);
		const char *complaint;
	} parts[] = {
	    {is_magic,
		"a plain pickle, expected a checkpoint: load it in Python and "
		"torch.save a dict of tensors (-d of evalgrid and others "
		"reads those of CIFAR)"},
	    {is_version, "the file is not of version 1001 of torch.save"},
	    {is_little_endian,
		"the file comes from a big-endian machine: load it in Python "
		"and torch.save it again"},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct pickle pickle;
		int status = pickle_read(&pickle, rest->bytes, rest->n, err);

		if (status == 0 && !parts[i].right(pickle.root))
			status = error_set(err, "%s", parts[i].complaint);
		rest->bytes += pickle.n_bytes;
		rest->n -= pickle.n_bytes;
		pickle_free(&pickle);
		if (status < 0)
			return -1;
	}
	return 0;
}

int
torch_open_legacy(
    struct torch_file *file, const struct content *content, struct error *err)
{
	struct rest rest = {content->bytes, content->n};

	*file = (struct torch_file){.content = content, .fetch = fetch};
	if (read_preamble(&rest, err) < 0 ||
	    pickle_read(&file->pickle, rest.bytes, rest.n, err) < 0)
		return -1;
	rest.bytes += file->pickle.n_bytes;
	rest.n -= file->pickle.n_bytes;
	if (list_places(file, err) < 0)
		return -1;
	return place_storages(file, &rest, err);
}
