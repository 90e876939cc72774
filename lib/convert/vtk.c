#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/character.h"
#include "base/memory.h"
#include "convert/convert.h"
#include "convert/numbers.h"

/* A piece: the points of a sheet that have a height, and what joins them. */
struct piece {
	const struct grid *grid;
	const struct numbers *numbers;
	int64_t *number; /* of each point of the sheet in the piece, or -1 */
	double *z;       /* of each point of the sheet */
	int64_t n_points, n_cells;
	int corners; /* of a cell: 4 on a surface, 2 on a line */
};

/* A DataArray: its tag and the number of bytes, then the values. */
static struct base64
array_start(struct text *out, const char *type, const char *name,
    int components, int64_t n)
{
	struct base64 b = {.out = out};

	text_add(out, "<DataArray type=\"%s\" Name=\"", type);
	text_add_xml(out, name);
	text_add(
	    out, "\" NumberOfComponents=\"%d\" format=\"binary\">", components);
	base64_add_u64(&b, (uint64_t)n * (uint64_t)components * 8);
	return b;
}

static void
array_end(struct base64 *b)
{
	base64_end(b);
	text_add(b->out, "</DataArray>\n");
}

/* ---- what a piece has ---- */

static double
height_of(const struct height *height, double loss)
{
	double z = loss;

	if (!isnan(height->zmax) && z > height->zmax)
		z = height->zmax;
	return height->log ? log(z + 0.1) : z;
}

/* The points of cell (ix, iy), counter-clockwise; false: not all are there. */
static bool
cell(const struct piece *p, int64_t ix, int64_t iy, int64_t corner[4])
{
	const int64_t nx = grid_num(p->grid, 0), at = iy * nx + ix;
	const int64_t place[4] = {at, at + 1, at + nx + 1, at + nx};

	for (int i = 0; i < p->corners; i++) {
		corner[i] = p->number[place[i]];
		if (corner[i] < 0)
			return false;
	}
	return true;
}

/* How many cells a sheet has along each axis. */
static int64_t
cells_x(const struct piece *p)
{
	return grid_num(p->grid, 0) - 1;
}

static int64_t
cells_y(const struct piece *p)
{
	return p->corners == 4 ? grid_num(p->grid, 1) - 1 : 1;
}

static int
piece_make(struct piece *p, const struct fields *fields,
    const struct height *height, struct error *err)
{
	const struct numbers *numbers = p->numbers;
	const double *loss = NULL;
	int64_t corner[4];

	for (size_t f = 0; f < fields->n; f++)
		if (strcmp(fields->name[f], "loss") == 0)
			loss = numbers->value[f];
	if (loss == NULL) {
		error_set(err, "no point has a number 'loss'");
		return -1;
	}
	p->number = memory_new((size_t)numbers->n, sizeof(*p->number), err);
	p->z = memory_new((size_t)numbers->n, sizeof(*p->z), err);
	if (p->number == NULL || p->z == NULL)
		return -1;
	for (int64_t i = 0; i < numbers->n; i++) {
		p->z[i] = height_of(height, loss[i]);
		p->number[i] = isfinite(p->z[i]) ? p->n_points++ : -1;
	}
	for (int64_t iy = 0; iy < cells_y(p); iy++)
		for (int64_t ix = 0; ix < cells_x(p); ix++)
			p->n_cells += cell(p, ix, iy, corner);
	return 0;
}

static void
add_fields(struct text *out, const struct piece *p, const struct fields *fields)
{
	text_add(out, "<PointData Scalars=\"loss\">\n");
	for (size_t f = 0; f < fields->n; f++) {
		struct base64 b = array_start(
		    out, "Float64", fields->name[f], 1, p->n_points);

		for (int64_t i = 0; i < p->numbers->n; i++)
			if (p->number[i] >= 0)
				base64_add_double(&b, p->numbers->value[f][i]);
		array_end(&b);
	}
	text_add(out, "</PointData>\n");
}

static void
add_places(struct text *out, const struct piece *p)
{
	const int64_t nx = grid_num(p->grid, 0);
	struct base64 b;

	text_add(out, "<Points>\n");
	b = array_start(out, "Float64", "Points", 3, p->n_points);
	for (int64_t i = 0; i < p->numbers->n; i++) {
		if (p->number[i] < 0)
			continue;
		base64_add_double(&b, p->numbers->at[0][i % nx]);
		base64_add_double(&b, p->numbers->at[1][i / nx]);
		base64_add_double(&b, p->z[i]);
	}
	array_end(&b);
	text_add(out, "</Points>\n");
}

static void
add_cells(struct text *out, const struct piece *p)
{
	const char *tag = p->corners == 4 ? "Polys" : "Lines";
	struct base64 b;
	int64_t corner[4];

	text_add(out, "<%s>\n", tag);
	b = array_start(
	    out, "Int64", "connectivity", 1, p->n_cells * p->corners);
	for (int64_t iy = 0; iy < cells_y(p); iy++)
		for (int64_t ix = 0; ix < cells_x(p); ix++)
			if (cell(p, ix, iy, corner))
				for (int i = 0; i < p->corners; i++)
					base64_add_u64(&b, (uint64_t)corner[i]);
	array_end(&b);
	b = array_start(out, "Int64", "offsets", 1, p->n_cells);
	for (int64_t i = 1; i <= p->n_cells; i++)
		base64_add_u64(&b, (uint64_t)(i * p->corners));
	array_end(&b);
	text_add(out, "</%s>\n", tag);
}

static void
add_piece(struct text *out, const struct piece *p, const struct fields *fields)
{
	text_add(out,
	    "<Piece NumberOfPoints=\"%" PRId64 "\" NumberOfVerts=\"0\" "
	    "NumberOfLines=\"%" PRId64 "\" NumberOfStrips=\"0\" "
	    "NumberOfPolys=\"%" PRId64 "\">\n",
	    p->n_points, p->corners == 2 ? p->n_cells : 0,
	    p->corners == 4 ? p->n_cells : 0);
	add_fields(out, p, fields);
	add_places(out, p);
	add_cells(out, p);
	text_add(out, "</Piece>\n");
}

static int
add_sheet(struct text *out, const struct points *points, int rep, int set,
    const struct fields *fields, const struct height *height, struct error *err)
{
	struct numbers numbers = {0};
	struct piece piece = {.grid = &points->grid,
	    .numbers = &numbers,
	    .corners = points->grid.axes > 1 ? 4 : 2};
	int status = numbers_take(&numbers, points, rep, set, fields, err);

	if (status == 0)
		status = piece_make(&piece, fields, height, err);
	if (status == 0)
		add_piece(out, &piece, fields);
	free(piece.number);
	free(piece.z);
	numbers_free(&numbers);
	return status;
}

int
convert_vtk(const struct points_list *list, const struct height *height,
    struct output *output, struct error *err)
{
	struct fields fields = {0};
	struct text out = {0};
	int status = fields_of_points(&fields, list, err);

	text_add(&out, "<?xml version=\"1.0\"?>\n"
		       "<VTKFile type=\"PolyData\" version=\"1.0\" "
		       "byte_order=\"LittleEndian\" header_type=\"UInt64\">\n"
		       "<PolyData>\n");
	for (size_t k = 0; k < list->n; k++) {
		const struct grid *g = &list->item[k].grid;

		for (int i = 0; i < g->reps * g->sets && status == 0; i++) {
			status = add_sheet(&out, &list->item[k], i / g->sets,
			    i % g->sets, &fields, height, err);
			if (status == 0)
				status = output_text(
				    output, &out, OUTPUT_COLLECT, err);
		}
	}
	text_add(&out, "</PolyData>\n</VTKFile>\n");
	if (status == 0)
		status = output_text(output, &out, 0, err);
	fields_free(&fields);
	text_free(&out);
	return status;
}
