/* ---- the page ---- */

/* What is shown; set in start, changed by the reader, drawn by paint. */
let page, stages, planes, overlay, legend, controls, readout, table, section;

const state = {
	field: null, log: false, clip: null, style: 'bands', overlay: false,
	hidden: new Set(), camera: {...START}, at: null, draftScale: 1,
	slice: null, progress: 1, playing: false,
};

function shownSheets()
{
	return page.sheets.filter((s) => !state.hidden.has(s.index));
}

/* ---- time: epochs, for all paths together ---- */

function timeRange()
{
	let lo = Infinity, hi = -Infinity;
	for (const path of page.sheets.flatMap((s) => s.paths)) {
		lo = Math.min(lo, path.epoch[0]);
		hi = Math.max(hi, path.epoch[path.n - 1]);
	}
	return lo <= hi ? [lo, hi] : [0, 0];
}

function timeNow()
{
	const [lo, hi] = timeRange();
	return state.progress >= 1 ? Infinity === hi ? 0 : hi
		: mix(lo, hi, state.progress);
}

const PLAY_SECONDS = 8;

function setPlaying(on)
{
	state.playing = on;
	if (on && state.progress >= 1)
		state.progress = 0;
	let before = performance.now();
	const step = (now) => {
		if (!state.playing)
			return;
		state.progress = Math.min(1,
			state.progress + (now - before) / 1000 / PLAY_SECONDS);
		before = now;
		if (state.progress >= 1)
			state.playing = false;
		changed('time');
		requestAnimationFrame(step);
	};
	requestAnimationFrame(step);
	changed('time');
}

/* ---- drawing what has changed ---- */

/* A frame is drawn once for all that changed since the last one: first coarse,
 * and fine when nothing has moved for a moment. */
let waiting = new Set(), rest = 0;

function changed(what)
{
	if (waiting.size === 0)
		requestAnimationFrame(() => paint(true));
	waiting.add(what);
	clearTimeout(rest);
	rest = setTimeout(() => {
		waiting.add('rest');
		paint(false);
	}, 140);
}

/* Where the reader points, in the plane; null: nowhere. */
function point(at, byKey)
{
	if (!at && !state.at)
		return;
	state.at = at;
	changed('at');
	if (byKey)
		speak(readout);
}

function paint(draft)
{
	const what = waiting;
	waiting = new Set();
	if (what.size === 0)
		return;
	const only = (...names) => [...what].every((w) => names.includes(w));
	if (what.has('field') || what.has('shown'))
		arrange();
	if (page.axes === 2) {
		for (const stage of stages)
			/* pointing and resting move nothing: the fine picture stays */
			paintStage(stage, draft && !only('at'));
		if (!only('camera', 'rest')) {
			for (const plane of planes)
				if (plane.figure.classList.contains('now'))
					paintPlane(plane);
			paintSlice(section);
		}
		if (!only('camera', 'rest', 'at', 'time'))
			paintLegend(legend);
	} else {
		for (const plane of planes)
			if (plane.figure.classList.contains('now'))
				paintCurves(plane, state.field, state.log);
	}
	paintControls(controls);
	if (!only('camera', 'time', 'rest'))
		paintReadout(readout);
	if (what.has('field') || what.has('shown') || what.has('style'))
		paintTable(table);
	document.documentElement.dataset.style = state.style;
}

/* Which pictures are there for the field, the sheets and their arrangement. */
function arrange()
{
	const over = page.axes === 2 && state.overlay && shownSheets().length > 1;
	for (const figure of document.querySelectorAll('figure'))
		figure.classList.toggle('now',
			figure.dataset.field === state.field.name &&
			(figure.dataset.log === undefined ||
			figure.dataset.log === String(Number(state.log))));
	if (page.axes !== 2)
		return;
	document.querySelectorAll('main > .sheet').forEach((e, i) => {
		e.hidden = state.hidden.has(i);
	});
	document.documentElement.classList.toggle('overlaid', over);
	overlay.element.hidden = !over;
	overlay.stage.sheets = shownSheets();
	overlay.stage.meshes.clear();
	overlay.names.replaceChildren();
	for (const sheet of shownSheets()) {
		const li = add(overlay.names, 'li');
		swatch(li, sheet.colour);
		add(li, 'span', {class: 'name'}, sheet.label);
	}
	if (state.style === 'colours')
		heatOf(state.field);
}

function heatOf(field)
{
	for (const plane of planes)
		if (plane.figure.dataset.field === field.name && !plane.heat) {
			plane.heat = true;
			paintHeat(plane, field);
		}
}

/* The colours of a drawing, which follow light and dark. */
function inkOf()
{
	const css = getComputedStyle(document.documentElement);
	const of = (name) => css.getPropertyValue(name).trim();
	return {text: of('--ink'), faint: of('--line'), floor: of('--floor'), size: 11};
}

/* ---- the beginning ---- */

function readPage()
{
	const raw = JSON.parse(document.getElementById('data').textContent);
	raw.fields.forEach((f, i) => {
		f.index = i;
	});
	return {...raw, sheets: raw.sheets.map((s, i) =>
		({...decodeSheet(s), index: i}))};
}

function startSurfaces()
{
	const main = document.querySelector('main');
	const sections = [...main.children];
	stages = page.sheets.map((sheet, i) => makeStage(
		sections[i].querySelector('.stage'), [sheet],
		`${sheet.label}, seen from the side; arrow keys turn, + and - zoom, ` +
		'0 begins anew; the table of values below has the numbers'));
	planes = [];
	page.sheets.forEach((sheet, i) => {
		for (const figure of sections[i].querySelectorAll('figure')) {
			const plane = makePlane(figure, sheet, sheet.plot);
			listenPlane(plane);
			planes.push(plane);
			const row = add(figure, 'figcaption');
			button(row, 'save SVG', () =>
				saveText(savePlane(plane), 'image/svg+xml', 'svg'),
				'this picture, as contour draws it');
		}
	});
	const element = document.createElement('section');
	element.className = 'sheet over';
	main.prepend(element);
	const heading = add(element, 'h2', {}, 'Laid over each other');
	const names = add(heading, 'ul', {class: 'legend'});
	const stage = makeStage(add(element, 'div', {class: 'stage'}), page.sheets,
		'surfaces laid over each other, seen from the side');
	overlay = {element, names, stage};
	legend = makeLegend(main);
	stages.push(stage);
	main.classList.toggle('single', page.sheets.length === 1);
	state.slice = defaultSlice(page.sheets);
	section = makeSlice();
}

function startCurves()
{
	planes = [...document.querySelectorAll('figure.curves')].map((figure) => {
		const field = page.fields.find((f) => f.name === figure.dataset.field);
		const plane = makePlane(figure, page.sheets[0], field.plot);
		listenPlane(plane);
		return plane;
	});
	stages = [];
	state.slice = {on: false};
}

function lead()
{
	const {fields, sheets} = page;
	const s = sheets[0];
	const size = page.axes === 2 ? `${s.nx} × ${s.ny} points`
		: `${s.nx} points`;
	const same = sheets.every((o) => o.nx === s.nx && o.ny === s.ny);
	const what = page.axes === 2 ? 'surface' : 'line';
	document.getElementById('lead').textContent =
		`${fields[0].label} · ${sheets.length} ${what}${sheets.length > 1 ? 's' : ''}` +
		(same ? ` of ${size}` : '') + (page.axes === 2
			? window.matchMedia('(pointer: coarse)').matches
				? ' · drag to turn, pinch to zoom, tap to read values'
				: ' · drag to turn, click and scroll to zoom, point anywhere to read values'
			: ' · point at the curves to read values');
}

function start()
{
	page = readPage();
	state.field = page.fields[0];
	state.log = page.axes === 2 && state.field.log;
	if (page.axes === 2)
		startSurfaces();
	else
		startCurves();
	lead();
	controls = makeControls();
	readout = makeReadout(page);
	table = makeTable();
	changed('field');
	changed('shown');
	const again = () => changed('style');
	window.addEventListener('resize', again);
	window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
	document.documentElement.dataset.ready = 'yes';
}
