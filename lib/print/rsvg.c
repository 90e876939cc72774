#include <assert.h>
#include <cairo-pdf.h>
#include <dlfcn.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "print/print.h"

/*
 * What is used of librsvg and of the libraries that it brings.  They take
 * longer to load than an SVG to draw, so that only what needs them opens them;
 * they stay, because GLib cannot be closed.
 */
#define POINTER(name) __typeof__(&(name)) name
struct library {
	POINTER(rsvg_handle_new_from_data);
	POINTER(rsvg_handle_set_dpi);
	POINTER(rsvg_handle_get_intrinsic_size_in_pixels);
	POINTER(rsvg_handle_render_document);
	POINTER(g_object_unref);
	POINTER(g_error_free);
	POINTER(cairo_create);
	POINTER(cairo_destroy);
	POINTER(cairo_status);
	POINTER(cairo_status_to_string);
	POINTER(cairo_pdf_surface_create_for_stream);
	POINTER(cairo_pdf_surface_set_metadata);
	POINTER(cairo_image_surface_create);
	POINTER(cairo_surface_write_to_png_stream);
	POINTER(cairo_surface_finish);
	POINTER(cairo_surface_status);
	POINTER(cairo_surface_destroy);
};

#define ENTRY(name)                                   \
	{                                             \
#name, offsetof(struct library, name) \
	}
static const struct {
	const char *name;
	size_t offset;
} functions[] = {
    ENTRY(rsvg_handle_new_from_data),
    ENTRY(rsvg_handle_set_dpi),
    ENTRY(rsvg_handle_get_intrinsic_size_in_pixels),
    ENTRY(rsvg_handle_render_document),
    ENTRY(g_object_unref),
    ENTRY(g_error_free),
    ENTRY(cairo_create),
    ENTRY(cairo_destroy),
    ENTRY(cairo_status),
    ENTRY(cairo_status_to_string),
    ENTRY(cairo_pdf_surface_create_for_stream),
    ENTRY(cairo_pdf_surface_set_metadata),
    ENTRY(cairo_image_surface_create),
    ENTRY(cairo_surface_write_to_png_stream),
    ENTRY(cairo_surface_finish),
    ENTRY(cairo_surface_status),
    ENTRY(cairo_surface_destroy),
};
enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };
static_assert(sizeof(struct library) == FUNCTIONS * sizeof(void (*)(void)),
    "every function is found");

static int
library_open(struct library *l, struct error *err)
{
	void *handle = dlopen("librsvg-2.so.2", RTLD_NOW | RTLD_LOCAL);
	void *found = handle;

	if (handle == NULL)
		error_set(err,
		    "PDF and PNG need librsvg: install librsvg2-2, or write "
		    "SVG (%.200s)",
		    dlerror());
	for (int i = 0; i < FUNCTIONS && found != NULL; i++) {
		found = dlsym(handle, functions[i].name);
		if (found == NULL)
			error_set(err,
			    "librsvg has no %s, expected version 2.52 or later",
			    functions[i].name);
		/* an object pointer is a function, says POSIX of dlsym */
		memcpy((char *)l + functions[i].offset, &found, sizeof(found));
	}
	return found != NULL ? 0 : -1;
}

/* A picture that librsvg has read; its size is in pixels. */
struct drawing {
	struct library l;
	RsvgHandle *handle;
	double width, height;
};

static int
refuse(const struct library *l, GError *why, struct error *err)
{
	int status = error_set(err, "librsvg cannot draw the SVG: %.200s",
	    why != NULL ? why->message : "it does not say why");

	if (why != NULL)
		l->g_error_free(why);
	return status;
}

static int
drawing_open(
    struct drawing *d, const struct print_source *source, struct error *err)
{
	GError *why = NULL;

	if (library_open(&d->l, err) < 0)
		return -1;
	d->handle = d->l.rsvg_handle_new_from_data(
	    (const guint8 *)source->svg, source->n, &why);
	if (d->handle == NULL)
		return refuse(&d->l, why, err);
	d->l.rsvg_handle_set_dpi(d->handle, 96);
	if (!d->l.rsvg_handle_get_intrinsic_size_in_pixels(
		d->handle, &d->width, &d->height)) {
		d->l.g_object_unref(d->handle);
		return refuse(&d->l, NULL, err);
	}
	return 0;
}

/* Draws all of it onto the surface, which is width x height of its units. */
static int
drawing_render(const struct drawing *d, cairo_surface_t *surface, double width,
    double height, struct error *err)
{
	const RsvgRectangle all = {.width = width, .height = height};
	cairo_t *cairo = d->l.cairo_create(surface);
	GError *why = NULL;
	int status = 0;

	if (!d->l.rsvg_handle_render_document(d->handle, cairo, &all, &why))
		status = refuse(&d->l, why, err);
	else if (d->l.cairo_status(cairo) != CAIRO_STATUS_SUCCESS)
		status = error_set(err, "cairo: %s",
		    d->l.cairo_status_to_string(d->l.cairo_status(cairo)));
	d->l.cairo_destroy(cairo);
	return status;
}

static int
finish(const struct drawing *d, cairo_surface_t *surface, int status,
    struct error *err)
{
	cairo_status_t is;

	d->l.cairo_surface_finish(surface);
	is = d->l.cairo_surface_status(surface);
	if (status == 0 && is != CAIRO_STATUS_SUCCESS)
		status = error_set(
		    err, "cairo: %s", d->l.cairo_status_to_string(is));
	d->l.cairo_surface_destroy(surface);
	d->l.g_object_unref(d->handle);
	return status;
}

/* A failure is text_check's. */
static cairo_status_t
collect(void *out, const unsigned char *bytes, unsigned int n)
{
	text_add_bytes(out, bytes, n);
	return CAIRO_STATUS_SUCCESS;
}

int
print_pdf(
    const struct print_source *source, struct text *out, struct error *err)
{
	/* a pixel is a 96th of an inch, a point of PDF a 72nd */
	const double point = 72.0 / 96;
	struct drawing d;
	cairo_surface_t *pdf;
	int status;

	if (drawing_open(&d, source, err) < 0)
		return -1;
	pdf = d.l.cairo_pdf_surface_create_for_stream(
	    collect, out, point * d.width, point * d.height);
	d.l.cairo_pdf_surface_set_metadata(
	    pdf, CAIRO_PDF_METADATA_TITLE, source->title);
	d.l.cairo_pdf_surface_set_metadata(
	    pdf, CAIRO_PDF_METADATA_SUBJECT, source->description);
	d.l.cairo_pdf_surface_set_metadata(
	    pdf, CAIRO_PDF_METADATA_CREATOR, "losspipe " LOSSPIPE_VERSION);
	/* what is no date takes away the one that it would write */
	d.l.cairo_pdf_surface_set_metadata(
	    pdf, CAIRO_PDF_METADATA_CREATE_DATE, "");
	status =
	    drawing_render(&d, pdf, point * d.width, point * d.height, err);
	return finish(&d, pdf, status, err);
}

int
print_png(const struct print_source *source, double dots, struct text *out,
    struct error *err)
{
	enum { MOST = 20000 };
	struct drawing d;
	cairo_surface_t *image;
	double width, height;
	int status = -1;

	if (drawing_open(&d, source, err) < 0)
		return -1;
	/* whole dots: of the last row a part is cut off, not left clear */
	width = fmax(1, round(d.width * dots / 96));
	height = width * d.height / d.width;
	if (width > MOST || height > MOST) {
		d.l.g_object_unref(d.handle);
		return error_set(err,
		    "a PNG of %.0f x %.0f dots, expected at most %d: --dpi "
		    "and the size say how many",
		    width, height, MOST);
	}
	image = d.l.cairo_image_surface_create(
	    CAIRO_FORMAT_ARGB32, (int)width, (int)fmax(1, height));
	if (d.l.cairo_surface_status(image) == CAIRO_STATUS_SUCCESS)
		status = drawing_render(&d, image, width, height, err);
	else
		status = error_memory(err, (size_t)(4 * width * height));
	if (status == 0 && d.l.cairo_surface_write_to_png_stream(
			       image, collect, out) != CAIRO_STATUS_SUCCESS)
		status = error_memory(err, 0);
	return finish(&d, image, status, err);
}
