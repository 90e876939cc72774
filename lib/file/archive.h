/*
 * Zip archives (npz, PyTorch), through libzip, from bytes in memory.
 *
 * The central directory counts, local headers do not (PyTorch leaves sizes and
 * CRC out of them).  Nothing is trusted: an entry that would unpack to more
 * than 64 times the archive and 16 MiB is refused as a bomb (real arrays shrink
 * by less), callers may bound it further, and an entry counts as read only when
 * its CRC was checked - unless the content says that there are none.
 */
#ifndef FILE_ARCHIVE_H
#define FILE_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/content.h"

struct archive;       /* an open archive */
struct archive_entry; /* an entry being read */

/*
 * Opens the archive in content (borrowed until archive_close).  Refuses more
 * than 2^20 entries and archives whose directory does not fit the file.
 */
struct archive *archive_open(const struct content *content, struct error *err);
void archive_close(struct archive *archive);

/* The number of entries; the name of one (borrowed); its index, or -1. */
size_t archive_count(const struct archive *archive);
const char *archive_name(const struct archive *archive, size_t i);
int64_t archive_find(const struct archive *archive, const char *name);

/* Bytes of entry i when unpacked, as the directory says. */
uint64_t archive_entry_bytes(const struct archive *archive, size_t i);

/*
 * Reads an entry piece by piece: exactly n bytes, or an error that names the
 * entry.  archive_entry_finish wants to be at the end, so that the CRC is
 * checked (libzip does that only on the read that finds the end); data is good
 * only after it returned 0.  archive_entry_close releases the entry in any case
 * (NULL is fine).
 */
struct archive_entry *archive_entry_open(
    struct archive *archive, size_t i, struct error *err);
int archive_entry_read(
    struct archive_entry *entry, void *bytes, size_t n, struct error *err);
int archive_entry_finish(struct archive_entry *entry, struct error *err);
void archive_entry_close(struct archive_entry *entry);

/*
 * The whole of entry i in new memory (free() it), *n its size; refused when it
 * unpacks to more than limit bytes.
 */
uint8_t *archive_read(struct archive *archive, size_t i, uint64_t limit,
    size_t *n, struct error *err);

#endif
