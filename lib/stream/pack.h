/*
 * Packing of a record's header.  A pack grows in memory; like text, the first
 * failure is kept and pack_check reports it, so a header reads as a list.
 */
#ifndef STREAM_PACK_H
#define STREAM_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "stream/value.h"

enum { PACK_DEPTH_MAX = 8 };

/*
 * Encoded msgpack; start as (struct pack){0}, release with pack_free.  The
 * fields are this folder's alone: what was packed leaves it as a record
 * (writer_record), as part of another pack, or by the functions below that can
 * fail.
 */
struct pack {
	struct text bytes_;
	int depth_;
	struct pack_level {
		size_t at, keys; /* where its map begins; keys so far */
	} level_[PACK_DEPTH_MAX];
};

/*
 * A map, from pack_open to pack_close, which writes how many keys have come:
 * each is given to pack_key, and its value packed behind it.  Before a map that
 * is open is closed, nothing leaves the pack.
 */
void pack_open(struct pack *pack);
void pack_key(struct pack *pack, const char *key);
void pack_close(struct pack *pack);

void pack_array(struct pack *pack, size_t n); /* n values follow */
void pack_nil(struct pack *pack);
void pack_int(struct pack *pack, int64_t v);
void pack_real(struct pack *pack, double v); /* always a float64 */
void pack_text(struct pack *pack, const char *text);
void pack_bytes(struct pack *pack, const void *bytes, size_t n);
void pack_value(struct pack *pack, const struct value *value);
void pack_pack(struct pack *pack, const struct pack *inner);

/* A key and its value. */
void pack_key_bool(struct pack *pack, const char *key, int v);
void pack_key_int(struct pack *pack, const char *key, int64_t v);
void pack_key_real(struct pack *pack, const char *key, double v);
void pack_key_text(struct pack *pack, const char *key, const char *text);
void pack_key_pack(
    struct pack *pack, const char *key, const struct pack *inner);
void pack_key_reals(
    struct pack *pack, const char *key, const double *v, size_t n);
void pack_key_ints(
    struct pack *pack, const char *key, const int64_t *v, size_t n);

/*
 * The map base with the entries of the map over: an entry of base whose key is
 * also in over takes over's value in base's place, the rest of over follows.
 * This is how a filter rewrites a record it knows without losing keys that it
 * does not know.
 */
void pack_merge(
    struct pack *pack, const struct value *base, const struct value *over);

/* 0, or -1 when anything could not be packed for want of memory. */
int pack_check(const struct pack *pack, struct error *err)
    __attribute__((warn_unused_result));

/* Was nothing packed?  What could not be is something. */
bool pack_is_empty(const struct pack *pack);

/* The encoded bytes, borrowed until the pack changes; NULL as pack_check. */
const void *pack_encoded(const struct pack *pack, size_t *n, struct error *err)
    __attribute__((warn_unused_result));

void pack_free(struct pack *pack);

/*
 * Decodes one value from n bytes that this suite packed or a scan has bounded.
 * The result owns a copy of everything; NULL with an error when the bytes are
 * not exactly one value.
 */
struct decoded;
struct decoded *decoded_new(const void *bytes, size_t n, struct error *err);

/*
 * What was packed, decoded: nil when that is nothing, so that NULL always is a
 * failure.
 */
struct decoded *pack_decode(const struct pack *pack, struct error *err);

const struct value *decoded_value(const struct decoded *decoded);
void decoded_free(struct decoded *decoded);

#endif
