#include "stream/record.h"

#include <string.h>

bool
record_is(const struct record *record, const char *kind)
{
	return strcmp(record->kind, kind) == 0;
}

int
begin_history(
    const struct value *begin, const struct value **history, struct error *err)
{
	*history = value_get(begin, "history");
	if (*history == NULL)
		return 0;
	*history = field_array(begin, "history", HEADER_VALUES_MAX, err);
	return *history != NULL ? 0 : error_prefix(err, "begin");
}
