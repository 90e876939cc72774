#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/character.h"
#include "base/plural.h"

static void
make_printable(char *text)
{
	text[text_make_shown(text, strlen(text), "")] = '\0';
}

int
error_set(struct error *err, const char *format, ...)
{
	int saved = errno;
	size_t n = strlen(format);
	va_list ap;

	if (err == NULL)
		return -1;
	va_start(ap, format);
	vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	if (n > 0 && format[n - 1] == ':') {
		size_t used = strlen(err->text);

		snprintf(err->text + used, sizeof(err->text) - used, " %s",
		    strerror(saved));
	}
	make_printable(err->text);
	err->memory = false;
	return -1;
}

int
error_foreign(struct error *err, const char *format, ...)
{
	char text[sizeof(err->text)];
	va_list ap;

	if (errno == ENOMEM)
		return error_memory(err, 0);
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return error_set(err, "%s", text);
}

int
error_memory(struct error *err, size_t bytes)
{
	if (bytes > 0)
		error_set(err, "out of memory: %zu byte%s wanted", bytes,
		    plural_s((int64_t)bytes));
	else
		error_set(err, "out of memory");
	if (err != NULL)
		err->memory = true;
	return -1;
}

int
error_prefix(struct error *err, const char *format, ...)
{
	char old[sizeof(err->text)];
	size_t used;
	va_list ap;

	if (err == NULL)
		return -1;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, format);
	vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", old);
	make_printable(err->text);
	return -1;
}
