#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/character.h"
#include "base/memory.h"
#include "convert/convert.h"
#include "convert/numbers.h"
#include "draw/mesh.h"

/*
 * A piece: the points of a sheet that have a height, requested ones among them,
 * and what joins them.
 */
struct piece {
	const struct grid *grid;
	const struct numbers *numbers;
	int64_t all;     /* points, with a height or without */
	int64_t *number; /* of each of them in the piece, or -1 */
	double *z;       /* of each of them */
	int64_t *cell;   /* numbers of its corners, cell by cell */
	int64_t n_points, n_cells;
	int corners; /* of a cell: 4, or 3 among requested points; 2 on a line
		      */
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

static double
coordinate(const struct piece *p, int64_t i, int axis)
{
	const struct numbers *n = p->numbers;
	const int64_t nx = grid_num(p->grid, 0);

	if (i >= n->n)
		return n->other[axis][i - n->n];
	return n->at[axis][axis == 0 ? i % nx : i / nx];
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

static int
join_grid(struct piece *p, struct error *err)
{
	const int64_t cells_x = grid_num(p->grid, 0) - 1;
	const int64_t cells_y = p->corners == 4 ? grid_num(p->grid, 1) - 1 : 1;

	p->cell = memory_new(
	    (size_t)p->numbers->n * (size_t)p->corners, sizeof(*p->cell), err);
	if (p->cell == NULL)
		return -1;
	for (int64_t iy = 0; iy < cells_y; iy++)
		for (int64_t ix = 0; ix < cells_x; ix++)
			p->n_cells +=
			    cell(p, ix, iy, p->cell + p->n_cells * p->corners);
	return 0;
}

/* A point of the piece, and where it is. */
struct joint {
	double x, y;
	int64_t number;
};

static int
by_x(const void *a, const void *b)
{
	const struct joint *p = a, *q = b;

	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return (p->number > q->number) - (p->number < q->number);
}

static int
join_line(struct piece *p, struct joint *joint, struct error *err)
{
	if (p->n_points > 0)
		qsort(joint, (size_t)p->n_points, sizeof(*joint), by_x);
	p->cell = memory_new(2 * (size_t)p->n_points, sizeof(*p->cell), err);
	if (p->cell == NULL)
		return -1;
	for (int64_t i = 1; i < p->n_points; i++) {
		p->cell[2 * p->n_cells] = joint[i - 1].number;
		p->cell[2 * p->n_cells++ + 1] = joint[i].number;
	}
	return 0;
}

/* The lattice that triangles are found on. */
static int32_t
lattice(const struct range *range, double x)
{
	const double part = (x - range->lo) / (range->hi - range->lo);

	return (int32_t)lround(fmin(fmax(part, 0), 1) * MESH_SIDE);
}

static bool
is_triangle(const struct mesh_triangle *t, size_t n)
{
	return t->corner[0] < n && t->corner[1] < n && t->corner[2] < n;
}

static int
join_triangles(struct piece *p, const struct joint *joint, struct error *err)
{
	const size_t n = (size_t)p->n_points;
	struct mesh_place *place = memory_new(n, sizeof(*place), err);
	struct mesh mesh = {0};
	int status = place != NULL ? 0 : -1;

	for (size_t i = 0; i < n && status == 0; i++)
		place[i] =
		    (struct mesh_place){lattice(&p->grid->range[0], joint[i].x),
			lattice(&p->grid->range[1], joint[i].y)};
	if (status == 0)
		status = mesh_make(&mesh, place, n, err);
	if (status == 0) {
		p->cell =
		    memory_new(3 * mesh.n_triangles, sizeof(*p->cell), err);
		status = p->cell != NULL ? 0 : -1;
	}
	for (size_t k = 0; k < mesh.n_triangles && status == 0; k++)
		if (is_triangle(&mesh.triangle[k], n)) {
			for (int i = 0; i < 3; i++)
				p->cell[3 * p->n_cells + i] =
				    joint[mesh.triangle[k].corner[i]].number;
			p->n_cells++;
		}
	mesh_free(&mesh);
	free(place);
	return status;
}

static int
join(struct piece *p, struct error *err)
{
	struct joint *joint;
	int64_t n = 0;
	int status;

	if (p->numbers->n_other == 0)
		return join_grid(p, err);
	joint = memory_new((size_t)p->n_points, sizeof(*joint), err);
	if (joint == NULL)
		return -1;
	for (int64_t i = 0; i < p->all; i++)
		if (p->number[i] >= 0)
			joint[n++] = (struct joint){coordinate(p, i, 0),
			    coordinate(p, i, 1), p->number[i]};
	if (p->corners == 4)
		p->corners = 3;
	status = p->corners == 3 ? join_triangles(p, joint, err)
				 : join_line(p, joint, err);
	free(joint);
	return status;
}

static int
piece_make(struct piece *p, const struct fields *fields,
    const struct height *height, struct error *err)
{
	const struct numbers *numbers = p->numbers;
	const double *loss = NULL;

	for (size_t f = 0; f < fields->n; f++)
		if (strcmp(fields->name[f], "loss") == 0)
			loss = numbers->value[f];
	if (loss == NULL) {
		error_set(err, "no point has a number 'loss'");
		return -1;
	}
	p->all = numbers->n + numbers->n_other;
	p->number = memory_new((size_t)p->all, sizeof(*p->number), err);
	p->z = memory_new((size_t)p->all, sizeof(*p->z), err);
	if (p->number == NULL || p->z == NULL)
		return -1;
	for (int64_t i = 0; i < p->all; i++) {
		p->z[i] = height_of(height, loss[i]);
		p->number[i] = isfinite(p->z[i]) ? p->n_points++ : -1;
	}
	return join(p, err);
}

static void
add_fields(struct text *out, const struct piece *p, const struct fields *fields)
{
	text_add(out, "<PointData Scalars=\"loss\">\n");
	for (size_t f = 0; f < fields->n; f++) {
		struct base64 b = array_start(
		    out, "Float64", fields->name[f], 1, p->n_points);

		for (int64_t i = 0; i < p->all; i++)
			if (p->number[i] >= 0)
				base64_add_double(&b, p->numbers->value[f][i]);
		array_end(&b);
	}
	text_add(out, "</PointData>\n");
}

static void
add_places(struct text *out, const struct piece *p)
{
	struct base64 b;

	text_add(out, "<Points>\n");
	b = array_start(out, "Float64", "Points", 3, p->n_points);
	for (int64_t i = 0; i < p->all; i++) {
		if (p->number[i] < 0)
			continue;
		base64_add_double(&b, coordinate(p, i, 0));
		base64_add_double(&b, coordinate(p, i, 1));
		base64_add_double(&b, p->z[i]);
	}
	array_end(&b);
	text_add(out, "</Points>\n");
}

static void
add_cells(struct text *out, const struct piece *p)
{
	const char *tag = p->corners > 2 ? "Polys" : "Lines";
	struct base64 b;

	text_add(out, "<%s>\n", tag);
	b = array_start(
	    out, "Int64", "connectivity", 1, p->n_cells * p->corners);
	for (int64_t i = 0; i < p->n_cells * p->corners; i++)
		base64_add_u64(&b, (uint64_t)p->cell[i]);
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
	    p->corners > 2 ? p->n_cells : 0);
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
	free(piece.cell);
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
