/* ---- what a view from the side consists of ---- */

/*
 * A scene: {parts: [{sheet, mesh, palette}], field, box, log, clip, look, at,
 * time, slice, lines}.  The same functions draw it on the screen, as PNG and as
 * SVG; only the surfaces' insides differ.
 */

/* The four corners of the floor, and which edges are toward the reader. */
function floorOf(look)
{
	const fx = look.eye[0] >= 0 ? 1 : -1, fy = look.eye[1] >= 0 ? 1 : -1;
	return {fx, fy};
}

/* Behind the surfaces: the floor with its grid, the back walls, the axes. */
function drawBox(pen, scene, ink)
{
	const {look} = scene, {fx, fy} = floorOf(look);
	const low = zOf(0), high = zOf(1);
	const p = (X, Y, Z) => project(look, X, Y, Z);
	const faint = {stroke: ink.faint, width: 0.7};
	pen.polygon([p(-1, -1, low), p(1, -1, low), p(1, 1, low), p(-1, 1, low)],
		{fill: ink.floor, stroke: ink.faint, width: 0.8});
	for (const [X, Y] of [[-fx, -fy], [-fx, fy], [fx, -fy]])
		pen.line([p(X, Y, low), p(X, Y, high)], faint);
	pen.line([p(-fx, fy, high), p(-fx, -fy, high), p(fx, -fy, high)], faint);
	for (const part of scene.parts)
		drawNoNumber(pen, scene, part);
	drawFloorTicks(pen, scene, ink);
	drawHeightTicks(pen, scene, ink);
}

/* A red patch of the floor beneath each point whose value is no number. */
function drawNoNumber(pen, {field, box, look}, {sheet})
{
	const {xs, ys, nx} = sheet, values = sheet.values[field.name];
	const dx = (xs[1] - xs[0]) / 2, dy = (ys[1] - ys[0]) / 2;
	for (let k = 0; k < values.length; k++) {
		if (!Number.isNaN(values[k]) || sheet.values.status[k] === 0)
			continue;
		const x = xs[k % nx], y = ys[Math.floor(k / nx)];
		const X = [x - dx, x + dx].map((v) => clamp(box.X(v), -1, 1));
		const Y = [y - dy, y + dy].map((v) => clamp(box.Y(v), -1, 1));
		pen.polygon([[0, 0], [1, 0], [1, 1], [0, 1]].map(([i, j]) =>
			project(look, X[i], Y[j], zOf(0))), {fill: '#b03a2e', alpha: 0.45});
	}
}

function drawFloorTicks(pen, scene, ink)
{
	const {look, box} = scene, {fx, fy} = floorOf(look), low = zOf(0);
	const size = ink.size;
	const edge = (from, to, of, out, name, values) => {
		const a = project(look, ...of(from), low), b = project(look, ...of(to), low);
		const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
		if (long < 60)
			return; /* seen from its end */
		const o = project(look, ...out, 0), c = project(look, 0, 0, 0);
		const away = Math.hypot(o[0] - c[0], o[1] - c[1]) || 1;
		const ox = (o[0] - c[0]) / away, oy = (o[1] - c[1]) / away;
		for (const v of values) {
			const [X, Y] = of(v), q = project(look, X, Y, low);
			pen.line([project(look, X - 2 * X * Math.abs(out[0]),
				Y - 2 * Y * Math.abs(out[1]), low), q],
				{stroke: ink.faint, width: 0.4});
			pen.line([q, [q[0] + 4 * ox, q[1] + 4 * oy]],
				{stroke: ink.text, width: 0.8});
			/* at the corner both axes meet: there is no room for two */
			if (X * fx < 0.93 || Y * fy < 0.93)
				pen.text(q[0] + 14 * ox, q[1] + 14 * oy + size / 3, show(v, 3),
					{size, fill: ink.text, anchor: 'middle'});
		}
		const m = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
		pen.text(m[0] + 34 * ox, m[1] + 34 * oy + size / 3, name,
			{size: size + 1, fill: ink.text, anchor: 'middle', bold: true});
	};
	edge(box.x0, box.x1, (v) => [box.X(v), fy], [0, fy], 'x',
		ticks(box.x0, box.x1, 5));
	edge(box.y0, box.y1, (v) => [fx, box.Y(v)], [fx, 0], 'y',
		ticks(box.y0, box.y1, 5));
}

/* On the upright edge that is leftmost on the screen. */
function drawHeightTicks(pen, scene, ink)
{
	const {look, field, log} = scene, low = zOf(0), high = zOf(1);
	const {fx, fy} = floorOf(look);
	const edges = [[-fx, fy], [fx, -fy]]
		.sort((a, b) => project(look, ...a, low)[0] - project(look, ...b, low)[0]);
	const [X, Y] = edges[0];
	const a = project(look, X, Y, low), b = project(look, X, Y, high);
	if (a[1] - b[1] < 60)
		return;
	pen.line([a, b], {stroke: ink.text, width: 0.8});
	const part = partOf(field, log);
	const values = log ? logTicks(field.lo, field.top, 7)
		: ticks(field.lo, field.top, 6);
	const digits = digitsFor(values);
	for (const v of values) {
		const q = project(look, X, Y, zOf(part(v))), text = show(v, digits);
		pen.line([q, [q[0] - 4, q[1]]], {stroke: ink.text, width: 0.8});
		/* on a phone it would begin outside; the lowest one makes room for the floor's */
		pen.text(Math.max(q[0] - 7, 0.64 * ink.size * text.length + 1),
			q[1] + (q[1] > a[1] - 5 ? -2 : ink.size / 3), text,
			{size: ink.size, fill: ink.text, anchor: 'end'});
	}
}

/* ---- what lies on the surfaces ---- */

/* (x, y) of a sheet as a place of the box, on its surface; or null. */
function onSurface(scene, part, x, y)
{
	const p = partOf(scene.field, scene.log);
	const values = part.sheet.values[scene.field.name];
	const h = between(part.sheet, values, x, y, p);
	if (Number.isNaN(h))
		return null;
	const top = scene.clip === null ? 1 : p(scene.clip);
	return [scene.box.X(x), scene.box.Y(y), zOf(Math.min(h, top))];
}

/* A line through the plane, lifted onto a surface; with what is hidden. */
function lift(scene, part, points)
{
	const step = (part.sheet.xs[part.sheet.nx - 1] - part.sheet.xs[0]) / 100;
	const stepY = (part.sheet.ys[part.sheet.ny - 1] - part.sheet.ys[0]) / 100;
	const pieces = [];
	let piece = null;
	const add = (x, y) => {
		const place = onSurface(scene, part, x, y);
		if (!place) {
			piece = null;
			return;
		}
		const q = project(scene.look, ...place);
		q.push(isHidden(scene, q));
		if (piece && piece.hidden !== q[3]) {
			piece.points.push(q);
			piece = null;
		}
		if (!piece) {
			piece = {hidden: q[3], points: []};
			pieces.push(piece);
		}
		piece.points.push(q);
	};
	points.forEach(([x, y], i) => {
		if (i === 0) {
			add(x, y);
			return;
		}
		const [fromX, fromY] = points[i - 1];
		const n = Math.max(1, Math.ceil(Math.max(
			Math.abs(x - fromX) / step, Math.abs(y - fromY) / stepY)));
		for (let k = 1; k <= Math.min(n, 400); k++)
			add(mix(fromX, x, k / Math.min(n, 400)),
				mix(fromY, y, k / Math.min(n, 400)));
	});
	return pieces.filter((p) => p.points.length > 1);
}

/* Is a surface clearly nearer there?  scene.target is in its own pixels. */
function isHidden(scene, q)
{
	const {target, look} = scene;
	if (!target)
		return false;
	const scale = target.width / look.width;
	return depthAt(target, q[0] * scale, q[1] * scale) > q[2] + 0.035;
}

function drawLifted(pen, scene, part, points, style)
{
	for (const piece of lift(scene, part, points)) {
		const alpha = piece.hidden ? 0.28 : 1;
		if (style.halo && !piece.hidden)
			pen.line(piece.points, {stroke: style.halo,
				width: style.width + 2, alpha: 0.85});
		pen.line(piece.points, {stroke: style.stroke, width: style.width,
			dash: style.dash, alpha});
	}
}

/* Paths until the time that is played, with a bead where they are. */
function drawPaths(pen, scene, part)
{
	const {paths} = part.sheet;
	paths.forEach((path, i) => {
		const colour = pathColour(part.sheet, i);
		const until = pathUntil(path, scene.time);
		if (until.length === 0)
			return;
		drawLifted(pen, scene, part, until,
			{stroke: colour, width: 1.8, halo: '#fff'});
		until.forEach(([x, y], k) => {
			const last = k === until.length - 1;
			const place = onSurface(scene, part, x, y);
			if (!place)
				return;
			const q = project(scene.look, ...place);
			const alpha = isHidden(scene, q) ? 0.3 : 1;
			if (k === 0)
				pen.dot(q[0], q[1], 3.6,
					{fill: '#fff', stroke: colour, width: 1.6, alpha});
			else if (last)
				pen.dot(q[0], q[1], 4.6,
					{fill: colour, stroke: '#fff', width: 1.4, alpha});
			else if (path.n <= 60)
				pen.dot(q[0], q[1], path.drop[k] ? 3.4 : 2,
					{fill: path.drop[k] ? '#e6007e' : colour,
						stroke: '#fff', width: 0.6, alpha});
		});
	});
}

function pathColour(sheet, i)
{
	const set = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00',
		'#3c3c3c', '#8b0000'];
	return sheet.paths.length > 1 ? set[i % set.length] : '#141414';
}

/* The centre, the lowest point, other networks, requested points. */
function drawMarks(pen, scene, part, ink)
{
	const {sheet} = part, {look} = scene;
	const spot = (x, y, draw) => {
		const place = onSurface(scene, part, x, y);
		if (!place)
			return;
		const q = project(look, ...place);
		draw(q[0], q[1], isHidden(scene, q) ? 0.3 : 1);
	};
	const best = bestPoint(sheet, scene.field);
	if (sheet.asked)
		for (let k = 0; k < sheet.asked.count; k++)
			spot(sheet.asked.x[k], sheet.asked.y[k], (x, y, alpha) =>
				pen.dot(x, y, 1.8, {fill: '#fff', stroke: '#141414',
					width: 0.8, alpha}));
	if (best >= 0)
		spot(sheet.xs[best % sheet.nx], sheet.ys[Math.floor(best / sheet.nx)],
			(x, y, alpha) => pen.dot(x, y, 3.6,
				{fill: '#d62728', stroke: '#fff', width: 1, alpha}));
	spot(0, 0, (x, y, alpha) => {
		for (const [stroke, width] of [['#fff', 3.4], ['#000', 1.5]]) {
			pen.line([[x - 6, y], [x + 6, y]], {stroke, width, alpha});
			pen.line([[x, y - 6], [x, y + 6]], {stroke, width, alpha});
		}
	});
	for (const mark of sheet.marks)
		spot(mark.x, mark.y, (x, y, alpha) => {
			pen.polygon([[x, y - 6], [x + 5, y + 4], [x - 5, y + 4]],
				{fill: '#d55e00', stroke: '#fff', width: 1, alpha});
			pen.text(x + 8, y - 4, mark.label.slice(0, 40),
				{size: ink.size, fill: ink.text});
		});
}

/* Index of the lowest (accuracy: highest) number, of equals the most central. */
function bestPoint(sheet, field)
{
	const values = sheet.values[field.name], sign = field.highest ? -1 : 1;
	const far = (k) => Math.hypot(sheet.xs[k % sheet.nx],
		sheet.ys[Math.floor(k / sheet.nx)]);
	let best = -1;
	for (let k = 0; k < values.length; k++)
		if (Number.isFinite(values[k]) && (best < 0 ||
			sign * values[k] < sign * values[best] ||
			values[k] === values[best] && far(k) < far(best)))
			best = k;
	return best;
}

/* Where the reader points: a ring on the surface above a line to the floor. */
function drawCross(pen, scene, part, ink)
{
	const {at, look} = scene;
	if (!at)
		return;
	const place = onSurface(scene, part, at.x, at.y);
	if (!place)
		return;
	const q = project(look, ...place);
	const f = project(look, place[0], place[1], zOf(0));
	const alpha = isHidden(scene, q) ? 0.35 : 1;
	pen.line([f, q], {stroke: ink.text, width: 0.9, dash: [2, 3], alpha: 0.8});
	pen.dot(q[0], q[1], 5.5, {stroke: '#fff', width: 3.4, alpha});
	pen.dot(q[0], q[1], 5.5, {stroke: '#000', width: 1.4, alpha});
}

/* All that is drawn over the surfaces. */
function drawOver(pen, scene, ink)
{
	for (const part of scene.parts) {
		if (scene.slice)
			drawLifted(pen, scene, part,
				[[scene.slice.x0, scene.slice.y0], [scene.slice.x1, scene.slice.y1]],
				{stroke: '#c2185b', width: 1.8, halo: '#fff'});
		drawPaths(pen, scene, part);
		drawMarks(pen, scene, part, ink);
		drawCross(pen, scene, part, ink);
	}
}

/* The surfaces of a scene into its target. */
function rasterise(scene)
{
	const {target, look} = scene, scale = target.width / look.width;
	const inner = {...look, zoom: look.zoom * scale, x: look.x * scale,
		y: look.y * scale};
	clearTarget(target);
	scene.parts.forEach((part, i) =>
		paintMesh(target, part.mesh, inner, part.palette, i));
	if (scene.lines)
		paintLines(target, scene.parts[0].palette, inner);
}

function hexOf(rgb)
{
	return '#' + rgb.map((c) => Math.round(c).toString(16).padStart(2, '0')).join('');
}
