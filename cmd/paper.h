/*
 * What a program that draws offers: the size of its picture, of its text, its
 * form.
 */
#ifndef CMD_PAPER_H
#define CMD_PAPER_H

#include "draw/paper.h"
#include "frame.h"
#include "print/print.h"

/* As the command line says. */
struct paper_options {
	struct paper paper;
	int background, form; /* form -1: that of -o's name */
	int64_t dots;         /* 0: as is good */
};

/* Its rows; options start as {.form = -1}. */
void paper_options_add(
    struct option_table *table, struct paper_options *options);

/*
 * After frame_start: looks at what does not go together, finds the form and
 * sets the frame's kind.  Exits where something is wrong.
 */
void paper_options_check(struct paper_options *options, struct frame *frame);

/* The SVG is the whole result: opens it, writes it in its form, commits. */
int paper_write(const struct paper_options *options, const struct frame *frame,
    struct text *svg, struct error *err);

#endif
