#include <stdio.h>
#include <string.h>

#include "file/pickle.h"

static bool
same_text(const struct pickle_value *value, const char *text)
{
	return value->text.n == strlen(text) &&
	       memcmp(value->text.chars, text, value->text.n) == 0;
}

bool
pickle_is_text(const struct pickle_value *value, const char *text)
{
	return value != NULL && value->kind == PICKLE_TEXT &&
	       same_text(value, text);
}

bool
pickle_is_global(const struct pickle_value *value, const char *name)
{
	return value != NULL && value->kind == PICKLE_GLOBAL &&
	       same_text(value, name);
}

bool
pickle_is_call(const struct pickle_value *value, const char *name)
{
	return value != NULL && value->kind == PICKLE_CALL &&
	       pickle_is_global(value->call.callable, name);
}

/* Python 2's str, which comes as bytes when Python 3 writes it again, too. */
static bool
is_key(const struct pickle_value *value, const char *text)
{
	return (value->kind == PICKLE_TEXT || value->kind == PICKLE_BYTES) &&
	       same_text(value, text);
}

const struct pickle_value *
pickle_get(const struct pickle_value *dict, const char *key)
{
	if (dict == NULL || dict->kind != PICKLE_DICT)
		return NULL;
	for (size_t i = dict->items.n; i > 0; i -= 2)
		if (is_key(dict->items.at[i - 2], key))
			return dict->items.at[i - 1];
	return NULL;
}

const struct pickle_value *
pickle_item(const struct pickle_value *value, size_t i)
{
	if (value == NULL ||
	    (value->kind != PICKLE_TUPLE && value->kind != PICKLE_LIST) ||
	    i >= value->items.n)
		return NULL;
	return value->items.at[i];
}

const char *
pickle_describe(const struct pickle_value *value, char text[80])
{
	static const char *const words[] = {"None", "a truth value",
	    "an integer", "an integer", "a real", "a text", "bytes", "a tuple",
	    "a list", "a set", "a dict", "a global", "an object",
	    "a persistent object"};
	const struct pickle_value *global = value;

	if (value->kind == PICKLE_CALL)
		global = value->call.callable;
	if (global->kind == PICKLE_GLOBAL)
		snprintf(text, 80, "%.*s",
		    global->text.n < 79 ? (int)global->text.n : 79,
		    global->text.chars);
	else
		snprintf(text, 80, "%s", words[value->kind]);
	return text;
}
