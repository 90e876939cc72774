#include "file/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/magic.h"
#include "base/memory.h"
#include "base/plural.h"

enum { ENTRIES_MAX = 1 << 20, BOMB_FACTOR = 64, BOMB_BYTES = 16 << 20 };

struct archive {
	zip_t *zip;
	uint64_t limit; /* bytes that an entry may unpack to */
	bool no_checksum;
	size_t n;
	struct zip_stat *stats; /* one per entry; names are libzip's */
};

struct archive_entry {
	zip_file_t *file;
	const char *name; /* borrowed from the archive */
	bool no_checksum;
};

/* The list of what is in an archive, which stands at its end, is not there. */
static bool
is_cut(const zip_error_t *why)
{
	/* ZIP_ER_TRUNCATED_ZIP of libzip 1.11; those before say NOZIP */
	enum { TRUNCATED_ZIP = 35 };
	const int code = zip_error_code_zip(why);

	return code == ZIP_ER_NOZIP || code == TRUNCATED_ZIP;
}

/* libzip's view of an archive in memory, or NULL. */
static zip_t *
open_bytes(const struct content *content, struct error *err)
{
	zip_source_t *source;
	zip_error_t why;
	zip_t *zip = NULL;
	int status = 0;

	zip_error_init(&why);
	errno = 0;
	source = zip_source_buffer_create(content->bytes, content->n, 0, &why);
	if (source != NULL)
		zip = zip_open_from_source(source, ZIP_RDONLY, &why);
	if (zip == NULL && is_cut(&why) && errno != ENOMEM)
		status = magic_cut(content->bytes, content->n, err);
	else if (zip == NULL)
		status = error_foreign(
		    err, "zip archive: %s", zip_error_strerror(&why));
	if (status < 0)
		zip_source_free(source);
	zip_error_fini(&why);
	return zip;
}

static int
read_directory(struct archive *archive, struct error *err)
{
	int64_t n = zip_get_num_entries(archive->zip, 0);
	const uint64_t want = ZIP_STAT_NAME | ZIP_STAT_SIZE;

	if (n < 0 || n > ENTRIES_MAX)
		return error_set(err,
		    "zip archive has %lld %s, expected at most %d",
		    (long long)n, plural(n, "entry", "entries"), ENTRIES_MAX);
	archive->stats = memory_new((size_t)n, sizeof(*archive->stats), err);
	if (archive->stats == NULL)
		return -1;
	for (archive->n = 0; archive->n < (size_t)n; archive->n++) {
		struct zip_stat *stat = &archive->stats[archive->n];

		errno = 0;
		if (zip_stat_index(
			archive->zip, archive->n, ZIP_FL_ENC_RAW, stat) < 0 ||
		    (stat->valid & want) != want)
			return error_foreign(err, "zip archive: entry %zu: %s",
			    archive->n, zip_strerror(archive->zip));
	}
	return 0;
}

struct archive *
archive_open(const struct content *content, struct error *err)
{
	struct archive *archive = memory_new(1, sizeof(*archive), err);

	if (archive == NULL)
		return NULL;
	archive->limit = (uint64_t)content->n * BOMB_FACTOR + BOMB_BYTES;
	archive->no_checksum = content->no_checksum;
	archive->zip = open_bytes(content, err);
	if (archive->zip == NULL || read_directory(archive, err) < 0) {
		archive_close(archive);
		return NULL;
	}
	return archive;
}

void
archive_close(struct archive *archive)
{
	if (archive == NULL)
		return;
	if (archive->zip != NULL)
		zip_discard(archive->zip);
	free(archive->stats);
	free(archive);
}

size_t
archive_count(const struct archive *archive)
{
	return archive->n;
}

const char *
archive_name(const struct archive *archive, size_t i)
{
	return archive->stats[i].name;
}

int64_t
archive_find(const struct archive *archive, const char *name)
{
	return zip_name_locate(archive->zip, name, ZIP_FL_ENC_RAW);
}

uint64_t
archive_entry_bytes(const struct archive *archive, size_t i)
{
	return archive->stats[i].size;
}

static int
check_size(
    const struct archive *archive, size_t i, uint64_t limit, struct error *err)
{
	if (archive->stats[i].size > limit)
		return error_set(err,
		    "entry '%.120s' unpacks to %llu byte%s, expected at most "
		    "%llu",
		    archive->stats[i].name,
		    (unsigned long long)archive->stats[i].size,
		    plural_s((int64_t)archive->stats[i].size),
		    (unsigned long long)limit);
	return 0;
}

struct archive_entry *
archive_entry_open(struct archive *archive, size_t i, struct error *err)
{
	struct archive_entry *entry;

	if (check_size(archive, i, archive->limit, err) < 0)
		return NULL;
	entry = memory_new(1, sizeof(*entry), err);
	if (entry == NULL)
		return NULL;
	entry->name = archive->stats[i].name;
	entry->no_checksum = archive->no_checksum;
	errno = 0;
	entry->file = zip_fopen_index(archive->zip, i, 0);
	if (entry->file == NULL) {
		error_foreign(err, "entry '%.120s': %s", entry->name,
		    zip_strerror(archive->zip));
		free(entry);
		return NULL;
	}
	return entry;
}

static int
entry_error(struct archive_entry *entry, struct error *err)
{
	return error_foreign(err, "entry '%.120s': %s", entry->name,
	    zip_file_strerror(entry->file));
}

int
archive_entry_read(
    struct archive_entry *entry, void *bytes, size_t n, struct error *err)
{
	uint8_t *to = bytes;

	while (n > 0) {
		int64_t got;

		errno = 0;
		got = zip_fread(entry->file, to, n);

		if (got < 0)
			return entry_error(entry, err);
		if (got == 0)
			return error_set(err,
			    "entry '%.120s' ends %zu byte%s early", entry->name,
			    n, plural_s((int64_t)n));
		to += got;
		n -= (size_t)got;
	}
	return 0;
}

static bool
is_checksum_error(struct archive_entry *entry)
{
	return zip_error_code_zip(zip_file_get_error(entry->file)) ==
	       ZIP_ER_CRC;
}

int
archive_entry_finish(struct archive_entry *entry, struct error *err)
{
	uint8_t byte;
	int64_t got;

	errno = 0;
	got = zip_fread(entry->file, &byte, 1);

	if (got < 0 && is_checksum_error(entry))
		return entry->no_checksum ? 0
					  : error_set(err,
						"entry '%.120s' has another "
						"CRC than its archive says: "
						"damaged, or written without "
						"(netload --no-checksum)",
						entry->name);
	if (got < 0)
		return entry_error(entry, err);
	if (got > 0)
		return error_set(err,
		    "entry '%.120s' has bytes behind its data", entry->name);
	return 0;
}

void
archive_entry_close(struct archive_entry *entry)
{
	if (entry == NULL)
		return;
	zip_fclose(entry->file);
	free(entry);
}

uint8_t *
archive_read(struct archive *archive, size_t i, uint64_t limit, size_t *n,
    struct error *err)
{
	uint64_t bytes = archive->stats[i].size;
	struct archive_entry *entry;
	uint8_t *data;

	if (check_size(archive, i, limit, err) < 0)
		return NULL;
	entry = archive_entry_open(archive, i, err);
	if (entry == NULL)
		return NULL;
	data = memory_new(bytes, 1, err);
	if (data != NULL && (archive_entry_read(entry, data, bytes, err) < 0 ||
				archive_entry_finish(entry, err) < 0)) {
		free(data);
		data = NULL;
	}
	archive_entry_close(entry);
	*n = bytes;
	return data;
}
