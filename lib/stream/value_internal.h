/* Inside lib/stream: a struct value is a msgpack_object. */
#ifndef STREAM_VALUE_INTERNAL_H
#define STREAM_VALUE_INTERNAL_H

#include <msgpack.h>

#include "stream/value.h"

static inline const msgpack_object *
value_object(const struct value *value)
{
	return (const msgpack_object *)(const void *)value;
}

static inline const struct value *
value_of_object(const msgpack_object *object)
{
	return (const struct value *)(const void *)object;
}

#endif
