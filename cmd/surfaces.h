/*
 * What every program that reads points does first: whole surfaces, or with
 * --partial what is there of them, and nothing left out without a word.
 */
#ifndef CMD_SURFACES_H
#define CMD_SURFACES_H

#include "frame.h"
#include "surface/class_view.h"
#include "surface/points.h"

/*
 * Reads the surfaces of n files or of standard input into list, empty before,
 * to be freed in any case.  mixed: as in struct points_rules.  An incomplete
 * one is an error that names the first missing points, with --partial a
 * warning; so is what damage left out, and a path that does not know its plane.
 */
int surfaces_read(struct points_list *list, char **paths, int n, bool mixed,
    const struct frame *frame, struct error *err);

/*
 * Warns of requested points of list that a picture or a file has no place for:
 * "12 requested points beside the grid are left out (WHY)".
 */
void surfaces_leave_asked(
    const struct frame *frame, const struct points_list *list, const char *why);
void surfaces_tell_asked(
    const struct frame *frame, int64_t left_out, const char *why);

/*
 * With --class NAME they become those of one class of the images
 * (surface/class_view.h); NULL: they stay.  And what help says of the option.
 */
int surfaces_view(
    struct points_list *list, const char *class, struct error *err);
#define SURFACES_CLASS_HELP \
	"of the images of this class alone (evalgrid --per-class)"

#endif
