/* ---- a surface as a mesh ---- */

/* A coarse grid is divided until it has about this many cells a side. */
const FINE = 80;

/*
 * Corners of the mesh in a box, row by row: x, y, z, the hue 0..1, and the
 * normal.  What has no number has NaN, and no cell touches it.
 *
 * log, clip: how heights are drawn (colours are those of the field's own scale).
 * stride: leaves points out, for a draft while the surface turns.
 */
function makeMesh(sheet, field, {log, clip, box, stride = 1})
{
	const pick = (array) => {
		const out = [];
		for (let i = 0; i < array.length; i += stride)
			out.push(i);
		if (out[out.length - 1] !== array.length - 1)
			out.push(array.length - 1);
		return out;
	};
	const columns = pick(sheet.xs), rows = pick(sheet.ys);
	const most = Math.max(columns.length, rows.length) - 1;
	const divide = Math.max(1, Math.round(FINE / most));
	const nx = (columns.length - 1) * divide + 1, ny = (rows.length - 1) * divide + 1;
	const mesh = {nx, ny, x: new Float32Array(nx), y: new Float32Array(ny),
		z: new Float32Array(nx * ny), hue: new Float32Array(nx * ny)};
	const values = sheet.values[field.name];
	const part = partOf(field, log), hue = partOf(field, field.log);
	const top = clip === null ? 1 : part(clip), last = clip === null ? 1 : hue(clip);
	for (let i = 0; i < nx; i++)
		mesh.x[i] = box.X(refined(sheet.xs, columns, divide, i));
	for (let j = 0; j < ny; j++)
		mesh.y[j] = box.Y(refined(sheet.ys, rows, divide, j));
	for (let j = 0, k = 0; j < ny; j++)
		for (let i = 0; i < nx; i++, k++) {
			mesh.z[k] = zOf(Math.min(top,
				inCell(sheet, values, columns, rows, divide, i, j, part)));
			mesh.hue[k] = Math.min(last,
				inCell(sheet, values, columns, rows, divide, i, j, hue));
		}
	mesh.normals = normalsOf(mesh);
	return mesh;
}

/* The coordinate of corner i of a divided axis. */
function refined(array, picked, divide, i)
{
	const cell = Math.min(Math.floor(i / divide), picked.length - 2);
	return mix(array[picked[cell]], array[picked[cell + 1]], i / divide - cell);
}

/* Bilinearly, as contour divides its cells. */
function inCell(sheet, values, columns, rows, divide, i, j, f)
{
	const ci = Math.min(Math.floor(i / divide), columns.length - 2);
	const cj = Math.min(Math.floor(j / divide), rows.length - 2);
	const at = (a, b) => f(values[rows[b] * sheet.nx + columns[a]]);
	const u = i / divide - ci, v = j / divide - cj;
	return mix(mix(at(ci, cj), at(ci + 1, cj), u),
		mix(at(ci, cj + 1), at(ci + 1, cj + 1), u), v);
}

/* By differences to the neighbours; beside a hole, to those that are there. */
function normalsOf({nx, ny, x, y, z})
{
	const out = new Float32Array(3 * nx * ny);
	const slope = (k, step, i, n, at) => {
		let a = i > 0 ? k - step : k, b = i < n - 1 ? k + step : k;
		let from = Math.max(0, i - 1), to = Math.min(n - 1, i + 1);
		if (Number.isNaN(z[a])) {
			a = k;
			from = i;
		}
		if (Number.isNaN(z[b])) {
			b = k;
			to = i;
		}
		return to > from ? (z[b] - z[a]) / (at[to] - at[from]) : 0;
	};
	for (let j = 0, k = 0; j < ny; j++)
		for (let i = 0; i < nx; i++, k++) {
			const a = slope(k, 1, i, nx, x) || 0;
			const b = slope(k, nx, j, ny, y) || 0;
			const length = Math.hypot(a, b, 1);
			out[3 * k] = -a / length;
			out[3 * k + 1] = -b / length;
			out[3 * k + 2] = 1 / length;
		}
	return out;
}

/* How bright each corner is, 0..1. */
function lightOn(mesh, light, out)
{
	const {normals} = mesh;
	for (let k = 0; k < mesh.nx * mesh.ny; k++)
		out[k] = Math.max(0, normals[3 * k] * light[0] +
			normals[3 * k + 1] * light[1] + normals[3 * k + 2] * light[2]);
	return out;
}
