/* Paths as CSV. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "convert/convert.h"
#include "run/path.h"
#include "surface/table.h"

/* What a checkpoint does not know is an empty cell. */
static void
add_real(struct text *out, double v)
{
	char number[NUMBER_TEXT_BYTES];

	text_add(out, ",%s", isnan(v) ? "" : number_format(v, number));
}

static void
add_point(struct text *out, const struct path_point *p)
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
	text_add(out, ",%d\n", p->drop);
}

int
convert_path(struct reader *reader, bool salvage, struct output *output,
    struct error *err)
{
	struct record record;
	struct path_point p;
	struct text out = {0};
	int status = 1, found = 0;

	text_add(&out, "name,rep,i,step,x,y,norm,off,off_biasbn,off_rest,epoch,"
		       "lr,running_loss,loss,set,drop\n");
	while (status == 1) {
		status = salvage ? reader_next_intact(reader, &record, err)
				 : reader_next(reader, &record, err);
		if (status != 1 || !record_is(&record, "path"))
			continue;
		found = 1;
		if (path_unpack(&p, record.header, err) < 0) {
			status = -1;
			break;
		}
		add_point(&out, &p);
		if (output_text(output, &out, OUTPUT_COLLECT, err) < 0)
			status = -1;
	}
	if (status == 0 && !found)
		status = error_set(err, "the input has no path (trajproj)");
	if (status == 0)
		status = output_text(output, &out, 0, err);
	text_free(&out);
	return status;
}
