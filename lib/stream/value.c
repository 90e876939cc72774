#include "stream/value.h"

#include <string.h>

#include "stream/value_internal.h"

enum value_type
value_type(const struct value *value)
{
	switch (value_object(value)->type) {
	case MSGPACK_OBJECT_NIL:
		return VALUE_TYPE_NIL;
	case MSGPACK_OBJECT_BOOLEAN:
		return VALUE_TYPE_BOOL;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return VALUE_TYPE_INT;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return VALUE_TYPE_REAL;
	case MSGPACK_OBJECT_STR:
		return VALUE_TYPE_TEXT;
	case MSGPACK_OBJECT_BIN:
		return VALUE_TYPE_BYTES;
	case MSGPACK_OBJECT_ARRAY:
		return VALUE_TYPE_ARRAY;
	case MSGPACK_OBJECT_MAP:
		return VALUE_TYPE_MAP;
	case MSGPACK_OBJECT_EXT:
		break;
	}
	return VALUE_TYPE_EXTENSION;
}

size_t
value_count(const struct value *value)
{
	const msgpack_object *o = value_object(value);

	if (o == NULL)
		return 0;
	if (o->type == MSGPACK_OBJECT_ARRAY)
		return o->via.array.size;
	return o->type == MSGPACK_OBJECT_MAP ? o->via.map.size : 0;
}

const struct value *
value_at(const struct value *array, size_t i)
{
	const msgpack_object *o = value_object(array);

	if (o == NULL || o->type != MSGPACK_OBJECT_ARRAY ||
	    i >= o->via.array.size)
		return NULL;
	return value_of_object(&o->via.array.ptr[i]);
}

static const msgpack_object_kv *
map_entry(const struct value *map, size_t i)
{
	const msgpack_object *o = value_object(map);

	if (o == NULL || o->type != MSGPACK_OBJECT_MAP || i >= o->via.map.size)
		return NULL;
	return &o->via.map.ptr[i];
}

const struct value *
value_key(const struct value *map, size_t i)
{
	const msgpack_object_kv *kv = map_entry(map, i);

	return kv != NULL ? value_of_object(&kv->key) : NULL;
}

const struct value *
value_item(const struct value *map, size_t i)
{
	const msgpack_object_kv *kv = map_entry(map, i);

	return kv != NULL ? value_of_object(&kv->val) : NULL;
}

const struct value *
value_get(const struct value *map, const char *key)
{
	const msgpack_object_kv *kv;

	for (size_t i = 0; (kv = map_entry(map, i)) != NULL; i++)
		if (value_is(value_of_object(&kv->key), key))
			return value_of_object(&kv->val);
	return NULL;
}

bool
value_bool(const struct value *value, bool *out)
{
	const msgpack_object *o = value_object(value);

	if (o == NULL || o->type != MSGPACK_OBJECT_BOOLEAN)
		return false;
	*out = o->via.boolean;
	return true;
}

bool
value_int(const struct value *value, int64_t *out)
{
	const msgpack_object *o = value_object(value);

	if (o == NULL)
		return false;
	if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
		*out = o->via.i64;
	else if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER &&
		 o->via.u64 <= INT64_MAX)
		*out = (int64_t)o->via.u64;
	else
		return false;
	return true;
}

bool
value_real(const struct value *value, double *out)
{
	const msgpack_object *o = value_object(value);

	if (o == NULL)
		return false;
	if (o->type == MSGPACK_OBJECT_FLOAT64 ||
	    o->type == MSGPACK_OBJECT_FLOAT32)
		*out = o->via.f64;
	else if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		*out = (double)o->via.u64;
	else if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
		*out = (double)o->via.i64;
	else
		return false;
	return true;
}

bool
value_chars(const struct value *value, const char **chars, size_t *n)
{
	const msgpack_object *o = value_object(value);

	if (o == NULL || o->type != MSGPACK_OBJECT_STR)
		return false;
	*chars = o->via.str.ptr;
	*n = o->via.str.size;
	return true;
}

bool
value_bytes(const struct value *value, const void **bytes, size_t *n)
{
	const msgpack_object *o = value_object(value);

	if (o == NULL || o->type != MSGPACK_OBJECT_BIN)
		return false;
	*bytes = o->via.bin.ptr;
	*n = o->via.bin.size;
	return true;
}

bool
value_is(const struct value *value, const char *text)
{
	const char *chars;
	size_t n;

	return value_chars(value, &chars, &n) && n == strlen(text) &&
	       memcmp(chars, text, n) == 0;
}
