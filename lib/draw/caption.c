#include "draw/caption.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "direction/direction.h"
#include "draw/levels.h"
#include "surface/points.h"

static void
add_mark(char *out, size_t room, const char *mark)
{
	size_t n = strlen(out);

	snprintf(out + n, room - n, "%s%s", n > 0 ? ", " : "", mark);
}

static void
mark_norms(char *out, size_t room, const struct value *grid)
{
	char word[32], mark[48];

	if (grid_norms(grid) == GRID_NORMS_NONE ||
	    !value_text(value_get(grid, "bn"), word, sizeof(word)) ||
	    strcmp(word, "fixed") == 0)
		return;
	snprintf(mark, sizeof(mark), "bn %s", word);
	add_mark(out, room, mark);
}

static void
mark_ghosts(char *out, size_t room, const struct value *begin)
{
	const struct value *history = value_get(begin, "history");

	for (size_t i = 0; i < array_count(history); i++) {
		const struct value *entry = array_at(history, i);
		const struct value *options = value_get(entry, "options");
		int64_t n;
		char mark[64];

		if (!value_is(value_get(entry, "program"), "nettrain") ||
		    !value_int(value_get(options, "bn_batch"), &n) || n < 1)
			continue;
		snprintf(mark, sizeof(mark), "ghost batches of %" PRId64, n);
		add_mark(out, room, mark);
		return;
	}
}

/* Calls mark with the decoded header: nil where there is none. */
static int
with_header(const struct pack *pack,
    void (*mark)(char *out, size_t room, const struct value *header), char *out,
    size_t room, struct error *err)
{
	struct decoded *header = pack_decode(pack, err);

	if (header == NULL)
		return -1;
	mark(out, room, decoded_value(header));
	decoded_free(header);
	return 0;
}

int
caption_marks(const struct pack *grid, const struct pack *begin, char *out,
    size_t room, struct error *err)
{
	out[0] = '\0';
	if (with_header(grid, mark_norms, out, room, err) < 0)
		return -1;
	return with_header(begin, mark_ghosts, out, room, err);
}

void
caption_count(
    struct caption_gaps *gaps, const struct points *points, int64_t index)
{
	double loss;

	gaps->n++;
	gaps->missing += points->at[index].bytes == NULL;
	gaps->badvar += points_value(points, index, "loss", &loss) &&
			isnan(loss) &&
			points_says(points, index, "status", "badvar");
}

const char caption_no_end[] = "partial: the training run has no end";
const char caption_dashed[] = "dashed: lines less sure than a cell";

void
caption_gaps(const struct caption_gaps *gaps, char *out, size_t room)
{
	char text[128];

	out[0] = '\0';
	if (gaps->no_end)
		add_mark(out, room, caption_no_end);
	if (gaps->missing > 0) {
		snprintf(text, sizeof(text),
		    "partial: %" PRId64 " of %" PRId64 " point%s %s missing",
		    gaps->missing, gaps->n, plural_s(gaps->n),
		    plural(gaps->missing, "is", "are"));
		add_mark(out, room, text);
	}
	if (gaps->badvar > 0) {
		snprintf(text, sizeof(text),
		    "a running variance is negative at %" PRId64 " of %" PRId64
		    " point%s",
		    gaps->badvar, gaps->n, plural_s(gaps->n));
		add_mark(out, room, text);
	}
}

int
caption_history(struct text *out, const struct pack *begin, struct error *err)
{
	struct decoded *header = pack_decode(begin, err);
	const struct value *history, *options;

	if (header == NULL)
		return -1;
	history = value_get(decoded_value(header), "history");
	for (size_t i = 0; i < array_count(history); i++) {
		const struct value *entry = array_at(history, i);
		const char *chars;
		size_t n;

		if (value_chars(value_get(entry, "program"), &chars, &n))
			text_add_bytes(out, chars, n);
		if (value_chars(value_get(entry, "version"), &chars, &n))
			text_add(out, " %.*s", (int)n, chars);
		options = value_get(entry, "options");
		for (size_t k = 0; k < map_count(options); k++) {
			text_add(out, " ");
			if (value_chars(map_key(options, k), &chars, &n))
				text_add_bytes(out, chars, n);
			text_add(out, "=");
			value_print(map_item(options, k), out);
		}
		text_add(out, " | ");
	}
	decoded_free(header);
	return text_check(out, err);
}

/* 60,000 */
static void
group(int64_t n, char text[32])
{
	char plain[24];
	size_t len, at = 0;

	snprintf(plain, sizeof(plain), "%" PRId64, n);
	len = strlen(plain);
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = plain[i];
	}
	text[at] = '\0';
}

/* Of points on different numbers of images: what they took, and how good that
 * is at worst. */
static void
tell_share(const struct points *points, int set, double n, double total,
    char *out, size_t room)
{
	const int sets = points->grid.sets;
	double images = 0, worst = 0, of = 0;
	char all[32];

	for (int64_t i = set; i < points->n; i += sets) {
		double took, se, loss;

		if (!points_value(points, i, "n", &took))
			continue;
		images += took;
		of++;
		if (points_value(points, i, "se", &se) &&
		    points_value(points, i, "loss", &loss) && loss > 0 &&
		    isfinite(se / loss))
			worst = fmax(worst, se / loss);
	}
	if (of == 0 || images / of >= n)
		return;
	group((int64_t)total, all);
	snprintf(out, room, "%.2g %% of %s images, standard errors to %.2g %%",
	    100 * images / of / total, all, 100 * worst);
}

void
caption_flat(double value, size_t n, char *out, size_t room)
{
	char text[LEVEL_TEXT_BYTES];

	level_text_short(value, text);
	if (n == 1)
		snprintf(out, room, "one number: %s", text);
	else
		snprintf(out, room, "flat: %s, up to rounding", text);
}

void
caption_images(int64_t n, int64_t total, char *out, size_t room)
{
	char used[32], all[32];

	group(n, used);
	group(total, all);
	out[0] = '\0';
	if (n > 0 && n < total)
		snprintf(out, room, "%s of %s images", used, all);
}

int
caption_subset(const struct points *points, int set, char *out, size_t room,
    struct error *err)
{
	struct decoded *header = pack_decode(&points->grid_header, err);
	const struct value *data;
	int64_t n = 0, total = 0;

	out[0] = '\0';
	if (header == NULL)
		return -1;
	data = array_at(value_get(decoded_value(header), "data"), (size_t)set);
	if (value_int(value_get(data, "n"), &n) &&
	    value_int(value_get(data, "total"), &total) && n > 0) {
		caption_images(n, total, out, room);
		tell_share(points, set, (double)n, (double)total, out, room);
	}
	decoded_free(header);
	return 0;
}

void
caption_add_subset(char *out, size_t room, const char *subset)
{
	static const char images[] = " images";
	const size_t unit = sizeof(images) - 1, len = strlen(subset);
	const size_t numbers =
	    len > unit && strcmp(subset + len - unit, images) == 0 ? len - unit
								   : len;
	size_t n = strlen(out);
	char first[160];

	snprintf(first, sizeof(first), "%.*s", (int)numbers, subset);
	if (subset[0] == '\0' || strstr(out, first) != NULL)
		return;
	if (n > unit && strcmp(out + n - unit, images) == 0 && numbers < len) {
		n -= unit;
		snprintf(out + n, room - n, " and %s", subset);
	} else {
		snprintf(out + n, room - n, "%s%s", n > 0 ? "; " : "", subset);
	}
}

void
caption_axis(const struct direction *direction, char *out, size_t room)
{
	const char *axis = axis_word(direction->axis);

	if (direction->kind == DIRECTION_PCA && direction->explained > 0)
		snprintf(out, room, "%s PC: %.1f %%",
		    direction->axis == 0 ? "1st" : "2nd",
		    100 * direction->explained);
	else if (direction->kind == DIRECTION_TOWARD &&
		 direction->label[0] != '\0')
		snprintf(
		    out, room, "weight units, toward %s", direction->label);
	else if (direction->norm == NORMALISE_FILTER ||
		 direction->norm == NORMALISE_LAYER ||
		 direction->norm == NORMALISE_MODEL)
		snprintf(out, room, "%s-normalised units, direction %s",
		    normalisation_words[direction->norm], axis);
	else
		snprintf(out, room, "weight units, direction %s", axis);
}
