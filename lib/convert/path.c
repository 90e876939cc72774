/* Paths as CSV. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/digest_set.h"
#include "base/number.h"
#include "convert/convert.h"
#include "run/path.h"
#include "surface/between.h"
#include "surface/table.h"

/* What a checkpoint does not know is an empty cell. */
static void
add_real(struct text *out, double v)
{
	char number[NUMBER_TEXT_BYTES];

	text_add(out, ",%s", isnan(v) ? "" : number_format(v, number));
}

/* What the plane says of the place where a checkpoint is seen. */
struct seen {
	const struct points *surface; /* NULL: none has this plane */
	int set;
	struct between loss;
};

/* The data set of the checkpoint's own loss, else the first. */
static bool
find_set(const struct points *surface, const struct path_point *p, int *set)
{
	for (*set = 0; *set < surface->grid.sets; ++*set)
		if (strcmp(surface->grid.set[*set], p->set) == 0)
			return true;
	*set = 0;
	return false;
}

/* In the first surface of its plane, or the first that has its data set. */
static struct seen
see(const struct points_list *list, const struct path_point *p)
{
	struct seen seen = {.loss = {.value = NAN}};
	const double at[AXES_MAX] = {p->x, p->y};

	for (size_t i = 0; i < list->n; i++) {
		const struct points *surface = &list->item[i];
		const struct path_plane plane = points_plane(surface, p->rep);
		struct grid_place sheet = {.rep = p->rep};
		const bool same = find_set(surface, p, &sheet.set);

		if (p->rep >= surface->grid.reps ||
		    path_lies_in(p, &plane) == PLANE_OTHER ||
		    (seen.surface != NULL && !same))
			continue;
		seen = (struct seen){surface, sheet.set,
		    points_between(surface, &sheet, "loss", at)};
		if (same)
			break;
	}
	return seen;
}

static bool
is_comparable(const struct path_point *p, const struct seen *seen)
{
	return seen->surface != NULL &&
	       points_of_images(seen->surface, seen->set, p);
}

static void
add_seen(struct text *out, const struct path_point *p, const struct seen *seen)
{
	const char *set =
	    seen->surface != NULL ? seen->surface->grid.set[seen->set] : "";

	add_real(out, seen->loss.value);
	text_add(out, ",");
	if (!isnan(seen->loss.value))
		table_add_text(out, set, strlen(set));
	text_add(out, ",");
	if (!isnan(seen->loss.value))
		text_add(out, "%d", seen->loss.measured);
	add_real(
	    out, is_comparable(p, seen) ? p->loss - seen->loss.value : NAN);
	add_real(out, p->norm > 0 ? p->off / p->norm : NAN);
}

static void
add_point(struct text *out, const struct path_point *p, const struct seen *seen)
{
	const double where[] = {p->x, p->y, p->norm, p->off, p->off_biasbn,
	    p->off_rest, p->epoch, p->lr, p->running_loss, p->loss};

	table_add_text(out, p->name, strlen(p->name));
	text_add(out, ",%d,%" PRId64 ",", p->rep, p->i);
	if (p->step >= 0)
		text_add(out, "%" PRId64, p->step);
	for (size_t i = 0; i < sizeof(where) / sizeof(where[0]); i++)
		add_real(out, where[i]);
	text_add(out, ",");
	table_add_text(out, p->set, strlen(p->set));
	text_add(out, ",%d", p->drop);
	add_seen(out, p, seen);
	text_add(out, "\n");
}

/* Rows, each once. */
struct rows {
	const struct points_list *list;
	struct output *output;
	struct text out;
	struct digest_set seen;
	bool found;
};

static int
add_row(struct rows *rows, const struct path_point *p, struct error *err)
{
	const size_t at = text_length(&rows->out);
	const struct seen seen = see(rows->list, p);
	const char *chars;
	int status;

	add_point(&rows->out, p, &seen);
	chars = text_chars(&rows->out, err);
	if (chars == NULL)
		return -1;
	status = digest_set_add(
	    &rows->seen, chars + at, text_length(&rows->out) - at, err);
	if (status == 0)
		text_cut(&rows->out, at);
	rows->found = true;
	return status < 0
		   ? -1
		   : output_text(rows->output, &rows->out, OUTPUT_COLLECT, err);
}

static int
add_rows(struct rows *rows, const struct text *records, struct error *err)
{
	struct reader *reader = reader_new_text(records, err);
	int status = reader != NULL ? 1 : -1;
	struct record record;
	struct path_point p;

	while (status == 1 &&
	       (status = reader_next_intact(reader, &record, err)) == 1)
		if (record_is(&record, "path") &&
		    (path_unpack(&p, record.header, err) < 0 ||
			add_row(rows, &p, err) < 0))
			status = -1;
	reader_free(reader);
	return status;
}

int
convert_path(
    const struct points_list *list, struct output *output, struct error *err)
{
	struct rows rows = {.list = list, .output = output};
	int status = 0;

	text_add(&rows.out,
	    "name,rep,i,step,x,y,norm,off,off_biasbn,off_rest,epoch,lr,"
	    "running_loss,loss,set,drop,plane_loss,plane_set,measured,gap,"
	    "share\n");
	for (size_t i = 0; i < list->n && status == 0; i++)
		status = add_rows(&rows, &list->item[i].summary, err);
	if (status == 0)
		status = add_rows(&rows, &list->paths, err);
	if (status == 0 && !rows.found)
		status = error_set(err, "the input has no path (trajproj)");
	if (status == 0)
		status = output_text(output, &rows.out, 0, err);
	digest_set_free(&rows.seen);
	text_free(&rows.out);
	return status;
}
