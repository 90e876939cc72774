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

static const msgpack_object_array *
array_of(const struct value *value)
{
	const msgpack_object *o = value_object(value);

	return o != NULL && o->type == MSGPACK_OBJECT_ARRAY ? &o->via.array
							    : NULL;
}

static const msgpack_object_map *
map_of(const struct value *value)
{
	const msgpack_object *o = value_object(value);

	return o != NULL && o->type == MSGPACK_OBJECT_MAP ? &o->via.map : NULL;
}

size_t
array_count(const struct value *array)
{
	const msgpack_object_array *a = array_of(array);

	return a != NULL ? a->size : 0;
}

const struct value *
array_at(const struct value *array, size_t i)
{
	return i < array_count(array)
		   ? value_of_object(&array_of(array)->ptr[i])
		   : NULL;
}

size_t
map_count(const struct value *map)
{
	const msgpack_object_map *m = map_of(map);

	return m != NULL ? m->size : 0;
}

const struct value *
map_key(const struct value *map, size_t i)
{
	return i < map_count(map) ? value_of_object(&map_of(map)->ptr[i].key)
				  : NULL;
}

const struct value *
map_item(const struct value *map, size_t i)
{
	return i < map_count(map) ? value_of_object(&map_of(map)->ptr[i].val)
				  : NULL;
}

const struct value *
value_get(const struct value *map, const char *key)
{
	for (size_t i = 0; i < map_count(map); i++)
		if (value_is(map_key(map, i), key))
			return map_item(map, i);
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
value_is(const struct value *value, const char *text)
{
	const char *chars;
	size_t n;

	return value_chars(value, &chars, &n) && n == strlen(text) &&
	       memcmp(chars, text, n) == 0;
}

bool
value_text(const struct value *value, char *out, size_t room)
{
	const char *chars;
	size_t n;
	bool fits = value_chars(value, &chars, &n) && n < room &&
		    memchr(chars, '\0', n) == NULL;

	if (fits)
		memcpy(out, chars, n);
	out[fits ? n : 0] = '\0';
	return fits;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	return msgpack_object_equal(*value_object(a), *value_object(b));
}
