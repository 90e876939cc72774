#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"

static int
make_room(struct text *text, size_t n)
{
	struct error lost;

	if (text->failed_ || memory_grow(&text->chars_, &text->room_,
				 text->n_ + n + 1, 1, &lost) < 0)
		text->failed_ = true;
	return text->failed_ ? -1 : 0;
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
		text->failed_ = true;
		return;
	}
	va_start(ap, format);
	if (vsnprintf(text->chars_ + text->n_, (size_t)n + 1, format, ap) == n)
		text->n_ += (size_t)n;
	else
		text->failed_ = true;
	va_end(ap);
}

void
text_add_bytes(struct text *text, const void *bytes, size_t n)
{
	if (n == 0 || make_room(text, n) < 0)
		return;
	memcpy(text->chars_ + text->n_, bytes, n);
	text->n_ += n;
	text->chars_[text->n_] = '\0';
}

void
text_add_text(struct text *text, const struct text *other)
{
	text_add_bytes(text, other->chars_, other->n_);
	text->failed_ |= other->failed_;
}

void
text_insert(struct text *text, size_t at, const struct text *other)
{
	text->failed_ |= other->failed_;
	if (other->n_ == 0 || make_room(text, other->n_) < 0)
		return;
	memmove(
	    text->chars_ + at + other->n_, text->chars_ + at, text->n_ - at);
	memcpy(text->chars_ + at, other->chars_, other->n_);
	text->n_ += other->n_;
	text->chars_[text->n_] = '\0';
}

void
text_fail(struct text *text)
{
	text->failed_ = true;
}

int
text_check(const struct text *text, struct error *err)
{
	return text->failed_ ? error_memory(err, 0) : 0;
}

const char *
text_chars(const struct text *text, struct error *err)
{
	if (text_check(text, err) < 0)
		return NULL;
	return text->chars_ != NULL ? text->chars_ : "";
}

const char *
text_chars_for(struct text *other, const struct text *text)
{
	other->failed_ |= text->failed_;
	return text->failed_ || text->chars_ == NULL ? "" : text->chars_;
}

size_t
text_length(const struct text *text)
{
	return text->n_;
}

bool
text_is_empty(const struct text *text)
{
	return text->n_ == 0 && !text->failed_;
}

void
text_cut(struct text *text, size_t n)
{
	if (n >= text->n_)
		return;
	text->n_ = n;
	text->chars_[n] = '\0';
}

void
text_free(struct text *text)
{
	free(text->chars_);
	*text = (struct text){0};
}

/* Skips leading zeros and counts the digits that follow. */
static size_t
number_digits(const char **p)
{
	*p += strspn(*p, "0");
	return strspn(*p, "0123456789");
}

int
text_compare_natural(const char *a, const char *b)
{
	const char *p = a, *q = b;

	while (*p != '\0' && *q != '\0') {
		size_t n = strspn(p, "0123456789"), m;
		int order;

		if (n > 0 && strspn(q, "0123456789") > 0) {
			n = number_digits(&p);
			m = number_digits(&q);
			order = n != m ? (n > m) - (n < m) : memcmp(p, q, n);
			p += n;
			q += m;
		} else {
			order = (unsigned char)*p++ - (unsigned char)*q++;
		}
		if (order != 0)
			return order;
	}
	if (*p != *q)
		return *p != '\0' ? 1 : -1;
	return strcmp(a, b); /* "01" and "1" differ after all */
}

/* ---- for people, and for XML ---- */

void
text_show(struct text *text, const char *allowed)
{
	if (text->n_ > 0)
		text_cut(
		    text, text_make_shown(text->chars_, text->n_, allowed));
}

void
text_add_shown_bytes(struct text *text, const char *chars, size_t n)
{
	const size_t before = text->n_;

	text_add_bytes(text, chars, n);
	if (text->failed_ || n == 0)
		return;
	text_cut(text, before + text_make_shown(text->chars_ + before, n, ""));
}

void
text_add_shown(struct text *text, const char *chars)
{
	text_add_shown_bytes(text, chars, strlen(chars));
}

/* What stands for a character in XML; NULL: itself. */
static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
	case '\r':
		return " ";
	case '\n':
		return "\n";
	default:
		return NULL;
	}
}

void
text_add_xml(struct text *text, const char *chars)
{
	const size_t n = strlen(chars);
	size_t bytes;

	for (size_t i = 0; i < n; i += bytes) {
		const char *entity = entity_of(chars[i]);

		bytes = character_any(chars + i, n - i);
		if (entity == NULL && character_shown(chars + i, n - i) == 0)
			entity = "\xef\xbf\xbd";
		if (entity != NULL)
			text_add(text, "%s", entity);
		else
			text_add_bytes(text, chars + i, bytes);
	}
}

void
text_short_path(const char *path, char *out, size_t room)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	size_t n = strlen(base);

	if (n > 3 && strcmp(base + n - 3, ".ll") == 0)
		n -= 3;
	n = n < room ? n : room - 1;
	memcpy(out, base, n);
	out[n] = '\0';
}
