/* ---- a view from the side, on a canvas ---- */

/* At rest pixels are finer than the screen's, so that edges are smooth. */
const FINER = 2, DRAFT_POINTS = 160;

/*
 * The canvas of some sheets (one, or several laid over each other), and what the
 * reader does with it.
 */
function makeStage(parent, sheets, label)
{
	const canvas = add(parent, 'canvas', {class: 'relief', tabindex: '0',
		role: 'img', 'aria-label': label});
	const stage = {canvas, sheets, meshes: new Map(), targets: {},
		image: document.createElement('canvas')};
	listen(stage);
	return stage;
}

function boxOfSheets(sheets)
{
	const range = (name) => [
		Math.min(...sheets.map((s) => s[name][0])),
		Math.max(...sheets.map((s) => s[name][s[name].length - 1]))];
	return boxOf(range('xs'), range('ys'));
}

/* Meshes are kept until what they depend on changes. */
function meshOf(stage, sheet, draft)
{
	const {field, log, clip} = state;
	const stride = draft
		? Math.max(1, Math.ceil(Math.max(sheet.nx, sheet.ny) / DRAFT_POINTS)) : 1;
	const key = `${field.name} ${log} ${clip} ${stride}`;
	const slot = sheet.index + (stride > 1 ? ' draft' : '');
	const kept = stage.meshes.get(slot);
	if (kept && kept.key === key)
		return kept.mesh;
	const mesh = makeMesh(sheet, field,
		{log, clip, stride, box: boxOfSheets(stage.sheets)});
	stage.meshes.set(slot, {key, mesh});
	return mesh;
}

function sceneOf(stage, width, height, {draft, style = state.style} = {})
{
	const over = stage.sheets.length > 1;
	return {
		field: state.field, log: state.log, clip: state.clip,
		box: boxOfSheets(stage.sheets), look: lookAt(state.camera, width, height),
		at: state.at, time: timeNow(), slice: state.slice.on ? state.slice : null,
		lines: style !== 'colours',
		parts: stage.sheets.map((sheet) => ({sheet,
			mesh: meshOf(stage, sheet, draft),
			palette: paletteOf(style, over ? sheet.colour : null)})),
	};
}

const palettes = new Map();

function paletteOf(style, tint)
{
	const key = `${state.field.name} ${style} ${tint}`;
	if (!palettes.has(key))
		palettes.set(key, makePalette(state.field, style, tint));
	return palettes.get(key);
}

function targetOf(stage, width, height)
{
	const key = `${width} ${height}`;
	if (!stage.targets[key]) {
		/* the draft's, and the one at rest */
		if (Object.keys(stage.targets).length > 2)
			stage.targets = {};
		stage.targets[key] = makeTarget(width, height);
	}
	return stage.targets[key];
}

/* Paints the scene; draft: in coarser pixels, while something moves. */
function paintStage(stage, draft)
{
	const {canvas} = stage;
	const width = canvas.clientWidth, height = canvas.clientHeight;
	const ratio = window.devicePixelRatio || 1;
	if (width === 0 || height === 0)
		return;
	const began = performance.now();
	const scale = draft ? state.draftScale : Math.max(ratio, FINER);
	canvas.width = Math.round(width * ratio);
	canvas.height = Math.round(height * ratio);
	const context = canvas.getContext('2d');
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	stage.scene = paintScene(context, stage,
		sceneOf(stage, width, height, {draft}), scale, inkOf());
	note(stage);
	if (draft)
		adaptDraft(performance.now() - began, ratio);
}

/* What the picture shows, for who cannot see it: the tests. */
function note({canvas, scene})
{
	const {azimuth, elevation, zoom} = state.camera;
	canvas.dataset.camera = [azimuth, elevation, zoom].map((v) => show(v)).join(' ');
	canvas.dataset.corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([X, Y]) =>
		project(scene.look, X, Y, zOf(0)).slice(0, 2).map((v) => v.toFixed(1)))
		.join(' ');
}

function paintScene(context, stage, scene, scale, ink)
{
	const pen = canvasPen(context), {look} = scene;
	const width = Math.round(look.width * scale);
	const height = Math.round(look.height * scale);
	scene.target = targetOf(stage, width, height);
	rasterise(scene);
	stage.image.width = width;
	stage.image.height = height;
	stage.image.getContext('2d').putImageData(new ImageData(
		new Uint8ClampedArray(scene.target.pixels.buffer), width, height), 0, 0);
	drawBox(pen, scene, ink);
	context.imageSmoothingEnabled = true;
	context.imageSmoothingQuality = 'high';
	context.drawImage(stage.image, 0, 0, look.width, look.height);
	drawOver(pen, scene, ink);
	return scene;
}

/* A slow machine turns coarser pixels. */
function adaptDraft(took, ratio)
{
	if (took > 30)
		state.draftScale = Math.max(0.5, state.draftScale * 0.8);
	else if (took < 10)
		state.draftScale = Math.min(ratio, state.draftScale * 1.1);
}

/* ---- the reader's hands ---- */

function listen(stage)
{
	const {canvas} = stage, down = new Map();
	let still = true; /* nothing has moved since a finger came down */
	const at = (event) => {
		const r = canvas.getBoundingClientRect();
		return {x: event.clientX - r.left, y: event.clientY - r.top};
	};
	canvas.addEventListener('pointerdown', (event) => {
		canvas.setPointerCapture(event.pointerId);
		down.set(event.pointerId, at(event));
		still = down.size === 1;
		canvas.focus({preventScroll: true});
		event.preventDefault();
	});
	canvas.addEventListener('pointermove', (event) => {
		const now = at(event), before = down.get(event.pointerId);
		if (!before) {
			pick(stage, now);
			return;
		}
		still = still && Math.hypot(now.x - before.x, now.y - before.y) < 2;
		move(canvas, down, event, before, now);
		down.set(event.pointerId, now);
	});
	for (const name of ['pointerup', 'pointercancel'])
		canvas.addEventListener(name, (event) => {
			/* a tap points, and what it pointed at stays */
			if (down.delete(event.pointerId) && still && name === 'pointerup')
				pick(stage, at(event));
		});
	canvas.addEventListener('pointerleave', (event) =>
		event.pointerType === 'mouse' && down.size === 0 && point(null));
	canvas.addEventListener('contextmenu', (event) => event.preventDefault());
	canvas.addEventListener('dblclick', resetCamera);
	canvas.addEventListener('wheel', (event) => {
		/* a page is scrolled past a picture that nobody chose */
		if (document.activeElement !== canvas && !event.ctrlKey)
			return;
		event.preventDefault();
		zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)));
	}, {passive: false});
	canvas.addEventListener('keydown', pressKey);
}

/* One pointer turns (with Shift or another button: moves), two zoom and move. */
function move(canvas, down, event, before, now)
{
	const dx = now.x - before.x, dy = now.y - before.y;
	if (down.size > 1) {
		const other = [...down].find(([id]) => id !== event.pointerId)[1];
		const far = (p) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
		zoomBy(far(now) / far(before));
		panBy(dx / 2 / canvas.clientWidth, dy / 2 / canvas.clientHeight);
	} else if (event.shiftKey || event.buttons > 1) {
		panBy(dx / canvas.clientWidth, dy / canvas.clientHeight);
	} else {
		turnBy(-dx * 0.5, dy * 0.4);
	}
}

function pressKey(event)
{
	const step = 5, arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0],
		ArrowUp: [0, -1], ArrowDown: [0, 1]};
	const arrow = arrows[event.key];
	if (arrow && event.shiftKey)
		panBy(arrow[0] * 0.03, arrow[1] * 0.03);
	else if (arrow)
		turnBy(-arrow[0] * step, -arrow[1] * step);
	else if (event.key === '+' || event.key === '=')
		zoomBy(1.15);
	else if (event.key === '-')
		zoomBy(1 / 1.15);
	else if (event.key === '0' || event.key === 'Home')
		resetCamera();
	else
		return;
	event.preventDefault();
}

function turnBy(azimuth, elevation)
{
	const {camera} = state;
	camera.azimuth = (camera.azimuth + azimuth) % 360;
	camera.elevation = clamp(camera.elevation + elevation, 2, 90);
	changed('camera');
}

function zoomBy(factor)
{
	state.camera.zoom = clamp(state.camera.zoom * factor, 0.4, 12);
	changed('camera');
}

function panBy(x, y)
{
	state.camera.panX = clamp(state.camera.panX + x, -3, 3);
	state.camera.panY = clamp(state.camera.panY + y, -3, 3);
	changed('camera');
}

function resetCamera()
{
	state.camera = {...START};
	changed('camera');
}

/* The place of the plane under the pointer. */
function pick(stage, {x, y})
{
	const {scene} = stage;
	if (!scene)
		return;
	const scale = scene.target.width / scene.look.width;
	const near = depthAt(scene.target, x * scale, y * scale);
	if (near === -Infinity) {
		point(null);
		return;
	}
	const [X, Y] = unproject(scene.look, x, y, near);
	point({x: scene.box.x(X), y: scene.box.y(Y)});
}
