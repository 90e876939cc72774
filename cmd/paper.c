#include "paper.h"

#include "draw/plot.h"

static const char *const backgrounds[] = {"white", "none", NULL};

/* A picture of more pixels than these is a mistake. */
static const double SMALLEST = 200, LARGEST = 10000;

/* Smaller text cannot be read in print, in points. */
static const double LEGIBLE = 5;

static int
take_width(void *target, const char *value, struct error *err)
{
	struct paper *paper = target;

	return paper_length_parse(
	    value, "--width", SMALLEST, LARGEST, &paper->width, err);
}

static int
take_height(void *target, const char *value, struct error *err)
{
	struct paper *paper = target;

	return paper_length_parse(
	    value, "--height", SMALLEST, LARGEST, &paper->height, err);
}

static int
take_font(void *target, const char *value, struct error *err)
{
	struct paper *paper = target;

	return paper_length_parse(value, "--font", 2, 200, &paper->font, err);
}

void
paper_options_add(struct option_table *table, struct paper_options *o)
{
	const struct option_row rows[] = {
	    OPTION_CALL(0, "width", "LENGTH", &o->paper, take_width,
		"width of the picture: 84mm, 3.3in, or pixels"),
	    OPTION_CALL(0, "height", "LENGTH", &o->paper, take_height,
		"height of the picture"),
	    OPTION_CALL(0, "font", "LENGTH", &o->paper, take_font,
		"size of the numbers at an axis: 7pt; all else grows with it"),
	    OPTION_CHOICE(0, "background", backgrounds, &o->background,
		"what lies behind the picture (white)"),
	    OPTION_CHOICE('t', "to", print_form_words, &o->form,
		"what to write (by the name of FILE, or svg)"),
	    OPTION_INT(0, "dpi", "N", &o->dots, 30, 2400,
		"dots of a PNG per inch (300, of a size in pixels 96)"),
	    OPTION_END};

	options_add(table, rows);
}

/* All texts have the size that was asked for, also one that is too small. */
static void
warn_of_small_text(const struct paper *paper, const struct frame *frame)
{
	const double least = paper_points(paper, PLOT_SMALL_SIZE);

	if ((paper_is_measured(paper) || paper->font.unit != PAPER_PX) &&
	    least < LEGIBLE)
		frame_warn(frame,
		    "the smallest text has %.2g pt, less than %g are hard to "
		    "read in print: --font %.1fpt",
		    least, LEGIBLE,
		    LEGIBLE * PAPER_FONT / PLOT_SMALL_SIZE + 0.05);
}

void
paper_options_check(struct paper_options *o, struct frame *frame)
{
	const struct paper *paper = &o->paper;
	enum print_form form;
	struct error err;

	o->paper.bare = o->background;
	if (paper_check(paper, &err) < 0 ||
	    print_form_choose(&frame->output, o->form, &form, &err) < 0)
		frame_usage_error(frame, &err);
	if (o->dots > 0 && form != PRINT_PNG)
		frame_usage(frame, "--dpi is for png, this is %s",
		    print_form_words[form]);
	warn_of_small_text(paper, frame);
	if (form != PRINT_SVG)
		frame_refuse_terminal(frame);
	if (o->dots == 0)
		o->dots = paper_is_measured(paper) ? 300 : 96;
	o->form = form;
	frame_set_kind(frame, print_form_kind(form));
}

int
paper_write(const struct paper_options *o, const struct frame *frame,
    struct text *svg, struct error *err)
{
	const enum print_form form = (enum print_form)o->form;
	struct output output;

	if (text_check(svg, err) < 0 ||
	    frame_open_output(frame, &output, err) < 0)
		return -1;
	return output_close(&output,
	    print_write(form, svg, (double)o->dots, &output, err), err);
}
