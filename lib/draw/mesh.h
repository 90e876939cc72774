/*
 * A Delaunay triangulation of points in a square, for what was measured at
 * places that make no rectangular grid.
 *
 * Places are numbers of a lattice, so that every decision is exact: there are
 * no cracks and no overlaps, whatever lies on a line or a circle.
 */
#ifndef DRAW_MESH_H
#define DRAW_MESH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Coordinates are 0 ... MESH_SIDE; products of four of them fit 63 bits. */
enum { MESH_SIDE = 1 << 14 };

struct mesh_place {
	int32_t x, y;
};

struct mesh_triangle {
	uint32_t corner[3]; /* counter-clockwise */
	int32_t beyond[3];  /* the triangle across from each corner, or -1 */
	int32_t seen; /* number of the last insertion that took it apart */
};

struct mesh {
	struct mesh_place
	    *place; /* the points, then four corners of the square */
	size_t n;   /* points */
	struct mesh_triangle *triangle;
	size_t n_triangles, room;
	int32_t last; /* where to begin to look */
	/* Of an insertion: triangles taken apart, edges around them. */
	int32_t *apart;
	struct mesh_edge *edge;
	size_t n_apart, room_apart, n_edges, room_edges;
	int32_t *from; /* per place: the new triangle whose edge begins here */
};

/*
 * Triangulates n points.  Of several at one place the first one counts.  The
 * corners of the square are corners of triangles, too, where no point lies
 * there.  mesh is {0} before; free it in any case.
 */
int mesh_make(struct mesh *mesh, const struct mesh_place *points, size_t n,
    struct error *err);
void mesh_free(struct mesh *mesh);

/*
 * The triangle that holds a place: the numbers of its corners, with weights
 * that sum to 1.  Returns how many of them have a weight (1 at a point, 2 on an
 * edge, 3); 0 when one of these is a corner of the square that is no point.
 */
int mesh_find(struct mesh *mesh, struct mesh_place at, size_t corner[3],
    double weight[3]);

#endif
