#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static int
make_room(struct text *text, size_t n)
{
	if (text->failed || memory_grow(&text->chars, &text->room,
				text->n + n + 1, 1, NULL) < 0)
		text->failed = 1;
	return text->failed ? -1 : 0;
}

void
text_add(struct text *text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0 || make_room(text, (size_t)n) < 0) {
		text->failed = 1;
		return;
	}
	va_start(ap, format);
	vsnprintf(text->chars + text->n, (size_t)n + 1, format, ap);
	va_end(ap);
	text->n += (size_t)n;
}

void
text_add_bytes(struct text *text, const void *bytes, size_t n)
{
	if (n == 0 || make_room(text, n) < 0)
		return;
	memcpy(text->chars + text->n, bytes, n);
	text->n += n;
	text->chars[text->n] = '\0';
}

int
text_check(const struct text *text, struct error *err)
{
	return text->failed ? error_set(err, "out of memory for a text") : 0;
}

void
text_free(struct text *text)
{
	free(text->chars);
	*text = (struct text){0};
}
