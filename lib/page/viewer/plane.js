/* ---- contour's pictures, and what lies over them ---- */

const SVG = 'http://www.w3.org/2000/svg';

function addSvg(parent, name, attributes = {})
{
	const e = document.createElementNS(SVG, name);
	for (const key of Object.keys(attributes))
		e.setAttribute(key, attributes[key]);
	parent.append(e);
	return e;
}

/* Names of what cuts a picture at its axes. */
let planeCount = 0;

/* The picture of a sheet (or, of curves, of all) for one field. */
function makePlane(figure, sheet, plot)
{
	const svg = figure.querySelector('svg');
	const [left, top, width, height, x0, x1, y0, y1] = plot;
	const plane = {figure, svg, sheet,
		toX: (x) => left + (x - x0) / (x1 - x0) * width,
		toY: (y) => top + height - (y - y0) / (y1 - y0) * height,
		fromX: (px) => x0 + (px - left) / width * (x1 - x0),
		fromY: (py) => y0 + (top + height - py) / height * (y1 - y0),
		left, top, width, height};
	const clip = `axes-${planeCount++}`;
	const cut = addSvg(svg, 'clipPath', {id: clip});
	addSvg(cut, 'rect', {x: left, y: top, width, height});
	plane.clip = `url(#${clip})`;
	plane.over = addSvg(svg, 'g', {class: 'over', 'clip-path': plane.clip});
	svg.setAttribute('tabindex', '0');
	return plane;
}

/* The plane's coordinates under the pointer; null outside of the axes. */
function placeOf(plane, event)
{
	const r = plane.svg.getBoundingClientRect();
	const box = plane.svg.viewBox.baseVal;
	const px = (event.clientX - r.left) / r.width * box.width;
	const py = (event.clientY - r.top) / r.height * box.height;
	const slack = 6;
	if (px < plane.left - slack || px > plane.left + plane.width + slack ||
		py < plane.top - slack || py > plane.top + plane.height + slack)
		return null;
	return {x: plane.fromX(clamp(px, plane.left, plane.left + plane.width)),
		y: plane.fromY(clamp(py, plane.top, plane.top + plane.height))};
}

function listenPlane(plane)
{
	const {svg, sheet} = plane;
	let dragging = null;
	svg.addEventListener('pointermove', (event) => {
		const place = placeOf(plane, event);
		if (dragging !== null && place)
			dragSlice(dragging, place);
		point(place);
	});
	/* a finger leaves when it is lifted: what it pointed at stays */
	svg.addEventListener('pointerleave', (event) =>
		dragging !== null || event.pointerType !== 'mouse' || point(null));
	svg.addEventListener('pointerdown', (event) => {
		const place = placeOf(plane, event);
		point(place);
		if (!state.slice.on || !place)
			return;
		svg.setPointerCapture(event.pointerId);
		dragging = grabSlice(plane, place);
		event.preventDefault();
	});
	for (const name of ['pointerup', 'pointercancel'])
		svg.addEventListener(name, () => {
			dragging = null;
		});
	svg.addEventListener('keydown', (event) => {
		const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1],
			ArrowDown: [0, -1]}[event.key];
		if (!arrow)
			return;
		event.preventDefault();
		stepPoint(sheet, arrow, event.shiftKey ? 5 : 1);
	});
}

/* Moves the cross from point to point of a grid. */
function stepPoint(sheet, [dx, dy], by)
{
	const at = state.at || {x: 0, y: 0};
	const to = (array, v, d) => {
		const {i, part} = locate(array, v);
		return array[clamp(i + (part >= 0.5 ? 1 : 0) + d * by, 0,
			array.length - 1)];
	};
	point({x: to(sheet.xs, at.x, dx),
		y: sheet.ny > 1 ? to(sheet.ys, at.y, dy) : 0}, true);
}

/* Cross, slice, bead of the path, other networks and requested points. */
function paintPlane(plane)
{
	const {over, sheet, toX, toY} = plane;
	over.replaceChildren();
	if (sheet.asked)
		for (let k = 0; k < sheet.asked.count; k++)
			addSvg(over, 'circle', {class: 'asked', cx: toX(sheet.asked.x[k]),
				cy: toY(sheet.asked.y[k]), r: 1.8});
	for (const mark of sheet.marks) {
		const x = toX(mark.x), y = toY(mark.y);
		addSvg(over, 'path', {class: 'network',
			d: `M${x} ${y - 6}l5 10h-10z`});
		const text = addSvg(over, 'text', {class: 'network', x: x + 8, y: y - 4,
			'font-size': 10});
		text.textContent = mark.label.slice(0, 40);
	}
	paintBeads(plane);
	if (state.slice.on)
		paintSliceLine(plane);
	paintCrossLines(plane);
}

function inside(plane, x, y)
{
	return x >= plane.left && x <= plane.left + plane.width && y >= plane.top &&
		y <= plane.top + plane.height;
}

function paintBeads(plane)
{
	if (state.progress >= 1)
		return;
	plane.sheet.paths.forEach((path) => {
		const until = pathUntil(path, timeNow());
		if (until.length === 0)
			return;
		const last = until[until.length - 1];
		const x = plane.toX(last[0]), y = plane.toY(last[1]);
		if (inside(plane, x, y))
			addSvg(plane.over, 'circle', {class: 'bead', cx: x, cy: y, r: 6});
	});
}

function paintSliceLine(plane)
{
	const {x0, y0, x1, y1} = state.slice, {toX, toY, over} = plane;
	for (const name of ['halo', 'slice'])
		addSvg(over, 'line', {class: name, x1: toX(x0), y1: toY(y0), x2: toX(x1),
			y2: toY(y1)});
	for (const [x, y] of [[x0, y0], [x1, y1]])
		addSvg(over, 'circle', {class: 'grip', cx: toX(x), cy: toY(y), r: 5});
}

function paintCrossLines(plane)
{
	const {over, toX, toY, left, top, width, height} = plane;
	if (!state.at)
		return;
	const x = toX(state.at.x), y = toY(state.at.y);
	if (!inside(plane, x, y))
		return;
	addSvg(over, 'path', {class: 'cross',
		d: `M${x} ${top}V${top + height}M${left} ${y}H${left + width}`});
	for (const name of ['ring halo', 'ring'])
		addSvg(over, 'circle', {class: name, cx: x, cy: y, r: 5});
}

/* ---- curves: the same for a grid of one axis ---- */

/* Where a value is seen in a picture of curves. */
function curveY(plane, field, log, v)
{
	if (!log)
		return plane.toY(v);
	const [lo, hi] = field.logRange;
	return plane.top + plane.height *
		(1 - Math.log(v / lo) / Math.log(hi / lo));
}

function paintCurves(plane, field, log)
{
	const {over, top, height} = plane;
	over.replaceChildren();
	if (!state.at)
		return;
	const x = plane.toX(state.at.x);
	addSvg(over, 'path', {class: 'cross', d: `M${x} ${top}V${top + height}`});
	for (const sheet of shownSheets()) {
		const p = pointAt(sheet, state.at.x, 0);
		if (!p || !Number.isFinite(p[field.name]))
			continue;
		addSvg(over, 'circle', {class: 'spot', cx: plane.toX(p.x),
			cy: curveY(plane, field, log, p[field.name]), r: 4,
			fill: sheet.colour});
	}
}

/* ---- colours of the points, which contour draws as a heat map ---- */

/* An image of a pixel for each point, behind the lines. */
function paintHeat(plane, field)
{
	const {svg, sheet} = plane, values = sheet.values[field.name];
	const canvas = document.createElement('canvas');
	canvas.width = sheet.nx;
	canvas.height = sheet.ny;
	const context = canvas.getContext('2d');
	const image = context.createImageData(sheet.nx, sheet.ny);
	const part = partOf(field, field.log), map = field.map.map(parseColour);
	for (let k = 0; k < values.length; k++) {
		const row = sheet.ny - 1 - Math.floor(k / sheet.nx);
		if (!Number.isNaN(values[k]))
			image.data.set([...mapColour(map, part(values[k])), 255],
				4 * (row * sheet.nx + k % sheet.nx));
	}
	context.putImageData(image, 0, 0);
	/* points are the middles of their boxes, which reach over the border */
	const dx = plane.width / (sheet.nx - 1), dy = plane.height / (sheet.ny - 1);
	const group = addSvg(svg, 'g', {class: 'heat', 'clip-path': plane.clip});
	addSvg(group, 'image', {href: canvas.toDataURL(), x: plane.left - dx / 2,
		y: plane.top - dy / 2, width: plane.width + dx, height: plane.height + dy,
		preserveAspectRatio: 'none', 'image-rendering': 'pixelated'});
	svg.querySelector('.bands').after(group);
}
