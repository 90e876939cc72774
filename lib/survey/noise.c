#include "survey/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"
#include "stream/value.h"

static bool
is_random(const struct survey *s)
{
	for (int a = 0; a < s->axes; a++)
		if (!s->has_direction[a] ||
		    s->direction[a].direction.kind != DIRECTION_RANDOM)
			return false;
	return s->axes > 0 && s->centre != CENTRE_NONE;
}

static bool
same_run(const struct survey *a, const struct survey *b)
{
	return strcmp(a->run, b->run) == 0 && strcmp(a->set, b->set) == 0;
}

static bool
is_first(const struct survey_list *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_run(&list->item[k], &list->item[i]))
			return false;
	return true;
}

/* A grid that ends before a radius does not know what is highest within. */
static bool
reaches(const struct side *side, int r)
{
	for (int i = 0; i < side->n; i++)
		if (!side->survey[i]->sharpness[r].reached)
			return false;
	return true;
}

static struct noise
noise_of(
    const struct survey_list *list, size_t first, const struct survey **sets)
{
	struct noise n = {.sets = sets};
	struct side side = {.survey = sets};

	for (size_t i = first; i < list->n; i++)
		if (same_run(&list->item[i], &list->item[first]))
			sets[n.reps++] = &list->item[i];
	n.directions = n.reps * sets[0]->axes;
	side.n = n.reps;
	for (int r = 0; r < RADII; r++) {
		side.radius = r - RADII / 2;
		n.rise[r] = side_measure(&side, MEASURE_EXPECTED);
		n.sharp[r] = reaches(&side, r)
				 ? side_measure(&side, MEASURE_SHARPNESS)
				 : estimate_exact(NAN);
	}
	return n;
}

int
noise_make(
    struct noise_list *noise, const struct survey_list *list, struct error *err)
{
	size_t used = 0;

	noise->item = memory_new(list->n, sizeof(*noise->item), err);
	noise->sets = memory_new(list->n, sizeof(void *), err);
	if (noise->item == NULL || noise->sets == NULL)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		struct noise n;

		if (!is_random(&list->item[i]) || !is_first(list, i))
			continue;
		n = noise_of(list, i, noise->sets + used);
		used += (size_t)n.reps;
		noise->item[noise->n++] = n;
	}
	return 0;
}

void
noise_list_free(struct noise_list *noise)
{
	free(noise->item);
	free(noise->sets);
	*noise = (struct noise_list){0};
}

/* ---- in words ---- */

static void
print_beside(const struct beside *b, struct text *out)
{
	if (!isnan(b->max_eig)) {
		text_add(
		    out, "  hessian     largest eigenvalue %.4g", b->max_eig);
		if (b->max_res > 0)
			text_add(out, " +- %.2g", b->max_res);
		text_add(out, "\n");
	}
	if (!isnan(b->trace)) {
		text_add(out, "  hessian     trace %.4g", b->trace);
		if (b->trace_se > 0)
			text_add(out, " +- %.2g", b->trace_se);
		text_add(
		    out, " (%s)\n", b->from_density ? "hessdens" : "hessgrid");
	}
}

void
noise_print(const struct noise *n, struct text *out)
{
	const struct survey *s = n->sets[0];
	const struct direction *d = &s->direction[0].direction;

	text_add_shown(out, s->name[0] != '\0' ? s->name : "model");
	text_add(out, " (run %s), ", s->run);
	text_add_shown(out, s->set);
	text_add(out, ": sharpness over %d %s, normalised by %s\n",
	    n->directions, n->directions > 1 ? "directions" : "direction",
	    d->norm == NORMALISE_NONE ? "nothing"
				      : normalisation_words[d->norm]);
	for (int r = 0; r < RADII; r++) {
		text_add(out, "%s r %-4g  expected ",
		    r == 0 ? "  rise       " : "             ",
		    survey_radii[r]);
		estimate_print(&n->rise[r], out);
		text_add(out, ", highest within ");
		estimate_print(&n->sharp[r], out);
		if (!isnan(n->sharp[r].value))
			text_add(out, ", keskar %.4g",
			    100 * n->sharp[r].value / (1 + s->loss));
		text_add(out, "\n");
	}
	print_beside(&s->beside, out);
}

void
noise_print_json(const struct noise *n, struct text *out)
{
	const struct survey *s = n->sets[0];
	const struct beside *b = &s->beside;

	text_add(out, "{\"run\":\"%s\"", s->run);
	value_print_json_text("name", s->name, out);
	value_print_json_text("set", s->set, out);
	value_print_json_text(
	    "norm", normalisation_words[s->direction[0].direction.norm], out);
	text_add(out, ",\"directions\":%d,\"rise\":[", n->directions);
	for (int r = 0; r < RADII; r++) {
		text_add(out, "%s{\"r\":%g", r > 0 ? "," : "", survey_radii[r]);
		value_print_json_real("expected", n->rise[r].value, out);
		value_print_json_real("least", n->rise[r].lo, out);
		value_print_json_real("most", n->rise[r].hi, out);
		value_print_json_real("highest", n->sharp[r].value, out);
		text_add(out, "}");
	}
	text_add(out, "]");
	value_print_json_real("max_eig", b->max_eig, out);
	value_print_json_real("max_res", b->max_res, out);
	value_print_json_real("trace", b->trace, out);
	value_print_json_real("trace_se", b->trace_se, out);
	text_add(out, "}");
}
