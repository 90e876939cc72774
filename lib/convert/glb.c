/*
 * Binary glTF 2.0: surfaces with colours, their paths and the edges of their
 * boxes, for Blender and other programs that show things.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "convert/convert.h"
#include "convert/lift.h"
#include "draw/landscape.h"
#include "draw/scale.h"
#include "draw/trail.h"
#include "stream/value.h"

/* As a relief: the box is 2 wide and deep; surfaces stand side by side. */
static const float TALL = 1.2F, APART = 2.5F;

enum mode { LINES = 1, LINE_STRIP = 3, TRIANGLES = 4 };
enum component { UINT32 = 5125, FLOAT32 = 5126 };

/* The file while it grows: lists of its JSON, and the numbers. */
struct glb {
	struct text views, accessors, primitives, nodes;
	struct text numbers;
	size_t n_accessors, n_meshes, n_primitives;
	struct scale scale;
};

/* ---- numbers ---- */

static void
add_word(struct text *out, uint32_t v)
{
	uint8_t bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(v >> 8 * i);
	text_add_bytes(out, bytes, 4);
}

static void
add_float(struct text *out, float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	add_word(out, bits);
}

/* An accessor and its view of n * width numbers that lie from byte `from` on.
 */
static size_t
add_accessor(
    struct glb *g, size_t from, size_t n, int width, enum component component)
{
	const char *comma = g->n_accessors > 0 ? "," : "";

	text_add(&g->views,
	    "%s\n{\"buffer\":0,\"byteOffset\":%zu,\"byteLength\":%zu,"
	    "\"target\":"
	    "%d}",
	    comma, from, n * (size_t)width * 4,
	    component == UINT32 ? 34963 : 34962);
	text_add(&g->accessors,
	    "%s\n{\"bufferView\":%zu,\"componentType\":%d,\"count\":%zu,"
	    "\"type\":\"%s\"",
	    comma, g->n_accessors, component, n,
	    width == 1 ? "SCALAR" : "VEC3");
	return g->n_accessors++;
}

/* Positions have their bounds, as the format wants. */
static size_t
add_positions(struct glb *g, const float (*at)[3], size_t n)
{
	size_t from = text_length(&g->numbers), number;
	float lo[3] = {INFINITY, INFINITY, INFINITY};
	float hi[3] = {-INFINITY, -INFINITY, -INFINITY};

	for (size_t i = 0; i < n; i++)
		for (int a = 0; a < 3; a++) {
			add_float(&g->numbers, at[i][a]);
			lo[a] = fminf(lo[a], at[i][a]);
			hi[a] = fmaxf(hi[a], at[i][a]);
		}
	number = add_accessor(g, from, n, 3, FLOAT32);
	text_add(&g->accessors,
	    ",\"min\":[%.9g,%.9g,%.9g],\"max\":[%.9g,%.9g,%.9g]}",
	    (double)lo[0], (double)lo[1], (double)lo[2], (double)hi[0],
	    (double)hi[1], (double)hi[2]);
	return number;
}

/* ---- places ---- */

/* glTF's y is up, and its z toward the reader: the plane's y is -z. */
static void
place(const struct glb *g, const struct drawn_surface *s, size_t panel,
    double x, double y, double z, float out[3])
{
	double x0 = s->x[0], x1 = s->x[s->nx - 1];
	double y0 = s->y[0], y1 = s->y[s->ny - 1];
	double part = fmax(0, fmin(1, scale_part(&g->scale, z)));

	out[0] = (float)(2 * (x - x0) / (x1 - x0) - 1) + (float)panel * APART;
	out[1] = TALL * (float)part;
	out[2] = -(float)(2 * (y - y0) / (y1 - y0) - 1);
}

/* A screen's colour as light, which glTF wants. */
static float
light(double c)
{
	return (
	    float)(c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
}

/* ---- primitives ---- */

static void
begin_mesh(struct glb *g)
{
	text_add(&g->primitives, "%s\n{\"primitives\":[",
	    g->n_meshes > 0 ? "," : "");
	g->n_primitives = 0;
}

static void
end_mesh(struct glb *g, const char *name)
{
	text_add(&g->primitives, "],\"name\":");
	value_print_json_chars(name, strlen(name), &g->primitives);
	text_add(&g->primitives, "}");
	text_add(&g->nodes,
	    "%s\n{\"mesh\":%zu,\"name\":", g->n_meshes > 0 ? "," : "",
	    g->n_meshes);
	value_print_json_chars(name, strlen(name), &g->nodes);
	text_add(&g->nodes, "}");
	g->n_meshes++;
}

static void
add_lines(struct glb *g, const float (*at)[3], size_t n, enum mode mode)
{
	begin_mesh(g);
	text_add(&g->primitives,
	    "{\"attributes\":{\"POSITION\":%zu},\"mode\":%d,\"material\":1}",
	    add_positions(g, at, n), mode);
}

/* The points that have a height, and the number of each; -1: it has none. */
static size_t
number_points(const struct drawn_surface *s, int64_t *number)
{
	size_t n = 0;

	for (size_t i = 0; i < (size_t)s->nx * (size_t)s->ny; i++)
		number[i] = isnan(s->z[i]) ? -1 : (int64_t)n++;
	return n;
}

/* Two triangles of each cell whose corners are all there. */
static size_t
add_triangles(
    struct glb *g, const struct drawn_surface *s, const int64_t *number)
{
	size_t from = text_length(&g->numbers), n = 0;

	for (int iy = 0; iy + 1 < s->ny; iy++)
		for (int ix = 0; ix + 1 < s->nx; ix++) {
			const int64_t *a =
			    number + (size_t)iy * (size_t)s->nx + (size_t)ix;
			const int64_t corner[4] = {
			    a[0], a[1], a[s->nx + 1], a[s->nx]};
			static const int order[6] = {0, 1, 2, 0, 2, 3};

			if (corner[0] < 0 || corner[1] < 0 || corner[2] < 0 ||
			    corner[3] < 0)
				continue;
			for (int k = 0; k < 6; k++)
				add_word(
				    &g->numbers, (uint32_t)corner[order[k]]);
			n += 6;
		}
	if (n == 0)
		return SIZE_MAX;
	from = add_accessor(g, from, n, 1, UINT32);
	text_add(&g->accessors, "}");
	return from;
}

static int
add_surface(struct glb *g, const struct drawn_surface *s, size_t panel,
    struct error *err)
{
	size_t all = (size_t)s->nx * (size_t)s->ny, n, position, colour, index;
	int64_t *number = memory_new(all, sizeof(*number), err);
	float(*at)[3] = memory_new(all, sizeof(*at), err);
	size_t from;

	if (number == NULL || at == NULL) {
		free(number);
		free(at);
		return -1;
	}
	n = number_points(s, number);
	for (size_t i = 0; i < all; i++)
		if (number[i] >= 0)
			place(g, s, panel, s->x[i % (size_t)s->nx],
			    s->y[i / (size_t)s->nx], s->z[i], at[number[i]]);
	index = add_triangles(g, s, number);
	if (index != SIZE_MAX) {
		position = add_positions(g, (const float(*)[3])at, n);
		from = text_length(&g->numbers);
		for (size_t i = 0; i < all; i++) {
			struct colour c = scale_colour(&g->scale, s->z[i]);

			if (number[i] < 0)
				continue;
			add_float(&g->numbers, light(c.r));
			add_float(&g->numbers, light(c.g));
			add_float(&g->numbers, light(c.b));
		}
		colour = add_accessor(g, from, n, 3, FLOAT32);
		text_add(&g->accessors, "}");
		begin_mesh(g);
		text_add(&g->primitives,
		    "{\"attributes\":{\"POSITION\":%zu,\"COLOR_0\":%zu},"
		    "\"indices\":%zu,\"mode\":%d,\"material\":0}",
		    position, colour, index, TRIANGLES);
		end_mesh(g, s->label != NULL ? s->label : "surface");
	}
	free(number);
	free(at);
	return 0;
}

/* The floor's border and an upright edge at each corner. */
static void
add_box(struct glb *g, const struct drawn_surface *s, size_t panel)
{
	float at[16][3];
	const double x[] = {s->x[0], s->x[s->nx - 1], s->x[s->nx - 1], s->x[0]};
	const double y[] = {s->y[0], s->y[0], s->y[s->ny - 1], s->y[s->ny - 1]};

	for (int i = 0; i < 4; i++) {
		int k = (i + 1) % 4;

		place(g, s, panel, x[i], y[i], g->scale.lo, at[4 * i]);
		place(g, s, panel, x[k], y[k], g->scale.lo, at[4 * i + 1]);
		place(g, s, panel, x[i], y[i], g->scale.lo, at[4 * i + 2]);
		place(g, s, panel, x[i], y[i], g->scale.top, at[4 * i + 3]);
	}
	add_lines(g, (const float(*)[3])at, 16, LINES);
	end_mesh(g, "box");
}

/* Where a trail leaves the surface its line is broken. */
static int
add_trail(struct glb *g, const struct drawn_surface *s, size_t panel,
    const struct trail *trail, struct error *err)
{
	float(*at)[3] = memory_new(trail->n, sizeof(*at), err);
	size_t n = 0;

	if (at == NULL)
		return -1;
	for (size_t i = 0; i <= trail->n; i++) {
		double z = i < trail->n
			       ? lift_height(s, trail->at[i].x, trail->at[i].y)
			       : NAN;

		if (!isnan(z)) {
			place(g, s, panel, trail->at[i].x, trail->at[i].y, z,
			    at[n]);
			at[n++][1] += 0.01F; /* above the surface */
			continue;
		}
		if (n > 1) {
			add_lines(g, (const float(*)[3])at, n, LINE_STRIP);
			end_mesh(g, trail->name);
		}
		n = 0;
	}
	free(at);
	return 0;
}

/* ---- the file ---- */

static void
add_json(struct glb *g, struct text *out, const char *history)
{
	text_add(out,
	    "{\"asset\":{\"version\":\"2.0\",\"generator\":\"gridconv "
	    "(losspipe) %s\",\"extras\":{\"history\":",
	    LOSSPIPE_VERSION);
	value_print_json_chars(history, strlen(history), out);
	text_add(out, "}},\n\"scene\":0,\"scenes\":[{\"nodes\":[");
	for (size_t i = 0; i < g->n_meshes; i++)
		text_add(out, "%s%zu", i > 0 ? "," : "", i);
	text_add(out, "]}],\n\"nodes\":[");
	text_add_text(out, &g->nodes);
	text_add(out, "],\n\"meshes\":[");
	text_add_text(out, &g->primitives);
	text_add(out,
	    "],\n\"materials\":[{\"name\":\"surface\",\"doubleSided\":true,"
	    "\"pbrMetallicRoughness\":{\"metallicFactor\":0,"
	    "\"roughnessFactor\":0.8}},{\"name\":\"line\","
	    "\"pbrMetallicRoughness\":{\"baseColorFactor\":[0.05,0.05,0.05,1],"
	    "\"metallicFactor\":0}}],\n\"accessors\":[");
	text_add_text(out, &g->accessors);
	text_add(out, "],\n\"bufferViews\":[");
	text_add_text(out, &g->views);
	text_add(out, "],\n\"buffers\":[{\"byteLength\":%zu}]}",
	    text_length(&g->numbers));
	/* a chunk ends at a multiple of four */
	text_add_bytes(out, "   ", (4 - text_length(out) % 4) % 4);
}

/* A header, a chunk of JSON, a chunk of numbers; lengths in bytes. */
static int
write_file(struct glb *g, const char *history, struct output *output,
    struct error *err)
{
	struct text json = {0}, file = {0};
	const char *chars;
	int status = -1;

	add_json(g, &json, history);
	text_add_bytes(&file, "glTF", 4);
	add_word(&file, 2);
	add_word(&file,
	    (uint32_t)(28 + text_length(&json) + text_length(&g->numbers)));
	add_word(&file, (uint32_t)text_length(&json));
	text_add_bytes(&file, "JSON", 4);
	text_add_text(&file, &json);
	add_word(&file, (uint32_t)text_length(&g->numbers));
	text_add_bytes(&file, "BIN\0", 4);
	text_add_text(&file, &g->numbers);
	chars = text_chars(&file, err);
	if (chars != NULL)
		status = output_write(output, chars, text_length(&file), err);
	text_free(&json);
	text_free(&file);
	return status;
}

static int
add_panel(struct glb *g, const struct drawn_surface *s, size_t panel,
    struct error *err)
{
	if (add_surface(g, s, panel, err) < 0)
		return -1;
	add_box(g, s, panel);
	for (size_t k = 0; k < s->n_trails; k++)
		if (add_trail(g, s, panel, &s->trails[k], err) < 0)
			return -1;
	return 0;
}

int
convert_glb(const struct points_list *list, const struct height *height,
    struct output *output, struct error *err)
{
	struct landscape l = {0};
	struct glb g = {0};
	const char *history;
	int status = landscape_make(&l, list, "loss", err);

	if (status == 0 && l.axes != 2)
		status = error_set(err, "a grid with one axis has no surface, "
					"expected two axes");
	if (status == 0)
		status = landscape_refine(&l,
		    &(struct landscape_manner){
			.log = height->log && !l.negative},
		    err);
	if (status == 0)
		status = scale_make(l.surfaces, l.n, height->log, 0, NULL,
		    height->zmax, &g.scale, err);
	for (size_t i = 0; i < l.n && status == 0; i++)
		status = add_panel(&g, &l.surfaces[i], i, err);
	history = status == 0 ? text_chars(&l.history, err) : NULL;
	status = history != NULL ? write_file(&g, history, output, err) : -1;
	landscape_free(&l);
	text_free(&g.views);
	text_free(&g.accessors);
	text_free(&g.primitives);
	text_free(&g.nodes);
	text_free(&g.numbers);
	return status;
}
