/* ---- pixels ---- */

/*
 * Triangles are painted into an array of pixels with their depth beside it, by
 * the processor: this needs nothing but a 2-D canvas, so it looks the same on
 * every machine, and two surfaces of 101 x 101 take a few milliseconds.  Filling
 * their cells as paths of the canvas, in the painter's order, took five to ten
 * times as long without a graphics card.
 */
function makeTarget(width, height)
{
	return {width, height, pixels: new Uint32Array(width * height),
		depth: new Float32Array(width * height),
		hue: new Uint16Array(width * height)};
}

function clearTarget(target)
{
	target.pixels.fill(0);
	target.depth.fill(-Infinity);
}

/* Corners on the screen, in the order of the mesh; reused from call to call. */
const corners = {n: 0};

function projectMesh(mesh, look)
{
	const n = mesh.nx * mesh.ny, {right: r, up: u, eye: e, zoom} = look;
	if (corners.n < n) {
		corners.n = n;
		for (const name of ['x', 'y', 'near', 'light'])
			corners[name] = new Float32Array(n);
	}
	for (let j = 0, k = 0; j < mesh.ny; j++)
		for (let i = 0; i < mesh.nx; i++, k++) {
			const X = mesh.x[i], Y = mesh.y[j], Z = mesh.z[k];
			corners.x[k] = look.x + zoom * (X * r[0] + Y * r[1]);
			corners.y[k] = look.y - zoom * (X * u[0] + Y * u[1] + Z * u[2]);
			corners.near[k] = X * e[0] + Y * e[1] + Z * e[2];
		}
	lightOn(mesh, look.light, corners.light);
	return corners;
}

/*
 * number: of the surface.  Where two are equally near, as on a plateau where both
 * are cut, the first is seen.
 */
function paintMesh(target, mesh, look, palette, number = 0)
{
	projectMesh(mesh, look);
	const {nx, ny, z, hue} = mesh;
	const back = 2e-4 * number;
	for (let j = 0; j < ny - 1; j++)
		for (let i = 0; i < nx - 1; i++) {
			const k = j * nx + i;
			/* a sum with NaN is NaN */
			const all = z[k] + z[k + 1] + z[k + nx] + z[k + nx + 1];
			if (all !== all)
				continue;
			paintTriangle(target, hue, palette.packed, back, k, k + 1, k + nx + 1);
			paintTriangle(target, hue, palette.packed, back, k, k + nx + 1, k + nx);
		}
}

function paintTriangle(target, hues, packed, back, a, b, c)
{
	const xs = corners.x, ys = corners.y, {width} = target;
	const ax = xs[a], ay = ys[a], bx = xs[b] - ax, by = ys[b] - ay;
	const cx = xs[c] - ax, cy = ys[c] - ay, area = bx * cy - cx * by;
	const left = Math.max(0, Math.ceil(Math.min(ax, xs[b], xs[c]) - 0.5));
	const right = Math.min(width - 1, Math.floor(Math.max(ax, xs[b], xs[c]) - 0.5));
	const top = Math.max(0, Math.ceil(Math.min(ay, ys[b], ys[c]) - 0.5));
	const bottom = Math.min(target.height - 1,
		Math.floor(Math.max(ay, ys[b], ys[c]) - 0.5));
	if (area === 0 || left > right)
		return;
	/* what grows from pixel to pixel: weights of b and c, and all they weigh */
	const vx = cy / area, vy = -cx / area, wx = -by / area, wy = bx / area;
	const near = corners.near, light = corners.light;
	const dn = near[b] - near[a], en = near[c] - near[a];
	const dh = (hues[b] - hues[a]) * (HUES - 1), eh = (hues[c] - hues[a]) * (HUES - 1);
	const dl = (light[b] - light[a]) * (SHADES - 1);
	const el = (light[c] - light[a]) * (SHADES - 1);
	const h0 = hues[a] * (HUES - 1) + 0.5, l0 = light[a] * (SHADES - 1) + 0.5;
	for (let y = top; y <= bottom; y++) {
		const py = y + 0.5 - ay;
		let v = (left + 0.5 - ax) * vx + py * vy;
		let w = (left + 0.5 - ax) * wx + py * wy;
		for (let x = left, q = y * width + left; x <= right;
			x++, q++, v += vx, w += wx) {
			if (v < -1e-6 || w < -1e-6 || v + w > 1.000002)
				continue;
			const n = near[a] + v * dn + w * en - back;
			if (n <= target.depth[q])
				continue;
			const h = h0 + v * dh + w * eh, l = l0 + v * dl + w * el;
			target.depth[q] = n;
			target.hue[q] = h;
			target.pixels[q] = packed[(h < 0 ? 0 : h | 0) * SHADES + (l | 0)];
		}
	}
}

/*
 * Contour lines on the surface: where neighbouring pixels lie in different
 * bands and no edge is between them.
 */
function paintLines(target, palette, look)
{
	const {width, height, pixels, depth, hue} = target, {band} = palette;
	const edge = 8 / look.zoom;
	for (let y = 0; y < height - 1; y++)
		for (let x = 0, q = y * width; x < width - 1; x++, q++) {
			if (pixels[q] === 0)
				continue;
			const right = q + 1, below = q + width, mine = band[hue[q]];
			if (pixels[right] !== 0 && band[hue[right]] !== mine &&
				Math.abs(depth[right] - depth[q]) < edge ||
				pixels[below] !== 0 && band[hue[below]] !== mine &&
				Math.abs(depth[below] - depth[q]) < edge)
				pixels[q] = darker(pixels[q]);
		}
}

/* Each of three bytes by 11/16, without spilling into its neighbour. */
function darker(pixel)
{
	const pair = (pixel & 0xff00ff) * 11 >>> 4 & 0xff00ff;
	const green = (pixel >>> 8 & 0xff) * 11 >>> 4;
	return (0xff000000 | pair | green << 8) >>> 0;
}

/* How near the surface is at a pixel; -Infinity where there is none. */
function depthAt(target, x, y)
{
	const i = Math.floor(x), j = Math.floor(y);
	return i < 0 || j < 0 || i >= target.width || j >= target.height
		? -Infinity : target.depth[j * target.width + i];
}
