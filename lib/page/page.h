/*
 * One HTML file in which a reader can look around in a landscape: its numbers,
 * contour's pictures of them, what gridstat says, how it was made, and a viewer
 * (viewer/), all of it inside the file.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "base/error.h"
#include "base/output.h"
#include "base/text.h"

struct points_list;

/* What a page looks like, of any version. */
extern const struct output_kind page_kind;

/* More points than this are slow to look at and make a page of many MB. */
enum { PAGE_POINTS_MAX = 400000, PAGE_FIELDS_MAX = 8 };

struct page_wish {
	const char *title;  /* NULL: after what it shows */
	const char *fields; /* names with commas between; NULL: what there is of
			       loss, acc, se and the eigenvalues */
};

/*
 * Appends the page of all runs of list, each direction set on each data set.
 * Texts of the records are data in it, never markup.  The same points and wish
 * give the same bytes.  Returns 0, or -1: no grid, too many points, a field
 * that is not there, what landscape_make refuses.
 */
int page_make(const struct page_wish *wish, const struct points_list *list,
    struct text *out, struct error *err);

#endif
