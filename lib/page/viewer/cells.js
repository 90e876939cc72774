/* ---- surfaces as shapes, for pictures that are saved ---- */

/*
 * The cells of all surfaces, far ones first.  Cells of a grid hide one another
 * only in the order of their middles' distance: a line of sight runs through
 * them monotonically along both axes.  A cell through which a contour line runs
 * is cut along it.
 */
function cellsOf(scene)
{
	const cells = [];
	for (const part of scene.parts) {
		const {mesh} = part, c = projectMesh(mesh, scene.look);
		for (let j = 0; j < mesh.ny - 1; j++)
			for (let i = 0; i < mesh.nx - 1; i++) {
				const k = j * mesh.nx + i;
				const ring = [k, k + 1, k + mesh.nx + 1, k + mesh.nx];
				if (ring.some((at) => Number.isNaN(mesh.z[at])))
					continue;
				cells.push(cellOf(scene, part, c, ring, i, j));
			}
	}
	cells.sort((a, b) => a.near - b.near || a.z - b.z);
	return cells.flatMap((cell) => cell.shapes);
}

/* A cell's shapes, and where it is: how near, and of equals how high. */
function cellOf(scene, {mesh, palette}, c, ring, i, j)
{
	const mean = (array) => ring.reduce((sum, k) => sum + array[k], 0) / 4;
	/* few shades: neighbours share one, and with it a path */
	const light = Math.round(mean(c.light) * 20) / 20;
	const corners = ring.map((k) => ({x: c.x[k], y: c.y[k],
		h: clamp(mesh.hue[k], 0, 1) * (HUES - 1)}));
	const {eye} = scene.look;
	const cut = scene.lines && palette.edges.some((e) =>
		corners.some((p) => p.h < e) && corners.some((p) => p.h >= e));
	/* a triangle is flat, so a line runs straight through it */
	const pieces = cut ? [[0, 1, 2], [0, 2, 3]].flatMap((t) =>
		cutAtEdges(t.map((n) => corners[n]), palette.edges))
		: [{ring: corners, line: null}];
	return {
		near: (mesh.x[i] + mesh.x[i + 1]) / 2 * eye[0] +
			(mesh.y[j] + mesh.y[j + 1]) / 2 * eye[1],
		z: mean(mesh.z),
		shapes: pieces.flatMap((piece) => shapesOf(piece, palette, light)),
	};
}

/* A piece in its colour, and the line along its lower border. */
function shapesOf({ring, line}, palette, light)
{
	const place = ({x, y}) => [x, y];
	const h = ring.reduce((sum, p) => sum + p.h, 0) / ring.length;
	const rgb = shaded(palette.rgb[clamp(Math.round(h), 0, HUES - 1)], light);
	const shapes = [{points: ring.map(place), colour: hexOf(rgb)}];
	if (line)
		shapes.push({line: line.map(place),
			colour: hexOf(rgb.map((v) => v * 11 / 16))});
	return shapes;
}

/* A triangle in pieces between neighbouring edges, the lowest first. */
function cutAtEdges(triangle, edges)
{
	const pieces = [];
	let rest = triangle, line = null;
	for (const edge of edges) {
		const below = clipAt(rest, edge, -1), above = clipAt(rest, edge, 1);
		if (below.length < 3)
			continue; /* all of it lies above */
		pieces.push({ring: below, line});
		if (above.length < 3)
			return pieces;
		line = above.filter((p) => p.h === edge).slice(0, 2);
		line = line.length === 2 ? line : null;
		rest = above;
	}
	pieces.push({ring: rest, line});
	return pieces;
}

/* The part of a convex ring above (side 1) or below (-1) an edge. */
function clipAt(ring, edge, side)
{
	const out = [];
	ring.forEach((p, i) => {
		const q = ring[(i + 1) % ring.length];
		const inside = side * (p.h - edge) >= 0;
		if (inside)
			out.push(p);
		if (inside !== side * (q.h - edge) >= 0) {
			const t = (edge - p.h) / (q.h - p.h);
			out.push({x: mix(p.x, q.x, t), y: mix(p.y, q.y, t), h: edge});
		}
	});
	return out;
}
