#include "stream/pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "stream/value_internal.h"

/* msgpack-c's packer wants a callback; a text keeps the first failure itself.
 */
static int
append(void *data, const char *bytes, size_t n)
{
	text_add_bytes(data, bytes, n);
	return 0;
}

static msgpack_packer
packer_on(struct pack *pack)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, &pack->bytes_, append);
	return pk;
}

void
pack_open(struct pack *pack)
{
	if (pack->depth_ == PACK_DEPTH_MAX) {
		text_fail(&pack->bytes_);
		return;
	}
	pack->level_[pack->depth_++] =
	    (struct pack_level){text_length(&pack->bytes_), 0};
}

void
pack_key(struct pack *pack, const char *key)
{
	if (pack->depth_ > 0)
		pack->level_[pack->depth_ - 1].keys++;
	pack_text(pack, key);
}

void
pack_close(struct pack *pack)
{
	const struct pack_level *level;
	struct pack head = {0};
	msgpack_packer pk = packer_on(&head);

	if (pack->depth_ == 0) {
		text_fail(&pack->bytes_);
		return;
	}
	level = &pack->level_[--pack->depth_];
	msgpack_pack_map(&pk, level->keys);
	text_insert(&pack->bytes_, level->at, &head.bytes_);
	pack_free(&head);
}

void
pack_array(struct pack *pack, size_t n)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_array(&pk, n);
}

void
pack_nil(struct pack *pack)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_nil(&pk);
}

void
pack_int(struct pack *pack, int64_t v)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_int64(&pk, v);
}

void
pack_real(struct pack *pack, double v)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_double(&pk, v);
}

void
pack_text(struct pack *pack, const char *text)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_str_with_body(&pk, text, strlen(text));
}

void
pack_bytes(struct pack *pack, const void *bytes, size_t n)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_bin_with_body(&pk, bytes, n);
}

void
pack_value(struct pack *pack, const struct value *value)
{
	msgpack_packer pk = packer_on(pack);

	msgpack_pack_object(&pk, *value_object(value));
}

void
pack_pack(struct pack *pack, const struct pack *inner)
{
	text_add_text(&pack->bytes_, &inner->bytes_);
}

void
pack_key_bool(struct pack *pack, const char *key, int v)
{
	msgpack_packer pk = packer_on(pack);

	pack_key(pack, key);
	if (v)
		msgpack_pack_true(&pk);
	else
		msgpack_pack_false(&pk);
}

void
pack_key_int(struct pack *pack, const char *key, int64_t v)
{
	pack_key(pack, key);
	pack_int(pack, v);
}

void
pack_key_real(struct pack *pack, const char *key, double v)
{
	pack_key(pack, key);
	pack_real(pack, v);
}

void
pack_key_text(struct pack *pack, const char *key, const char *text)
{
	pack_key(pack, key);
	pack_text(pack, text);
}

void
pack_key_pack(struct pack *pack, const char *key, const struct pack *inner)
{
	pack_key(pack, key);
	pack_pack(pack, inner);
}

void
pack_key_reals(struct pack *pack, const char *key, const double *v, size_t n)
{
	pack_key(pack, key);
	pack_array(pack, n);
	for (size_t i = 0; i < n; i++)
		pack_real(pack, v[i]);
}

void
pack_key_ints(struct pack *pack, const char *key, const int64_t *v, size_t n)
{
	pack_key(pack, key);
	pack_array(pack, n);
	for (size_t i = 0; i < n; i++)
		pack_int(pack, v[i]);
}

static const struct value *
same_key(const struct value *map, const struct value *key)
{
	for (size_t i = 0; i < map_count(map); i++)
		if (value_equal(map_key(map, i), key))
			return map_item(map, i);
	return NULL;
}

void
pack_merge(
    struct pack *pack, const struct value *base, const struct value *over)
{
	msgpack_packer pk = packer_on(pack);
	size_t n = map_count(base);

	for (size_t i = 0; i < map_count(over); i++)
		n += same_key(base, map_key(over, i)) == NULL;
	msgpack_pack_map(&pk, n);
	for (size_t i = 0; i < map_count(base); i++) {
		const struct value *key = map_key(base, i);
		const struct value *item = same_key(over, key);

		pack_value(pack, key);
		pack_value(pack, item != NULL ? item : map_item(base, i));
	}
	for (size_t i = 0; i < map_count(over); i++)
		if (same_key(base, map_key(over, i)) == NULL) {
			pack_value(pack, map_key(over, i));
			pack_value(pack, map_item(over, i));
		}
}

int
pack_check(const struct pack *pack, struct error *err)
{
	if (pack->depth_ > 0)
		return error_set(err, "a map of a header was left open");
	return text_check(&pack->bytes_, err);
}

bool
pack_is_empty(const struct pack *pack)
{
	return text_is_empty(&pack->bytes_);
}

const void *
pack_encoded(const struct pack *pack, size_t *n, struct error *err)
{
	if (pack_check(pack, err) < 0)
		return NULL;
	*n = text_length(&pack->bytes_);
	return text_chars(&pack->bytes_, err);
}

void
pack_free(struct pack *pack)
{
	text_free(&pack->bytes_);
	pack->depth_ = 0;
}

struct decoded {
	msgpack_zone zone;
	msgpack_object object;
	char *bytes;
};

struct decoded *
decoded_new(const void *bytes, size_t n, struct error *err)
{
	struct decoded *d = memory_new(1, sizeof(*d), err);
	size_t used = 0;

	if (d == NULL)
		return NULL;
	d->bytes = memory_text_n(bytes, n, err);
	if (d->bytes == NULL || !msgpack_zone_init(&d->zone, 1024)) {
		error_memory(err, n);
		free(d->bytes);
		free(d);
		return NULL;
	}
	/* what this suite packed or a scan has bounded is msgpack */
	if (msgpack_unpack(d->bytes, n, &used, &d->zone, &d->object) !=
	    MSGPACK_UNPACK_SUCCESS) {
		error_memory(err, 0);
		decoded_free(d);
		return NULL;
	}
	if (used != n) {
		error_set(err,
		    "a header of %zu byte%s is not one msgpack value", n,
		    plural_s((int64_t)n));
		decoded_free(d);
		return NULL;
	}
	return d;
}

struct decoded *
pack_decode(const struct pack *pack, struct error *err)
{
	size_t n;
	const void *bytes = pack_encoded(pack, &n, err);

	if (bytes == NULL)
		return NULL;
	return n > 0 ? decoded_new(bytes, n, err)
		     : decoded_new(&(const uint8_t){0xc0}, 1, err);
}

const struct value *
decoded_value(const struct decoded *decoded)
{
	return value_of_object(&decoded->object);
}

void
decoded_free(struct decoded *decoded)
{
	if (decoded == NULL)
		return;
	msgpack_zone_destroy(&decoded->zone);
	free(decoded->bytes);
	free(decoded);
}
