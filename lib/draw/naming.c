#include "draw/naming.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/caption.h"
#include "draw/levels.h"

static void
set_label(struct facts *facts, const struct value *header)
{
	char name[FACT_BYTES];

	if (!value_text(value_get(header, "label"), name, sizeof(name)) ||
	    name[0] == '\0')
		value_text(value_get(header, "arch"), name, sizeof(name));
	facts_set(facts, "label", "%s", name);
}

static void
set_direction(struct facts *facts, const struct points *points, int rep)
{
	const struct sheet_direction *s = points_direction(points, rep, 0);
	const struct direction *d;

	if (s == NULL)
		return;
	d = &s->direction;
	if (d->kind == DIRECTION_RANDOM)
		facts_set(facts, "seed", "%" PRIu64, d->seed);
	facts_set(facts, "norm", "%s", normalisation_words[d->norm]);
	facts_set(facts, "kind", "%s", direction_kind_words[d->kind]);
	facts_set(facts, "over", "%s", direction_over_words[d->over]);
	facts_set(facts, "ignore", "%s", direction_ignore_words[d->ignore]);
}

/* The coordinate's number where it is exactly 0; -1: nowhere. */
static int64_t
find_zero(const struct grid *grid, int axis)
{
	if (axis >= grid->axes)
		return 0;
	for (int64_t i = 0; i < grid_num(grid, axis); i++)
		if (range_at(&grid->range[axis], i) == 0)
			return i;
	return -1;
}

/* A field's value at the network itself; false where no point is there. */
static bool
centre_value(const struct points *points, int rep, int set, const char *field,
    double *value)
{
	const struct grid_place place = {.rep = rep,
	    .set = set,
	    .ix = find_zero(&points->grid, 0),
	    .iy = find_zero(&points->grid, 1)};

	return place.ix >= 0 && place.iy >= 0 &&
	       points_value(
		   points, grid_index(&points->grid, &place), field, value);
}

static void
set_centre(struct facts *facts, const struct points *points, int rep, int set)
{
	double value;

	if (centre_value(points, rep, set, "loss", &value))
		facts_set_number(facts, "loss", value);
	if (!centre_value(points, rep, set, "acc", &value))
		return;
	facts_set_number(facts, "acc", value);
	facts_set_number(facts, "error", 100 - value);
}

/*
 * Of all test images, as training has noted it; else of those of the set
 * called test.  The panels of all sets have it.
 */
static void
set_test_error(struct facts *facts, const struct points *points, int rep)
{
	const struct value *meta =
	    value_get(decoded_value(facts->header), "meta");
	double acc;

	if (value_real(value_get(meta, "test_acc"), &acc)) {
		facts_set_number(facts, "test_error", 100 - acc);
		return;
	}
	for (int set = 0; set < points->grid.sets; set++)
		if (strcmp(points->grid.set[set], "test") == 0 &&
		    centre_value(points, rep, set, "acc", &acc))
			facts_set_number(facts, "test_error", 100 - acc);
}

static void
set_range(struct facts *facts, const struct grid *grid)
{
	char text[FACT_BYTES] = "";

	for (int a = 0; a < grid->axes; a++) {
		const size_t at = strlen(text);
		char lo[LEVEL_TEXT_BYTES], hi[LEVEL_TEXT_BYTES];

		snprintf(text + at, sizeof(text) - at, "%s%s from %s to %s",
		    a > 0 ? ", " : "", axis_word(a),
		    level_text_short(grid->range[a].lo, lo),
		    level_text_short(grid->range[a].hi, hi));
	}
	facts_set(facts, "range", "%s", text);
}

int
naming_facts(struct facts *facts, const struct points *points, int rep, int set,
    struct error *err)
{
	const struct grid *grid = &points->grid;
	char images[96];

	if (facts_take(facts, &points->grid_header, &points->begin, err) < 0)
		return -1;
	set_label(facts, decoded_value(facts->header));
	facts_set(facts, "set", "%s", grid->set[set]);
	set_direction(facts, points, rep);
	facts_set(facts, "loss_function", "%s", grid->loss);
	set_centre(facts, points, rep, set);
	set_test_error(facts, points, rep);
	set_range(facts, grid);
	if (caption_subset(points, set, images, sizeof(images), err) < 0)
		return -1;
	facts_set(
	    facts, "images", "%s", images[0] != '\0' ? images : "all images");
	facts_set(facts, "file", "%s", points->file);
	facts_set(facts, "run", "%.8s", grid->run);
	return 0;
}

/* ---- listed records ---- */

/* What a checkpoint knows of the test set. */
static void
set_test(struct facts *facts)
{
	const struct value *meta =
	    value_get(decoded_value(facts->header), "meta");
	double loss, acc;

	if (value_real(value_get(meta, "test_loss"), &loss))
		facts_set_number(facts, "loss", loss);
	if (!value_real(value_get(meta, "test_acc"), &acc))
		return;
	facts_set_number(facts, "acc", acc);
	facts_set_number(facts, "error", 100 - acc);
}

static int
take_listed(struct naming *naming, const struct listed *from, size_t i,
    struct error *err)
{
	static const struct pack none;
	struct facts *facts = &naming->facts[i];
	char name[FACT_BYTES], model[FACT_BYTES], marks[64];

	if (facts_take(facts, &from->header[i], &from->begin[i], err) < 0 ||
	    caption_marks(&none, &from->begin[i], marks, sizeof(marks), err) <
		0)
		return -1;
	set_label(facts, decoded_value(facts->header));
	facts_set(facts, "file", "%s", from->file[i]);
	set_test(facts);
	facts_get(facts, "model", model);
	facts_set(facts, "run", "%.8s", model);
	facts_get(facts, "label", name);
	snprintf(naming->label[i], NAMING_BYTES, "%s%s%s",
	    name[0] != '\0' ? name : "unnamed", marks[0] != '\0' ? ", " : "",
	    marks);
	return 0;
}

static int
tell_apart(struct naming *naming, struct error *err)
{
	struct facts_item *items = memory_new(naming->n, sizeof(*items), err);
	char(*words)[2][FACT_BYTES] =
	    memory_new(naming->n, sizeof(*words), err);
	int status = -1;

	for (size_t i = 0; items != NULL && words != NULL && i < naming->n;
	     i++) {
		facts_get(&naming->facts[i], "set", words[i][0]);
		items[i] = (struct facts_item){.facts = &naming->facts[i],
		    .name = naming->label[i],
		    .set = words[i][0],
		    .run = i,
		    .extra = words[i][1]};
	}
	if (items != NULL && words != NULL)
		status = facts_tell_apart(items, naming->n, err);
	for (size_t i = 0; i < naming->n && status == 0; i++) {
		const size_t at = strlen(naming->label[i]);

		if (words[i][1][0] != '\0')
			snprintf(naming->label[i] + at, NAMING_BYTES - at,
			    ", %s", words[i][1]);
	}
	free(items);
	free(words);
	return status;
}

int
naming_make(struct naming *naming, const struct listed *from,
    const struct naming_panels *panels, struct error *err)
{
	naming->facts = memory_new(from->n, sizeof(*naming->facts), err);
	naming->label = memory_new(from->n, sizeof(*naming->label), err);
	naming->title = memory_new(from->n, sizeof(*naming->title), err);
	if (naming->facts == NULL || naming->label == NULL ||
	    naming->title == NULL)
		return -1;
	naming->n = from->n;
	for (size_t i = 0; i < naming->n; i++)
		if (take_listed(naming, from, i, err) < 0)
			return -1;
	if (tell_apart(naming, err) < 0)
		return -1;
	for (size_t i = 0; i < naming->n; i++) {
		if (panels->pattern != NULL &&
		    facts_title(&naming->facts[i], panels->pattern,
			naming->title[i], NAMING_BYTES, err) < 0)
			return -1;
		if (panels->wanted && panels->pattern == NULL)
			memcpy(
			    naming->title[i], naming->label[i], NAMING_BYTES);
	}
	return 0;
}

void
naming_free(struct naming *naming)
{
	for (size_t i = 0; i < naming->n; i++)
		facts_free(&naming->facts[i]);
	free(naming->facts);
	free(naming->label);
	free(naming->title);
	*naming = (struct naming){0};
}
