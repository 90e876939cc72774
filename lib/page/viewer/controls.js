/* ---- the row of controls ---- */

function add(parent, name, attributes = {}, text)
{
	const e = document.createElement(name);
	for (const key of Object.keys(attributes))
		e.setAttribute(key, attributes[key]);
	if (text !== undefined)
		e.textContent = text;
	parent.append(e);
	return e;
}

/* CSS properties are set one by one: the policy forbids style attributes. */
function swatch(parent, colour)
{
	const e = add(parent, 'span', {class: 'swatch', 'aria-hidden': 'true'});
	e.style.backgroundColor = colour;
	return e;
}

function group(parent, label)
{
	const e = add(parent, 'div', {class: 'group', role: 'group',
		'aria-label': label});
	add(e, 'span', {class: 'label', 'aria-hidden': 'true'}, label);
	return e;
}

/* Buttons of which one is pressed. */
function choice(parent, label, options, now, choose)
{
	const g = group(parent, label);
	const buttons = options.map(([value, text, title]) => {
		const b = add(g, 'button', {type: 'button', 'aria-pressed':
			String(value === now), ...(title ? {title} : {})}, text);
		b.addEventListener('click', () => {
			for (const other of buttons)
				other.setAttribute('aria-pressed', String(other === b));
			choose(value);
		});
		return b;
	});
	return g;
}

function toggle(parent, text, now, set, title)
{
	const b = add(parent, 'button', {type: 'button', 'aria-pressed': String(now),
		...(title ? {title} : {})}, text);
	b.addEventListener('click', () => {
		const on = b.getAttribute('aria-pressed') !== 'true';
		b.setAttribute('aria-pressed', String(on));
		set(on);
	});
	return b;
}

function button(parent, text, act, title)
{
	const b = add(parent, 'button', {type: 'button', ...(title ? {title} : {})}, text);
	b.addEventListener('click', () => act(b));
	return b;
}

function makeControls()
{
	const bar = document.getElementById('controls');
	bar.hidden = false;
	const view = {};
	if (page.fields.length > 1)
		choice(bar, 'Show', page.fields.map((f, i) => [i, shortName(f)]), 0,
			(i) => setField(page.fields[i]));
	if (page.sheets.length > 1 && page.axes === 2)
		makeShown(bar);
	if (page.axes === 2)
		makeSurfaceControls(bar, view);
	else if (page.fields.some((f) => f.logRange))
		choice(bar, 'Height', [[false, 'linear'], [true, 'log']], state.log, setLog);
	if (page.sheets.some((s) => s.paths.length > 0))
		makePlayer(bar, view);
	makeSaving(bar);
	return view;
}

function shortName(field)
{
	return {acc: 'accuracy', se: 'standard error', min_eig: 'smallest eigenvalue',
		max_eig: 'largest eigenvalue'}[field.name] || field.name;
}

function makeShown(bar)
{
	const g = group(bar, 'Surfaces');
	page.sheets.forEach((sheet) => {
		const l = add(g, 'label', {class: 'check'});
		const box = add(l, 'input', {type: 'checkbox'});
		box.checked = true;
		swatch(l, sheet.colour);
		add(l, 'span', {class: 'name'}, sheet.label);
		box.addEventListener('change', () => {
			state.hidden[box.checked ? 'delete' : 'add'](sheet.index);
			changed('shown');
		});
	});
	choice(bar, 'Arrange', [[false, 'side by side'], [true, 'overlaid']],
		state.overlay, (v) => {
			state.overlay = v;
			changed('shown');
		});
}

function makeSurfaceControls(bar, view)
{
	view.log = choice(bar, 'Height', [[false, 'linear'], [true, 'log']], state.log,
		setLog);
	choice(bar, 'Draw', [['bands', 'bands'], ['lines', 'lines'],
		['colours', 'points', 'the colour of each point, nothing between']],
		state.style, (v) => {
			state.style = v;
			if (v === 'colours')
				heatOf(state.field);
			changed('style');
		});
	const g = group(bar, 'Cut at');
	const slider = add(g, 'input', {type: 'range', min: '2', max: '100', step: '1',
		value: '100', 'aria-label': 'cut heights above'});
	view.clip = {slider, text: add(g, 'output')};
	slider.addEventListener('input', () => setClip(Number(slider.value) / 100));
	const more = group(bar, 'View');
	toggle(more, 'section', false, (on) => {
		state.slice.on = on;
		changed('slice');
	}, 'values along a line that you draw');
	button(more, 'from above', () => look({azimuth: -90, elevation: 90}));
	button(more, 'reset', resetCamera);
}

function look(to)
{
	Object.assign(state.camera, to);
	changed('camera');
}

function setField(field)
{
	state.field = field;
	state.log = page.axes === 2 ? field.log : state.log && Boolean(field.logRange);
	state.clip = null;
	changed('field');
}

function setLog(log)
{
	state.log = log;
	changed(page.axes === 2 ? 'height' : 'field');
}

/* part: of the height that is drawn. */
function setClip(part)
{
	state.clip = part >= 1 ? null : valueAt(state.field, state.log, part);
	changed('height');
}

function paintControls(view)
{
	if (view.log)
		[...view.log.querySelectorAll('button')].forEach((b, i) => {
			b.setAttribute('aria-pressed', String(state.log === (i === 1)));
			/* a scale that has no logarithm */
			b.disabled = i === 1 && !(state.field.lo > 0);
		});
	if (view.clip) {
		const {slider, text} = view.clip;
		text.textContent = state.clip === null ? 'nothing' : show(state.clip, 3);
		if (state.clip === null)
			slider.value = '100';
	}
	if (view.player) {
		const {play, slider, text} = view.player;
		play.textContent = state.playing ? '❚❚ pause' : '▶ play';
		slider.value = String(Math.round(state.progress * 1000));
		text.textContent = playerText();
	}
}

/* ---- the path over the epochs ---- */

function makePlayer(bar, view)
{
	const g = group(bar, 'Path');
	const play = button(g, '▶ play', () => setPlaying(!state.playing));
	const slider = add(g, 'input', {type: 'range', min: '0', max: '1000',
		value: '1000', 'aria-label': 'how far the path is shown'});
	slider.addEventListener('input', () => {
		state.playing = false;
		state.progress = Number(slider.value) / 1000;
		changed('time');
	});
	view.player = {play, slider, text: add(g, 'output')};
}

function playerText()
{
	const time = timeNow();
	const known = page.sheets.some((s) => s.paths.some((p) => p.loss.some((v) => v !== null)));
	let text = `epoch ${show(Number(time.toFixed(1)), 4)}`;
	if (!known)
		return text;
	for (const path of shownSheets().flatMap((s) => s.paths)) {
		let last = null;
		path.epoch.forEach((e, i) => {
			if (e <= time && path.loss[i] !== null)
				last = path.loss[i];
		});
		if (last !== null)
			text += `, ${path.name.slice(0, 20)}: ${show(last, 4)}`;
	}
	return text;
}

/* ---- saving ---- */

function makeSaving(bar)
{
	const g = group(bar, 'Save');
	if (page.axes === 2) {
		button(g, 'PNG', () => saveImage(savePng()), 'the view, as pixels');
		button(g, 'SVG', () => saveText(saveSvg(), 'image/svg+xml', 'svg'),
			'the view, as shapes');
	} else {
		button(g, 'SVG', () => saveText(saveCurves(), 'image/svg+xml', 'svg'));
	}
	button(g, 'CSV', () => saveText(tableOfPoints(page), 'text/csv', 'csv'),
		'all points');
	const pre = document.getElementById('pipeline');
	const copy = add(pre.parentNode, 'button', {type: 'button'}, 'Copy');
	copy.addEventListener('click', () => copyText(pipelineText(), copy));
}

function saveCurves()
{
	return savePlane(planes.find((p) => p.figure.classList.contains('now')));
}
