/*
 * The box around a relief: seen in parallel projection, with grid lines on its
 * far sides and rulers along three of its edges.
 */
#ifndef DRAW_BOX_H
#define DRAW_BOX_H

#include "draw/levels.h"
#include "draw/plot.h"

/*
 * It is 2 wide, 2 deep and this high, around the origin; on the page, sides of
 * different length are so many times as long.
 */
#define BOX_TALL 1.2

struct vector {
	double x, y, z;
};

struct box {
	struct svg *svg;
	const struct plot *plot;
	struct vector right, up, eye; /* the screen's axes, and to the eye */
	double wide, deep;            /* up to 1 */
	double zoom;
	struct xy middle;
};

/*
 * The ticks of one of the three directions; at: their place, -1 to 1 (of the
 * height: 0 to 1).
 */
struct box_ruler {
	const char *label; /* along its edge; NULL: it has none */
	struct levels ticks;
	double at[LEVELS_MAX];
};

double vector_dot(struct vector a, struct vector b);
struct vector vector_unit(struct vector a);

/* Where the eye is, in degrees; the box fills plot. */
void box_look(struct box *box, double azimuth, double elevation);

/* The place of a point of the box on the page. */
struct xy box_project(const struct box *box, struct vector v);

/* How long the edges along x, y and z are on the page. */
void box_edges(const struct box *box, double length[3]);

/* How many lines a label takes along an edge of this length, 1 or 2; 0: it does
 * not fit. */
int box_label_lines(const char *label, double length);

/* How far to the left the texts of the upright edge reach on the page. */
double box_left(const struct box *box, const struct box_ruler *height);

/* Grid lines on the floor and the two far walls; the edges with their texts. */
void box_walls(const struct box *box, const struct box_ruler rulers[3]);
void box_rulers(const struct box *box, const struct box_ruler rulers[3]);

#endif
