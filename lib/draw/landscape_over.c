/* Surfaces along several directions as one. */
#include <math.h>
#include <stdio.h>

#include "base/plural.h"
#include "draw/landscape.h"
#include "draw/panel.h"

/*
 * The values of all of the group of panel i, in place of its own: Welford's
 * sums, one direction after the other.
 */
static size_t
gather(struct landscape *l, size_t i, enum landscape_over over)
{
	struct panel *p = &l->panels[i];
	size_t members = 0;

	for (int64_t k = 0; k < p->n; k++) {
		double mean = 0, squares = 0;

		members = 0;
		for (size_t j = i; j < l->n; j++) {
			double z, from;

			if (l->panels[j].group != p->group)
				continue;
			z = l->panels[j].z[k];
			from = z - mean;
			members++;
			mean += from / (double)members;
			squares += from * (z - mean);
			p->missing[k] |= l->panels[j].missing[k];
		}
		p->z[k] = over == LANDSCAPE_MEAN || members < 2
			      ? mean
			      : sqrt(squares / (double)(members - 1));
	}
	return members;
}

static void
describe(
    struct landscape *l, size_t i, size_t members, enum landscape_over over)
{
	struct panel *p = &l->panels[i];
	struct drawn_surface *s = &l->surfaces[i];

	snprintf(p->label, sizeof(p->label), "%.600s%s%s of %zu direction%s",
	    p->family, p->family[0] != '\0' ? ", " : "",
	    over == LANDSCAPE_MEAN ? "mean" : "standard deviation", members,
	    plural_s((int64_t)members));
	s->label = p->label;
	/* of one direction alone: errors, paths, curvature */
	p->has_half = false;
	p->n_asked = 0;
	s->half = NULL;
	s->doubtful = NULL;
	s->over = NULL;
	s->trails = NULL;
	s->n_trails = 0;
	s->length_x = s->length_y = 0;
	s->captions[CAPTION_TRAILS] = NULL;
	s->captions[CAPTION_NETWORKS] = NULL;
	s->captions[CAPTION_GAP] = NULL;
}

/* Drops panel j, whose values are in another. */
static void
drop(struct landscape *l, size_t j)
{
	panel_free(&l->panels[j]);
	for (size_t k = j + 1; k < l->n; k++) {
		l->panels[k - 1] = l->panels[k];
		l->surfaces[k - 1] = l->surfaces[k];
	}
	l->panels[--l->n] = (struct panel){0};
}

/* Texts are borrowed from panels, which have moved. */
static void
borrow_anew(struct landscape *l, size_t i)
{
	struct panel *p = &l->panels[i];
	struct drawn_surface *s = &l->surfaces[i];

	s->label = p->label;
	s->note = p->note[0] != '\0' ? p->note : NULL;
	s->x_label = p->axis_label[0];
	s->y_label = p->axis_label[1];
	s->captions[CAPTION_SUBSET] = p->subset[0] != '\0' ? p->subset : NULL;
	s->captions[CAPTION_NORMS] = p->norms[0] != '\0' ? p->norms : NULL;
}

int
landscape_over_directions(
    struct landscape *l, enum landscape_over over, struct error *err)
{
	size_t most = 0;

	if (l->axes != 2)
		return error_set(err, "--directions is for grids of two axes, "
				      "these have one (--band)");
	for (size_t i = 0; i < l->n; i++) {
		const size_t members = gather(l, i, over);

		most = members > most ? members : most;
		describe(l, i, members, over);
		for (size_t j = l->n; j-- > i + 1;)
			if (l->panels[j].group == l->panels[i].group)
				drop(l, j);
	}
	if (most < 2)
		return error_set(err, "one direction set, expected several "
				      "(dirgen -s 1:10)");
	for (size_t i = 0; i < l->n; i++)
		borrow_anew(l, i);
	if (over == LANDSCAPE_SD)
		snprintf(l->value_label, sizeof(l->value_label),
		    "standard deviation of the loss");
	return 0;
}
