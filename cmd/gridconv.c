/* gridconv: points as files that other programs read. */
#include <math.h>
#include <stdbool.h>

#include "base/number.h"
#include "base/output.h"
#include "base/plural.h"
#include "base/text.h"
#include "convert/convert.h"
#include "file/archive_write.h"
#include "frame.h"
#include "stream/reader.h"
#include "surface/points.h"
#include "surface/table.h"
#include "surfaces.h"

enum form {
	CSV,
	JSON,
	NPZ,
	VTK,
	GNUPLOT,
	PLOTLY,
	GLB,
	PATH,
	TRAINING,
	CLASSES
};
static const char *const forms[] = {
    [CSV] = "csv",
    [JSON] = "json",
    [NPZ] = "npz",
    [VTK] = "vtk",
    [GNUPLOT] = "gnuplot",
    [PLOTLY] = "plotly",
    [GLB] = "glb",
    [PATH] = "path",
    [TRAINING] = "training",
    [CLASSES] = "classes",
    NULL,
};

static const struct output_kind *const kinds[] = {
    [CSV] = &convert_csv_kind,
    [JSON] = &convert_json_kind,
    [NPZ] = &npz_kind,
    [VTK] = &convert_vtk_kind,
    [GNUPLOT] = &convert_gnuplot_kind,
    [PLOTLY] = &convert_plotly_kind,
    [GLB] = &convert_glb_kind,
    [PATH] = &convert_path_kind,
    [TRAINING] = &convert_training_kind,
    [CLASSES] = &convert_classes_kind,
};

struct settings {
	int form, log;
	struct height height;
	const char *class; /* of --class, or NULL */
};

static int
write_csv(struct text *text, const struct points_list *list,
    struct output *output, struct error *err)
{
	struct columns columns = {0};
	int status = columns_of_points(&columns, list, err);

	if (status == 0)
		table_add_names(text, &columns);
	for (size_t k = 0; k < list->n; k++)
		for (int64_t i = 0; i < list->item[k].n && status == 0; i++) {
			status = table_add_row(
			    text, &columns, &list->item[k], i, err);
			if (status == 0)
				status = output_text(
				    output, text, OUTPUT_COLLECT, err);
		}
	columns_free(&columns);
	return status;
}

/* {"grid": header, "points": [header, ...]} */
static int
write_surface(struct text *text, const struct points *points,
    struct output *output, struct error *err)
{
	struct decoded *grid = pack_decode(&points->grid_header, err);
	const char *comma = "";

	if (grid == NULL)
		return -1;
	text_add(text, "{\"grid\":");
	value_print_json(decoded_value(grid), text);
	decoded_free(grid);
	text_add(text, ",\n\"points\":[");
	for (int64_t i = 0; i < points->n; i++) {
		if (points->at[i].bytes == NULL)
			continue;
		text_add(text, "%s\n", comma);
		comma = ",";
		if (table_add_object(text, points, i, err) < 0 ||
		    output_text(output, text, OUTPUT_COLLECT, err) < 0)
			return -1;
	}
	text_add(text, "]}");
	return 0;
}

static int
write_json(struct text *text, const struct points_list *list,
    struct output *output, struct error *err)
{
	text_add(text, "[");
	for (size_t k = 0; k < list->n; k++) {
		text_add(text, k > 0 ? ",\n" : "");
		if (write_surface(text, &list->item[k], output, err) < 0)
			return -1;
	}
	text_add(text, "]\n");
	return 0;
}

static int
write_text(enum form form, const struct points_list *list,
    struct output *output, struct error *err)
{
	struct text text = {0};
	int status = form == CSV ? write_csv(&text, list, output, err)
				 : write_json(&text, list, output, err);

	if (status == 0)
		status = output_text(output, &text, 0, err);
	text_free(&text);
	return status;
}

static int
write_all(const struct settings *set, const struct points_list *list,
    struct output *output, struct error *err)
{
	switch ((enum form)set->form) {
	case NPZ:
		return convert_npz(list, output, err);
	case VTK:
		return convert_vtk(list, &set->height, output, err);
	case GNUPLOT:
		return convert_gnuplot(list, output, err);
	case PLOTLY:
		return convert_plotly(list, output, err);
	case GLB:
		return convert_glb(list, &set->height, output, err);
	case PATH:
		return convert_path(list, output, err);
	case CLASSES:
		return convert_classes(list, output, err);
	default:
		return write_text((enum form)set->form, list, output, err);
	}
}

/* Arrays and tables have places for the points of grids alone. */
static int
check_grids(const struct points_list *list, const struct settings *set,
    const struct frame *frame, struct error *err)
{
	for (size_t k = 0; k < list->n; k++) {
		const struct points *p = &list->item[k];

		if (grid_points(&p->grid) == 0)
			return error_set(err,
			    "run %.16s has requested points alone, expected a "
			    "grid",
			    p->grid.run);
	}
	if (set->form == NPZ || set->form == GNUPLOT)
		surfaces_leave_asked(frame, list, "csv and json have them");
	return 0;
}

/* Paths come with any stream, or alone: they need no grid. */
static int
read_points(struct points_list *list, char **paths, int n, bool grids,
    const struct frame *frame, struct error *err)
{
	if (surfaces_read(list, paths, n, false, frame, err) < 0)
		return -1;
	return list->n > 0 || !grids
		   ? 0
		   : error_set(err,
			 "the input has no grid (-t training converts a run)");
}

static int
parse_zmax(void *target, const char *value, struct error *err)
{
	struct settings *set = target;

	return number_parse_real(value, "--zmax", &set->height.zmax, err);
}

static int
write_training(void *context, struct reader *reader, struct output *output,
    struct error *err)
{
	(void)context;
	return convert_training(reader, output, err);
}

static int
run_points(const struct frame *frame, const struct settings *set, char **paths,
    int n, struct error *err)
{
	struct points_list list = {0};
	struct output output;
	const bool grids = set->form != PATH;
	int status = read_points(&list, paths, n, grids, frame, err);

	if (status == 0)
		status = surfaces_view(&list, set->class, err);
	if (status == 0 && grids && set->form != CSV && set->form != JSON &&
	    set->form != CLASSES)
		status = check_grids(&list, set, frame, err);
	if (status == 0)
		status = frame_open_output(frame, &output, err);
	if (status == 0)
		status = output_close(
		    &output, write_all(set, &list, &output, err), err);
	points_list_free(&list);
	return status;
}

static int
run(const struct frame *frame, const struct settings *set, char **paths, int n,
    struct error *err)
{
	if (set->form != TRAINING)
		return run_points(frame, set, paths, n, err);
	return frame_filter(frame, frame_reader(frame, paths, n, err),
	    write_training, NULL, err);
}

static const struct frame_belongs belongs[] = {{"zmax", 1U << VTK | 1U << GLB},
    {"log", 1U << VTK | 1U << GLB},
    {"class", ~(1U << PATH | 1U << TRAINING | 1U << CLASSES)}, {0}};

int
main(int argc, char **argv)
{
	struct settings set = {.height = {.zmax = NAN}};
	const struct option_row options[] = {
	    OPTION_CHOICE('t', "to", forms, &set.form, "what to write (csv)"),
	    OPTION_TEXT(0, "class", "NAME", &set.class, SURFACES_CLASS_HELP),
	    OPTION_CALL(0, "zmax", "Z", &set, parse_zmax,
		"vtk, glb: clip the height at Z"),
	    OPTION_FLAG(0, "log", &set.log,
		"vtk: heights are ln(loss + 0.1), glb: a log scale"),
	    OPTION_END,
	};
	struct frame frame = {.name = "gridconv",
	    .synopsis = "[FILE...]",
	    .reads = true,
	    .purpose = "convert points for other programs",
	    .output = {.manner = OUTPUT_QUICK},
	    .options = options};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	set.height.log = set.log != 0;
	frame_check_belongs(&frame, belongs, "to", forms, set.form);
	if (set.form == NPZ || set.form == GLB)
		frame_refuse_terminal(&frame);
	frame_set_kind(&frame, kinds[set.form]);
	if (run(&frame, &set, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
