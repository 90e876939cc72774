#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
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
