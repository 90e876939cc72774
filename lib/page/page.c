#include "page/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/character.h"
#include "base/digest.h"
#include "base/plural.h"
#include "convert/numbers.h"
#include "draw/bar.h"
#include "draw/caption.h"
#include "draw/curves.h"
#include "draw/unsure.h"
#include "page/page_internal.h"
#include "page/viewer.h"

/* ---- what is shown ---- */

static int
check_size(const struct points_list *list, struct error *err)
{
	int64_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->item[i].n;
	if (n > PAGE_POINTS_MAX)
		return error_set(err,
		    "%" PRId64 " point%s, a page holds at most %d: take fewer "
		    "runs, or a coarser grid",
		    n, plural_s(n), PAGE_POINTS_MAX);
	return 0;
}

/* Does the field vary, so that there is something to see? */
static bool
is_worth_it(const struct page_field *field)
{
	const struct landscape *l = &field->landscape;
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < l->n; i++) {
		size_t n = l->axes == 2 ? (size_t)l->surfaces[i].nx *
					      (size_t)l->surfaces[i].ny
					: l->curves[i].n;
		const double *z =
		    l->axes == 2 ? l->surfaces[i].z : l->curves[i].left;

		for (size_t k = 0; k < n; k++)
			if (isfinite(z[k])) {
				lo = fmin(lo, z[k]);
				hi = fmax(hi, z[k]);
			}
	}
	return lo < hi;
}

/* Is there more, or less, than the points of the grids? */
static bool
needs_refining(const struct points_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].present != grid_points(&list->item[i].grid))
			return true;
	return false;
}

static int
refine(struct page_field *f, const struct points_list *list, struct error *err)
{
	const struct landscape_manner manner = {.log = f->log};

	if (!needs_refining(list))
		return 0;
	if (landscape_make(&f->drawn, list, f->name, err) < 0)
		return -1;
	return landscape_refine(&f->drawn, &manner, err);
}

/*
 * A field that points have.  asked for: one that cannot be shown is an error;
 * else it is left out when there is nothing to see.
 */
static int
add_field(struct page *page, const char *name, bool asked, struct error *err)
{
	struct page_field *f = &page->field[page->n_fields];
	struct plot plot;

	snprintf(f->name, sizeof(f->name), "%s", name);
	page->n_fields++; /* now page_make frees it */
	if (landscape_make(&f->landscape, page->list, name, err) < 0)
		return -1;
	page->axes = f->landscape.axes;
	page->n_sheets = f->landscape.n;
	if (!asked && !is_worth_it(f)) {
		landscape_free(&f->landscape);
		*f = (struct page_field){0};
		page->n_fields--;
		return 0;
	}
	f->log = page->axes == 2 && strcmp(name, "loss") == 0 &&
		 !f->landscape.negative && f->landscape.highest > 0;
	if (refine(f, page->list, err) < 0)
		return -1;
	if (page->axes == 1)
		return page_curve_plot(f, false, &plot, err);
	return scale_make(page_drawn(f)->surfaces, f->landscape.n, f->log, 1,
	    NULL, NAN, &f->scale, err);
}

static int
add_asked_fields(struct page *page, struct error *err)
{
	const char *from = page->wish->fields;
	char name[64];

	for (;;) {
		size_t n = strcspn(from, ",");

		if (n == 0 || n >= sizeof(name))
			return error_set(err,
			    "--field is '%.60s', expected names with commas "
			    "between",
			    page->wish->fields);
		if (page->n_fields == PAGE_FIELDS_MAX)
			return error_set(err,
			    "--field has more than %d names, expected at most "
			    "%d",
			    PAGE_FIELDS_MAX, PAGE_FIELDS_MAX);
		snprintf(name, sizeof(name), "%.*s", (int)n, from);
		for (size_t f = 0; f < page->n_fields; f++)
			if (strcmp(page->field[f].name, name) == 0)
				return error_set(
				    err, "--field has '%s' twice", name);
		if (add_field(page, name, true, err) < 0)
			return -1;
		if (from[n] == '\0')
			return 0;
		from += n + 1;
	}
}

static int
add_fields(struct page *page, struct error *err)
{
	static const char *const more[] = {
	    "acc", "se", "min_eig", "max_eig", "ratio", NULL};
	struct fields there = {0};
	int status;

	if (page->wish->fields != NULL)
		return add_asked_fields(page, err);
	status = add_field(page, "loss", true, err);
	if (status == 0)
		status = fields_of_points(&there, page->list, err);
	for (int i = 0; status == 0 && more[i] != NULL; i++)
		for (size_t k = 0; k < there.n; k++)
			if (status == 0 && strcmp(there.name[k], more[i]) == 0)
				status = add_field(page, more[i], false, err);
	fields_free(&there);
	return status;
}

/* ---- the document ---- */

/* What the page is of, for its title. */
static void
title(const struct page *page, struct text *out)
{
	char label[600];

	if (page->wish->title != NULL) {
		text_add_xml(out, page->wish->title);
		return;
	}
	text_add(out, "Loss landscape%s", page->n_sheets > 1 ? "s" : "");
	if (page->n_sheets > 1 || page_own_label(page, 0) == NULL)
		return;
	page_label(page, 0, label, sizeof(label));
	text_add(out, ": ");
	text_add_xml(out, label);
}

static bool
is_page(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "<!DOCTYPE html>") &&
	       output_has(head, n, "content=\"landpage (losspipe) ");
}

const struct output_kind page_kind = {
    .name = "a page of landpage", .is = is_page};

/* A source of the policy: the digest of an element's text. */
static void
add_source(struct text *out, const char *chars)
{
	struct base64 b = {.out = out};
	struct digest digest;
	uint8_t bytes[DIGEST_BYTES];

	digest_start(&digest);
	digest_add(&digest, chars, strlen(chars));
	digest_finish(&digest, bytes);
	text_add(out, "'sha256-");
	base64_add(&b, bytes, sizeof(bytes));
	base64_end(&b);
	text_add(out, "'");
}

/*
 * The policy lets nothing be loaded from anywhere, runs the viewer alone, and
 * lets no text become markup.
 */
static void
add_head(const struct page *page, struct text *out)
{
	text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		      "<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" content=\""
		      "default-src 'none'; script-src ");
	add_source(out, viewer_script);
	text_add(out, "; style-src ");
	add_source(out, viewer_style);
	text_add(out,
	    "; img-src data: blob:; base-uri 'none'; form-action "
	    "'none'; require-trusted-types-for 'script'; "
	    "trusted-types 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"generator\" content=\"landpage "
	    "(losspipe) %s\">\n<title>",
	    LOSSPIPE_VERSION);
	title(page, out);
	text_add(out, "</title>\n<style>");
	text_add_bytes(out, viewer_style, strlen(viewer_style));
	text_add(out, "</style>\n</head>\n<body>\n<header>\n<h1>");
	title(page, out);
	text_add(out, "</h1>\n<p id=\"lead\"></p>\n</header>\n"
		      "<noscript><p class=\"alarm\">Scripts are off: these are "
		      "the pictures alone.</p></noscript>\n"
		      "<div id=\"controls\" hidden></div>\n");
	/* hatches of all pictures; where they are not displayed they would not
	 * be drawn */
	text_add(out, "<svg id=\"hatches\" width=\"0\" height=\"0\" "
		      "aria-hidden=\"true\">\n");
	bar_patterns(&(struct svg){.out = out});
	text_add(out, "</svg>\n");
}

static void
add_line(struct text *out, const char *class, const char *line)
{
	if (line == NULL)
		return;
	text_add(out, "<li%s>", class);
	text_add_xml(out, line);
	text_add(out, "</li>\n");
}

/* Of the loss, whose lines are dashed where they are not sure. */
static int
add_captions(
    const struct page *page, size_t i, struct text *out, struct error *err)
{
	const struct page_field *f = &page->field[0];
	const struct drawn_surface *s = &page_drawn(f)->surfaces[i];
	const int unsure = unsure_any(s, &f->scale, err);

	if (unsure < 0)
		return -1;
	text_add(out, "</div>\n<ul class=\"captions\">\n");
	for (int c = 0; c < CAPTIONS_MAX; c++)
		add_line(out, "",
		    c == CAPTION_DASHED && unsure > 0 ? caption_dashed
						      : s->captions[c]);
	add_line(out, " class=\"alarm\"", s->note);
	text_add(out, "</ul>\n</section>\n");
	return 0;
}

static int
add_surfaces(const struct page *page, struct text *out, struct error *err)
{
	for (size_t i = 0; i < page->n_sheets; i++) {
		char label[600];

		page_label(page, i, label, sizeof(label));
		text_add(out, "<section class=\"sheet\">\n<h2>");
		text_add_xml(out, label);
		text_add(out, "</h2>\n<div class=\"views\">\n"
			      "<div class=\"stage\"></div>\n");
		for (size_t f = 0; f < page->n_fields; f++) {
			text_add(out, "<figure class=\"plane\" data-field=\"");
			text_add_xml(out, page->field[f].name);
			text_add(out, "\">\n");
			if (page_surface_figure(&page->field[f], i, out, err) <
			    0)
				return -1;
			text_add(out, "</figure>\n");
		}
		if (add_captions(page, i, out, err) < 0)
			return -1;
	}
	return 0;
}

static int
add_curves(const struct page *page, struct text *out, struct error *err)
{
	text_add(out, "<section class=\"sheet\">\n<div class=\"views\">\n");
	for (size_t f = 0; f < page->n_fields; f++)
		for (int log = 0;
		     log <= (page_curve_log(&page->field[f]) ? 1 : 0); log++) {
			text_add(out, "<figure class=\"curves\" data-field=\"");
			text_add_xml(out, page->field[f].name);
			text_add(out, "\" data-log=\"%d\">\n", log);
			if (page_curve_figure(
				&page->field[f], log != 0, out, err) < 0)
				return -1;
			text_add(out, "</figure>\n");
		}
	text_add(out, "</div>\n<ul class=\"captions\">\n");
	add_line(out, "", page->field[0].landscape.note);
	add_line(out, "",
	    curves_note(
		page->field[0].landscape.curves, page->field[0].landscape.n));
	text_add(out, "</ul>\n</section>\n");
	return 0;
}

/* The verdicts of a survey as a list; returns how many are not ok. */
static void
add_verdicts(const struct survey *s, struct text *out)
{
	struct verdict verdict[VERDICTS_MAX];
	size_t n = survey_judge(s, verdict);

	text_add(out, "<ul class=\"verdicts\">\n");
	for (size_t i = 0; i < n; i++) {
		const char *word = verdict_words[verdict[i].kind];

		text_add(out, "<li class=\"%s\"><b>%s</b> ", word, word);
		text_add_xml(out, verdict[i].text);
		text_add(out, "</li>\n");
	}
	text_add(out, "</ul>\n");
}

static void
count_verdicts(const struct page *page, size_t counts[VERDICT_WRONG + 1])
{
	struct verdict verdict[VERDICTS_MAX];

	for (size_t i = 0; i < page->surveys.n; i++) {
		size_t n = survey_judge(&page->surveys.item[i], verdict);

		for (size_t k = 0; k < n; k++)
			counts[verdict[k].kind]++;
	}
}

/* The pipeline of each run, a stage on a line. */
static void
add_pipeline(const struct page *page, struct text *out)
{
	const struct text *history = &page->field[0].landscape.history;
	struct text lines = {0};

	for (const char *c = text_chars_for(out, history); *c != '\0'; c++) {
		if (strncmp(c, " | ", 3) == 0) {
			text_add(&lines, " |\n    ");
			c += 2;
		} else {
			text_add_bytes(&lines, c, 1);
		}
	}
	text_add_xml(out, text_chars_for(out, &lines));
	text_free(&lines);
}

/* gridstat's words, and its numbers as it prints them. */
static int
add_survey(const struct page *page, struct text *out, struct error *err)
{
	size_t counts[VERDICT_WRONG + 1] = {0};
	char label[600];

	count_verdicts(page, counts);
	text_add(out, "<details id=\"verdict\"><summary>Is the plot right?");
	for (int i = VERDICT_WRONG; i >= 0; i--)
		if (counts[i] > 0)
			text_add(out, " <span class=\"%s\">%zu %s</span>",
			    verdict_words[i], counts[i], verdict_words[i]);
	text_add(out, "</summary>\n");
	for (size_t i = 0; i < page->surveys.n; i++) {
		struct text numbers = {0};

		page_label(page, i, label, sizeof(label));
		text_add(out, "<h3>");
		text_add_xml(out, label);
		text_add(out, "</h3>\n");
		add_verdicts(&page->surveys.item[i], out);
		survey_print_numbers(&page->surveys.item[i], &numbers);
		text_add(out, "<pre>");
		text_add_xml(out, text_chars_for(out, &numbers));
		text_add(out, "</pre>\n");
		text_free(&numbers);
	}
	text_add(out, "</details>\n");
	return text_check(out, err);
}

static int
add_body(const struct page *page, struct text *out, struct error *err)
{
	text_add(out, "<main>\n");
	if ((page->axes == 2 ? add_surfaces : add_curves)(page, out, err) < 0)
		return -1;
	text_add(out, "</main>\n<section id=\"slice\" hidden></section>\n"
		      "<div id=\"readout\" hidden></div>\n");
	if (add_survey(page, out, err) < 0)
		return -1;
	text_add(out, "<details id=\"table\" hidden><summary>Table of values"
		      "</summary></details>\n"
		      "<details id=\"provenance\"><summary>How it was made"
		      "</summary>\n<pre id=\"pipeline\">");
	add_pipeline(page, out);
	text_add(out, "landpage %s</pre>\n</details>\n", LOSSPIPE_VERSION);
	return 0;
}

static int
add_document(const struct page *page, struct text *out, struct error *err)
{
	add_head(page, out);
	if (add_body(page, out, err) < 0)
		return -1;
	text_add(out, "<script type=\"application/json\" id=\"data\">\n");
	if (page_data(page, out, err) < 0)
		return -1;
	text_add(out, "\n</script>\n<script>");
	text_add_bytes(out, viewer_script, strlen(viewer_script));
	text_add(out, "</script>\n</body>\n</html>\n");
	return text_check(out, err);
}

int
page_make(const struct page_wish *wish, const struct points_list *list,
    struct text *out, struct error *err)
{
	struct page page = {.wish = wish, .list = list};
	int status = check_size(list, err);

	if (status == 0)
		status = add_fields(&page, err);
	if (status == 0)
		status = survey_make(&page.surveys, list, err);
	if (status == 0)
		status = add_document(&page, out, err);
	survey_list_free(&page.surveys);
	for (size_t f = 0; f < page.n_fields; f++) {
		landscape_free(&page.field[f].landscape);
		landscape_free(&page.field[f].drawn);
	}
	return status;
}
