#include "print/print.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

/* ---- what the SVG says of itself ---- */

/* Appends the content of the first element of this name, as plain text. */
static void
add_element(struct text *out, const char *svg, const char *name)
{
	static const struct {
		const char *entity;
		char is;
	} entities[] = {
	    {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}};
	const size_t n = strlen(name);
	const char *at = svg;

	while ((at = strchr(at, '<')) != NULL) {
		if (strncmp(++at, name, n) == 0 && at[n] == '>')
			break;
	}
	if (at == NULL)
		return;
	for (at += n + 1; *at != '\0' && *at != '<';) {
		char is = *at;
		size_t step = 1;

		for (size_t i = 0; i < 4; i++)
			if (strncmp(at, entities[i].entity,
				strlen(entities[i].entity)) == 0) {
				is = entities[i].is;
				step = strlen(entities[i].entity);
			}
		text_add_bytes(out, &is, 1);
		at += step;
	}
}

/* ---- PNG: what cairo leaves out ---- */

static void
add_number(struct text *out, uint32_t v)
{
	const unsigned char bytes[4] = {(unsigned char)(v >> 24),
	    (unsigned char)(v >> 16), (unsigned char)(v >> 8),
	    (unsigned char)v};

	text_add_bytes(out, bytes, 4);
}

static void
add_chunk(struct text *out, const char *type, const struct text *data)
{
	struct text body = {0};
	const char *chars;

	text_add(&body, "%s", type);
	text_add_text(&body, data);
	chars = text_chars_for(out, &body);
	add_number(out, (uint32_t)text_length(data));
	text_add_bytes(out, chars, text_length(&body));
	add_number(out, (uint32_t)crc32(0, (const unsigned char *)chars,
			    (unsigned int)text_length(&body)));
	text_free(&body);
}

/* An iTXt chunk: a key, then UTF-8 that is not compressed. */
static void
add_words(struct text *out, const char *key, const char *words)
{
	struct text data = {0};

	text_add_bytes(&data, key, strlen(key) + 1);
	text_add_bytes(&data, "\0\0\0", 4);
	text_add(&data, "%s", words);
	add_chunk(out, "iTXt", &data);
	text_free(&data);
}

/* How large it is on paper, and its texts, behind the signature and IHDR. */
static void
add_size_and_words(
    struct text *png, const struct print_source *source, double dots)
{
	enum { HEAD = 33 };
	struct text chunks = {0}, size = {0};
	const uint32_t a_metre = (uint32_t)lround(dots / 0.0254);

	add_number(&size, a_metre);
	add_number(&size, a_metre);
	text_add_bytes(&size, "\1", 1);
	add_chunk(&chunks, "pHYs", &size);
	add_words(&chunks, "Title", source->title);
	add_words(&chunks, "Description", source->description);
	text_insert(png, HEAD, &chunks);
	text_free(&size);
	text_free(&chunks);
}

static int
make(enum print_form form, const struct print_source *source, double dots,
    struct text *out, struct error *err)
{
	if (form == PRINT_PDF)
		return print_pdf(source, out, err);
	if (print_png(source, dots, out, err) < 0)
		return -1;
	add_size_and_words(out, source, dots);
	return 0;
}

int
print_write(enum print_form form, struct text *svg, double dots,
    struct output *output, struct error *err)
{
	struct text title = {0}, description = {0}, out = {0};
	struct print_source source = {.n = text_length(svg)};
	const char *bytes = NULL;
	int status = -1;

	if (form == PRINT_SVG)
		return output_text(output, svg, 0, err);
	source.svg = text_chars(svg, err);
	if (source.svg == NULL)
		return -1;
	add_element(&title, source.svg, "title");
	add_element(&description, source.svg, "desc");
	source.title = text_chars(&title, err);
	source.description = text_chars(&description, err);
	if (source.title != NULL && source.description != NULL)
		status = make(form, &source, dots, &out, err);
	if (status == 0)
		bytes = text_chars(&out, err);
	status = bytes == NULL
		     ? -1
		     : output_write(output, bytes, text_length(&out), err);
	text_free(&title);
	text_free(&description);
	text_free(&out);
	return status;
}
