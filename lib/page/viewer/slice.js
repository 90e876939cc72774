/* ---- a section along a line that the reader draws ---- */

const SLICE_POINTS = 240;
const CHART = {width: 760, height: 260, left: 58, right: 16, top: 12, bottom: 40};

/* Takes an end that is near, else begins a new line. */
function grabSlice(plane, place)
{
	const {slice} = state;
	const far = (x, y) => Math.hypot(plane.toX(x) - plane.toX(place.x),
		plane.toY(y) - plane.toY(place.y));
	if (far(slice.x1, slice.y1) < 12)
		return 1;
	if (far(slice.x0, slice.y0) < 12)
		return 0;
	Object.assign(slice, {x0: place.x, y0: place.y, x1: place.x, y1: place.y});
	changed('slice');
	return 1;
}

function dragSlice(end, {x, y})
{
	Object.assign(state.slice, end === 0 ? {x0: x, y0: y} : {x1: x, y1: y});
	changed('slice');
}

/* Through the middle of what is shown. */
function defaultSlice(sheets)
{
	const {x0, x1, y0, y1} = boxOfSheets(sheets);
	const y = y0 <= 0 && y1 >= 0 ? 0 : (y0 + y1) / 2;
	return {on: false, x0, y0: y, x1, y1: y};
}

/* The field along the line: [distance, value, standard error] of each step. */
function sliceOf(sheet, field, {x0, y0, x1, y1})
{
	const long = Math.hypot(x1 - x0, y1 - y0), out = [];
	const plain = (v) => v;
	const log = field.log;
	const values = sheet.values[field.name];
	const errors = field.name === 'loss' ? sheet.values.se : null;
	for (let i = 0; i <= SLICE_POINTS; i++) {
		const t = i / SLICE_POINTS, x = mix(x0, x1, t), y = mix(y0, y1, t);
		/* between points as the picture has it */
		const v = log ? 10 ** between(sheet, values, x, y,
			(z) => Math.log10(Math.max(z, field.lo)))
			: between(sheet, values, x, y, plain);
		out.push([t * long, v, errors ? between(sheet, errors, x, y, plain) : 0]);
	}
	return out;
}

function makeSlice()
{
	const section = document.getElementById('slice');
	const heading = add(section, 'h2', {}, 'Section');
	const row = add(section, 'div', {class: 'row'});
	const inputs = {};
	for (const [name, label] of [['x0', 'from x'], ['y0', 'y'], ['x1', 'to x'],
		['y1', 'y']]) {
		const l = add(row, 'label', {}, label + ' ');
		inputs[name] = add(l, 'input', {type: 'number', step: 'any'});
		inputs[name].addEventListener('change', () => {
			const v = Number(inputs[name].value);
			if (Number.isFinite(v)) {
				state.slice[name] = v;
				changed('slice');
			}
		});
	}
	add(row, 'span', {class: 'hint'},
		'or draw a line in a picture from above; its ends can be dragged');
	const svg = addSvg(section, 'svg', {class: 'chart', role: 'img',
		viewBox: `0 0 ${CHART.width} ${CHART.height}`});
	svg.addEventListener('pointermove', (event) => {
		const r = svg.getBoundingClientRect();
		const px = (event.clientX - r.left) / r.width * CHART.width;
		const t = clamp((px - CHART.left) /
			(CHART.width - CHART.left - CHART.right), 0, 1);
		const s = state.slice;
		point({x: mix(s.x0, s.x1, t), y: mix(s.y0, s.y1, t)});
	});
	svg.addEventListener('pointerleave', () => point(null));
	return {section, heading, inputs, svg};
}

function paintSlice(view)
{
	const {slice, field} = state;
	view.section.hidden = !slice.on;
	if (!slice.on)
		return;
	for (const name of Object.keys(view.inputs))
		if (document.activeElement !== view.inputs[name])
			view.inputs[name].value = Number(slice[name].toPrecision(4));
	const curves = shownSheets().map((sheet) =>
		({sheet, points: sliceOf(sheet, field, slice)}));
	paintChart(view.svg, curves);
}

/* The range of the values, with room; only what a log scale can show. */
function chartRange(curves, log)
{
	let lo = Infinity, hi = -Infinity;
	for (const {points} of curves)
		for (const [, v, se] of points) {
			if (!Number.isFinite(v) || log && v <= 0)
				continue;
			lo = Math.min(lo, log ? v : v - (se || 0));
			hi = Math.max(hi, v + (se || 0));
		}
	if (!(lo <= hi))
		return null;
	if (lo === hi)
		return log ? [lo / 2, hi * 2] : [lo - 0.5, hi + 0.5];
	const room = log ? (hi / lo) ** 0.05 : 0.05 * (hi - lo);
	return log ? [lo / room, hi * room] : [lo - room, hi + room];
}

function paintChart(svg, curves)
{
	svg.replaceChildren();
	const {width, height, left, right, top, bottom} = CHART;
	const log = state.log, range = chartRange(curves, log);
	const long = Math.hypot(state.slice.x1 - state.slice.x0,
		state.slice.y1 - state.slice.y0);
	const text = (x, y, anchor, content) => {
		const t = addSvg(svg, 'text', {x, y, 'text-anchor': anchor,
			'font-size': 11});
		t.textContent = content;
		return t;
	};
	if (!range || long === 0) {
		text(width / 2, height / 2, 'middle', 'no value along this line');
		return;
	}
	const [lo, hi] = range, h = log ? Math.log : (v) => v;
	const toX = (d) => left + d / long * (width - left - right);
	const toY = (v) => top + (1 - (h(v) - h(lo)) / (h(hi) - h(lo))) *
		(height - top - bottom);
	addSvg(svg, 'rect', {class: 'frame', x: left, y: top,
		width: width - left - right, height: height - top - bottom});
	for (const v of log ? logTicks(lo, hi, 7) : ticks(lo, hi, 5)) {
		addSvg(svg, 'path', {class: 'grid', d: `M${left} ${toY(v)}H${width - right}`});
		text(left - 6, toY(v) + 4, 'end', show(v, 3));
	}
	for (const d of ticks(0, long, 8))
		text(toX(d), height - bottom + 16, 'middle', show(d, 3));
	text(left + (width - left - right) / 2, height - 6, 'middle',
		'distance along the line, in units of the axes');
	const label = text(0, 0, 'middle', state.field.label);
	label.setAttribute('transform',
		`translate(13 ${top + (height - top - bottom) / 2}) rotate(-90)`);
	for (const curve of curves)
		paintCurve(svg, curve, toX, toY, lo);
	paintChartCross(svg, toX, toY, curves, long);
}

function paintCurve(svg, {sheet, points}, toX, toY, lo)
{
	let d = '', up = [], down = [];
	const bands = [];
	const close = () => {
		if (up.length > 1)
			bands.push(`M${up.concat(down.reverse()).join('L')}Z`);
		up = [];
		down = [];
	};
	let pen = 'M';
	for (const [at, v, se] of points) {
		if (!Number.isFinite(v) || v < lo) {
			pen = 'M';
			close();
			continue;
		}
		d += `${pen}${toX(at).toFixed(1)} ${toY(v).toFixed(1)}`;
		pen = 'L';
		if (se > 0) {
			up.push(`${toX(at).toFixed(1)} ${toY(v + se).toFixed(1)}`);
			down.push(`${toX(at).toFixed(1)} ${
				toY(Math.max(v - se, lo)).toFixed(1)}`);
		}
	}
	close();
	for (const band of bands)
		addSvg(svg, 'path', {class: 'error', fill: sheet.colour, d: band});
	addSvg(svg, 'path', {class: 'curve', stroke: sheet.colour, d});
}

/* The place of the line that is nearest to the cross. */
function paintChartCross(svg, toX, toY, curves, long)
{
	const {at, slice: s} = state;
	if (!at)
		return;
	const t = ((at.x - s.x0) * (s.x1 - s.x0) + (at.y - s.y0) * (s.y1 - s.y0)) /
		(long * long);
	if (t < 0 || t > 1)
		return;
	const x = toX(t * long);
	addSvg(svg, 'path', {class: 'cross',
		d: `M${x} ${CHART.top}V${CHART.height - CHART.bottom}`});
	for (const {sheet, points} of curves) {
		const [, v] = points[Math.round(t * SLICE_POINTS)];
		if (Number.isFinite(v) && (!state.log || v > 0))
			addSvg(svg, 'circle', {class: 'spot', cx: x, cy: toY(v), r: 3.5,
				fill: sheet.colour});
	}
}
