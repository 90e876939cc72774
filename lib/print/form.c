#include <string.h>
#include <strings.h>

#include "base/destination.h"
#include "draw/svg.h"
#include "print/print.h"

const char *const print_form_words[] = {
    [PRINT_SVG] = "svg",
    [PRINT_PDF] = "pdf",
    [PRINT_PNG] = "png",
    NULL,
};

static bool
is_pdf(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "%PDF-");
}

static bool
is_png(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "\x89PNG\r\n\x1a\n");
}

static const struct output_kind pdf_kind = {.name = "a PDF", .is = is_pdf};
static const struct output_kind png_kind = {
    .name = "a PNG picture", .is = is_png};

const struct output_kind *
print_form_kind(enum print_form form)
{
	return form == PRINT_PDF   ? &pdf_kind
	       : form == PRINT_PNG ? &png_kind
				   : &svg_kind;
}

/* Behind the last point of the name, or NULL; a name may begin with one. */
static const char *
ending(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *point = strrchr(name, '.');

	return point != NULL && point != name && point[1] != '\0' ? point + 1
								  : NULL;
}

static int
of_name(const char *path, int asked, enum print_form *form, struct error *err)
{
	const char *end = ending(path);
	int found = -1;

	if (end == NULL)
		return 0;
	for (int i = 0; print_form_words[i] != NULL; i++)
		if (strcasecmp(end, print_form_words[i]) == 0)
			found = i;
	if (found < 0)
		return error_set(err,
		    "-o is '%s', a picture's name ends in .svg, .pdf or .png, "
		    "or has no ending",
		    path);
	if (asked >= 0 && asked != found)
		return error_set(err,
		    "-o is '%s', the name of %s, and -t is %s: leave out -t, "
		    "or choose another name",
		    path, print_form_kind((enum print_form)found)->name,
		    print_form_words[asked]);
	*form = (enum print_form)found;
	return 0;
}

int
print_form_choose(const struct output_order *order, int asked,
    enum print_form *form, struct error *err)
{
	struct destination to;
	int status;

	*form = asked >= 0 ? (enum print_form)asked : PRINT_SVG;
	/* what it names was copied: it is open */
	if (order->path == NULL || order->descriptor >= 0)
		return 0;
	status = destination_find(&to, order->path, err);
	if (status == 0 && to.manner == DESTINATION_FILE)
		status = of_name(order->path, asked, form, err);
	destination_free(&to);
	return status;
}
