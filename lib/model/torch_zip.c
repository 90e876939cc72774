#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "model/checkpoint_form.h"
#include "model/torch.h"

enum { PICKLE_BYTES_MAX = 64 << 20, ENTRY_NAME_MAX = 64 };

/* Is there an entry PREFIX/name?  The prefix has room for a name behind it. */
static int64_t
find(struct torch_file *file, const char *name, size_t n_name)
{
	char *end = file->prefix + file->n_prefix;

	if (n_name > ENTRY_NAME_MAX || memchr(name, '\0', n_name) != NULL)
		return -1;
	memcpy(end, name, n_name);
	end[n_name] = '\0';
	return archive_find(file->archive, file->prefix);
}

static int64_t
find_text(struct torch_file *file, const char *name)
{
	return find(file, name, strlen(name));
}

/*
 * The one folder that holds data.pkl (with its slash), whatever it is called.
 */
static int64_t
find_prefix(struct torch_file *file, struct error *err)
{
	static const char name[] = "/data.pkl";
	const size_t n_name = sizeof(name) - 1;
	const char *found = NULL;
	int64_t place = -1;

	for (size_t i = 0; i < archive_count(file->archive); i++) {
		const char *entry = archive_name(file->archive, i);
		size_t n = strlen(entry);

		if (n <= n_name || strcmp(entry + n - n_name, name) != 0)
			continue;
		if (found != NULL)
			return error_set(err,
			    "an archive with '%.80s' and '%.80s', expected one "
			    "checkpoint",
			    found, entry);
		found = entry;
		place = (int64_t)i;
	}
	if (found == NULL)
		return foreign_refuse_archive(file->archive, err);
	file->n_prefix = strlen(found) - n_name + 1;
	file->prefix = memory_new(file->n_prefix + ENTRY_NAME_MAX + 1, 1, err);
	if (file->prefix == NULL)
		return -1;
	memcpy(file->prefix, found, file->n_prefix);
	return place;
}

static int
read_byte_order(struct torch_file *file, struct error *err)
{
	int64_t entry = find_text(file, "byteorder");
	uint8_t *word;
	size_t n;

	if (entry < 0)
		return 0;
	word = archive_read(file->archive, (size_t)entry, 16, &n, err);
	if (word == NULL)
		return -1;
	file->swapped = n == 3 && memcmp(word, "big", 3) == 0;
	free(word);
	return 0;
}

static const uint8_t *
fetch(struct torch_file *file, const struct torch_storage *storage,
    struct error *err)
{
	char name[64] = "data/";
	uint64_t want = (uint64_t)storage->n * element_bytes(storage->kind);
	int64_t entry = -1;
	size_t n;

	if (storage->n_key < sizeof(name) - 5) {
		memcpy(name + 5, storage->key, storage->n_key);
		entry = find(file, name, storage->n_key + 5);
	}
	if (entry < 0) {
		error_set(err, "the archive has no storage '%.*s'",
		    storage->n_key > 40 ? 40 : (int)storage->n_key,
		    storage->key);
		return NULL;
	}
	if (archive_entry_bytes(file->archive, (size_t)entry) != want) {
		error_set(err,
		    "storage %.59s has %llu byte%s, its tensors want %llu",
		    name + 5,
		    (unsigned long long)archive_entry_bytes(
			file->archive, (size_t)entry),
		    plural_s((int64_t)(archive_entry_bytes(
			file->archive, (size_t)entry))),
		    (unsigned long long)want);
		return NULL;
	}
	if (file->cached != NULL && file->cached_entry == entry)
		return file->cached;
	free(file->cached);
	file->cached =
	    archive_read(file->archive, (size_t)entry, want, &n, err);
	file->cached_entry = entry;
	return file->cached;
}

int
torch_open_zip(
    struct torch_file *file, const struct content *content, struct error *err)
{
	int64_t entry;
	size_t n;

	*file = (struct torch_file){.content = content, .fetch = fetch};
	file->archive = archive_open(content, err);
	if (file->archive == NULL)
		return -1;
	entry = find_prefix(file, err);
	if (entry < 0)
		return -1;
	if (find_text(file, "constants.pkl") >= 0)
		return error_set(err,
		    "an archive of TorchScript or libtorch, expected a state: "
		    "load it in "
		    "Python "
		    "with torch.jit.load and torch.save(module.state_dict(), "
		    "FILE)");
	if (read_byte_order(file, err) < 0)
		return -1;
	file->pickle_bytes = archive_read(
	    file->archive, (size_t)entry, PICKLE_BYTES_MAX, &n, err);
	if (file->pickle_bytes == NULL)
		return -1;
	return pickle_read(&file->pickle, file->pickle_bytes, n, err);
}

void
torch_close(struct torch_file *file)
{
	pickle_free(&file->pickle);
	archive_close(file->archive);
	free(file->prefix);
	free(file->pickle_bytes);
	free(file->cached);
	free(file->places);
	*file = (struct torch_file){0};
}
