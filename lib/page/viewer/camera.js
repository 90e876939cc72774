/* ---- the one camera ---- */

/* The box of a surface is 2 wide, 2 deep and this high, as contour's. */
const TALL = 1.2;
const START = {azimuth: -60, elevation: 32, zoom: 1, panX: 0, panY: 0};

/*
 * The screen's axes, and toward the eye and the light, which comes over the
 * viewer's left shoulder.  The projection is parallel: equal heights look
 * equal, and surfaces side by side can be compared.
 */
function axesOf({azimuth, elevation})
{
	const a = azimuth * Math.PI / 180, e = elevation * Math.PI / 180;
	const sa = Math.sin(a), ca = Math.cos(a), se = Math.sin(e), ce = Math.cos(e);
	const right = [-sa, ca, 0], up = [-se * ca, -se * sa, ce];
	const eye = [ce * ca, ce * sa, se];
	const light = eye.map((v, i) => v - 0.9 * right[i] + (i === 2 ? 1 : 0));
	const length = Math.hypot(...light);
	return {right, up, eye, light: light.map((v) => v / length)};
}

/* A camera on a picture of this size, in its pixels. */
function lookAt(camera, width, height)
{
	const zoom = camera.zoom * Math.min(width / 3.35, height / 2.75);
	return {...axesOf(camera), zoom, width, height,
		x: width / 2 + camera.panX * width,
		y: height / 2 + camera.panY * height};
}

/* Where a place of the box is seen: x, y, and how near it is. */
function project(look, X, Y, Z)
{
	const {right: r, up: u, eye: e} = look;
	return [look.x + look.zoom * (X * r[0] + Y * r[1]),
		look.y - look.zoom * (X * u[0] + Y * u[1] + Z * u[2]),
		X * e[0] + Y * e[1] + Z * e[2]];
}

/* The place of the box seen at x, y that is so near. */
function unproject(look, x, y, near)
{
	const a = (x - look.x) / look.zoom, b = (look.y - y) / look.zoom;
	return [0, 1, 2].map((i) =>
		a * look.right[i] + b * look.up[i] + near * look.eye[i]);
}

/* From coordinates of the plane to the box and back. */
function boxOf(xs, ys)
{
	const x0 = xs[0], x1 = xs[xs.length - 1], y0 = ys[0], y1 = ys[ys.length - 1];
	return {x0, x1, y0, y1,
		X: (x) => 2 * (x - x0) / (x1 - x0) - 1,
		Y: (y) => 2 * (y - y0) / (y1 - y0) - 1,
		x: (X) => x0 + (X + 1) / 2 * (x1 - x0),
		y: (Y) => y0 + (Y + 1) / 2 * (y1 - y0)};
}

function zOf(part)
{
	return TALL * (part - 0.5);
}
