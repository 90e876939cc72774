/*
 * Pictures as files: SVG as it was drawn, or PDF and PNG made of it by librsvg,
 * so that the SVG stays the one definition.
 *
 * librsvg is opened when it is needed; what was built where librsvg2-dev is not
 * (print/without.c) writes SVG alone, and says so.
 */
#ifndef PRINT_PRINT_H
#define PRINT_PRINT_H

#include "base/error.h"
#include "base/output.h"
#include "base/text.h"

enum print_form { PRINT_SVG, PRINT_PDF, PRINT_PNG };

/* Their names, NULL-terminated, and what their files look like. */
extern const char *const print_form_words[];
const struct output_kind *print_form_kind(enum print_form form);

/*
 * The form of what order leads to: asked (or -1: nothing was), else that of the
 * name's ending, else SVG.  A regular file has the ending of its form, or none:
 * -1 for another one.
 */
int print_form_choose(const struct output_order *order, int asked,
    enum print_form *form, struct error *err);

/*
 * Writes the picture.  Text of a PDF is text, its fonts are in it, and it bears
 * no date: the same SVG gives the same bytes with the same libraries and fonts.
 * dots: of a PNG per inch, where a pixel of the SVG is a 96th.  Title and
 * description of the SVG go along.  svg is whole; it may be changed.
 */
int print_write(enum print_form form, struct text *svg, double dots,
    struct output *output, struct error *err);

/*
 * The bytes of a PDF, or of a PNG as cairo writes it: print_write's work where
 * librsvg is.  svg has n bytes, title and description are text.
 */
struct print_source {
	const char *svg;
	size_t n;
	const char *title, *description;
};
int print_pdf(
    const struct print_source *source, struct text *out, struct error *err);
int print_png(const struct print_source *source, double dots, struct text *out,
    struct error *err);

#endif
