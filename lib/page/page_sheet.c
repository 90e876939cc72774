/* Which sheet is which, and what it is called. */

#include <stdio.h>
#include <string.h>

#include "page/page_internal.h"

struct page_sheet
page_sheet(const struct page *page, size_t i)
{
	size_t k = 0;

	for (;; k++) {
		const struct grid *g = &page->list->item[k].grid;
		size_t n = (size_t)g->reps * (size_t)g->sets;

		if (i < n)
			return (struct page_sheet){&page->list->item[k],
			    (int)(i / (size_t)g->sets),
			    (int)(i % (size_t)g->sets)};
		i -= n;
	}
}

const char *
page_own_label(const struct page *page, size_t i)
{
	const struct landscape *l = &page->field[0].landscape;

	return page->axes == 2 ? l->surfaces[i].label : l->curves[i].label;
}

void
page_label(const struct page *page, size_t i, char *out, size_t room)
{
	const struct landscape *l = &page->field[0].landscape;
	const char *label = page_own_label(page, i);
	const char *set = page->axes == 1 ? l->curves[i].set : NULL;

	if (label == NULL && page->n_sheets == 1)
		label = page->axes == 2 ? "surface" : "line";
	if (label == NULL)
		snprintf(out, room, "%s %zu%s%s",
		    page->axes == 2 ? "surface" : "line", i + 1,
		    set != NULL ? ", " : "", set != NULL ? set : "");
	else
		snprintf(out, room, "%s%s%s", label, set != NULL ? ", " : "",
		    set != NULL ? set : "");
}

const struct landscape *
page_drawn(const struct page_field *field)
{
	return field->drawn.n > 0 ? &field->drawn : &field->landscape;
}

int
page_highest(const struct page_field *field)
{
	return strcmp(field->name, "acc") == 0;
}
