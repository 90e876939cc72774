/* Unit tests of landpage's viewer, without a browser: TAP. */
'use strict';
const fs = require('fs'), path = require('path'), assert = require('assert');

const folder = path.join(__dirname, '../../lib/page/viewer');
const parts = ['number', 'data', 'colour', 'camera', 'mesh', 'raster', 'pen', 'scene',
	'cells'];
const names = ['show', 'digitsFor', 'ticks', 'logTicks', 'locate', 'decodeArray', 'decodeSheet',
	'csvCell', 'nearestPoint', 'pointAt', 'between', 'pathUntil', 'tableOfPoints', 'partOf',
	'valueAt', 'makePalette', 'HUES', 'SHADES', 'axesOf', 'lookAt', 'project',
	'unproject', 'boxOf', 'zOf', 'START', 'makeMesh', 'makeTarget', 'clearTarget',
	'paintMesh', 'paintLines', 'depthAt', 'darker', 'svgPen', 'escapeMarkup', 'TALL', 'cellsOf', 'cutAtEdges', 'hexOf'];
const v = new Function('"use strict";' + parts.map((p) =>
	fs.readFileSync(path.join(folder, p + '.js'), 'utf8')).join('\n') +
	`;return {${names.join(',')}};`)();

let count = 0, failed = 0;

function test(name, body)
{
	count++;
	try {
		body();
		console.log(`ok ${count} - ${name}`);
	} catch (e) {
		failed++;
		console.log(`not ok ${count} - ${name}\n# ${
			String(e.message).split('\n').join('\n# ')}`);
	}
}

function near(a, b, slack = 1e-9)
{
	assert.ok(Math.abs(a - b) <= slack, `${a} is not ${b}`);
}

/* ---- samples ---- */

const same = assert.deepStrictEqual;
const list = (array) => Array.from(array);
const bytesOf = (Type, values) =>
	Buffer.from(new Type(values).buffer).toString('base64');

const field = {name: 'loss', log: true, lo: 0.01, hi: 90, top: 100,
	levels: [0.1, 1, 10, 100], map: ['#000000', '#ff0000', '#ffffff'],
	bands: ['#000001', '#000002', '#000003', '#000004']};

function sample(loss, nx = 3, ny = 2)
{
	return v.decodeSheet({label: 'a', set: 'train', x: [-1, 1, nx],
		y: [0, 1, ny], marks: [], paths: [], values: {status: 1,
			loss: 'f' + bytesOf(Float32Array, loss), acc: 50, se: null}});
}

/* ---- numbers ---- */

test('numbers as people read them', () => {
	same([0.0123456789, -3, 12345678, 1e-9, 0, NaN, Infinity, -Infinity, 90601]
		.map((n) => v.show(n)), ['0.0123457', '−3', '12345700', '1e−9', '0', 'NaN',
		'∞', '−∞', '90601']);
	same(v.show(33.333333333333336, 4), '33.33');
	same(v.show(1e21), '1e+21');
});
test('ticks are round and inside', () => {
	same(v.ticks(-1, 1, 5), [-1, -0.5, 0, 0.5, 1]);
	same(v.ticks(0.013, 0.2, 4), [0.05, 0.1, 0.15, 0.2]);
	same(v.ticks(3, 3, 4), [3]);
	same([[0.1, 20], [2.302, 2.304, 2.306], [3, 3]].map(v.digitsFor), [3, 4, 3]);
	same(v.logTicks(0.01, 100, 5), [0.01, 0.1, 1, 10, 100]);
	same(v.logTicks(1.35, 3.5, 7), [1.5, 2, 2.5, 3, 3.5]);
	assert.ok(v.logTicks(1e-300, 1e300, 7).length < 12);
});
test('a place in an axis', () => {
	same(v.locate([0, 1, 2], 1.25), {i: 1, part: 0.25});
	same(v.locate([0, 1, 2], 2), {i: 1, part: 1});
	same(v.locate([0, 1, 2], -1), {i: 0, part: -1});
});

/* ---- data ---- */

test('arrays: nothing, one number, float32, float64', () => {
	assert.ok(list(v.decodeArray(null, 2)).every(Number.isNaN));
	same(list(v.decodeArray(7, 3)), [7, 7, 7]);
	same(list(v.decodeArray('f' + bytesOf(Float32Array, [0.5, NaN, Infinity]), 3)),
		[0.5, NaN, Infinity]);
	same(list(v.decodeArray('d' + bytesOf(Float64Array, [1e300, 0.1]), 2)),
		[1e300, 0.1]);
});
test('coordinates are numpy\'s', () => {
	const s = v.decodeSheet({x: [-0.3, 1, 4], y: null, values: {}});
	same(list(s.xs), [-0.3, -0.3 + 1.3 / 3, -0.3 + 2 * (1.3 / 3), 1]);
	same([s.nx, s.ny, list(s.ys)], [4, 1, [0]]);
});
test('the nearest point, none outside', () => {
	const s = sample([0, 1, 2, 3, 4, 5]);
	same([v.nearestPoint(s, 0.4, 0.6), v.nearestPoint(s, 0.6, 0.4),
		v.nearestPoint(s, 1.6, 0), v.nearestPoint(s, -1.4, 1.2)], [4, 2, -1, 3]);
	same(v.pointAt(s, 0.1, 0.9), {x: 0, y: 1, requested: false, status: 1,
		loss: 4, acc: 50, se: NaN});
	same(v.pointAt(s, 9, 9), null);
});
test('a requested point where it is nearer', () => {
	const s = v.decodeSheet({x: [0, 2, 3], y: [0, 2, 3], paths: [],
		values: {status: 1, loss: 1}, asked: {count: 1, n: 8, x: 0.5, y: 0.4, status: 1,
			loss: 0.25}});
	same(v.pointAt(s, 0.45, 0.45).loss, 0.25);
	same(v.pointAt(s, 0.45, 0.45).requested, true);
	same(v.pointAt(s, 0.1, 0.1).loss, 1);
});
test('between points: bilinear, with holes only where they count', () => {
	const id = (x) => x, s = sample([0, 1, NaN, 2, 3, 4]);
	near(v.between(s, s.values.loss, -0.5, 0.5, id), 1.5);
	near(v.between(s, s.values.loss, 0, 1, id), 3);
	near(v.between(s, s.values.loss, 1, 1, id), 4);
	assert.ok(Number.isNaN(v.between(s, s.values.loss, 0.5, 0.5, id)));
	assert.ok(Number.isNaN(v.between(s, s.values.loss, 1.1, 0.5, id)));
});
test('a path until an epoch', () => {
	const p = {n: 3, at: [0, 0, 2, 0, 2, 4], epoch: [0, 1, 3]};
	same(v.pathUntil(p, 2), [[0, 0], [2, 0], [2, 2]]);
	same(v.pathUntil(p, 3).length, 3);
	same(v.pathUntil(p, -1), []);
});
test('CSV: quoted labels, NaN, missing points left out', () => {
	const s = sample([1, NaN, Infinity, 0.1, 5, 6]);
	s.label = 'a "b", c';
	s.values.status = [1, 2, 3, 1, 0, 1];
	same(v.tableOfPoints({sheets: [s], words: ['missing', 'ok', 'nan', 'overflow']}),
		'surface,set,x,y,loss,acc,se,status\n' +
		'"a ""b"", c",train,-1,0,1,50,nan,ok\n' +
		'"a ""b"", c",train,0,0,nan,50,nan,nan\n' +
		'"a ""b"", c",train,1,0,inf,50,nan,overflow\n' +
		'"a ""b"", c",train,-1,1,0.100000001,50,nan,ok\n' +
		'"a ""b"", c",train,1,1,6,50,nan,ok\n');
});

test('CSV: a label is no formula', () => {
	same(['=1+1', ' @x', '-3', 'a-b', '＝1'].map(v.csvCell),
		["'=1+1", "' @x", "'-3", 'a-b', "'＝1"]);
});

/* ---- heights and colours ---- */

test('heights: what a logarithm has no place for is lowest', () => {
	const part = v.partOf(field, true);
	near(part(0.01), 0);
	near(part(1), 0.5);
	near(part(100), 1);
	same([part(0), part(-5), part(1e9), part(Infinity), part(NaN)],
		[0, 0, 1, 1, NaN]);
	near(v.valueAt(field, true, 0.5), 1);
	near(v.valueAt(field, false, 0.5), 50.005);
	near(v.partOf({lo: 3, top: 3}, false)(3), 0.5);
});
test('bands change at the levels', () => {
	const p = v.makePalette(field, 'bands', null);
	const at = (z) => p.rgb[Math.round(v.partOf(field, true)(z) * (v.HUES - 1))][2];
	same([0.011, 0.09, 0.11, 0.9, 1.1, 9, 11, 99].map(at), [1, 1, 2, 2, 3, 3, 4, 4]);
	same(p.band[0], 0);
	same(p.packed.length, v.HUES * v.SHADES);
});
test('a pixel darkens without spilling', () => {
	same(v.darker(0xffffffff) >>> 0, 0xffafafaf);
	same(v.darker(0xff0000ff) >>> 0, 0xff0000af);
	same(v.darker(0xff10ff10) >>> 0, 0xff0baf0b);
});

/* ---- the camera ---- */

test('the axes of the screen are at right angles', () => {
	for (const [azimuth, elevation] of [[-60, 32], [0, 90], [200, 2]]) {
		const {right, up, eye} = v.axesOf({azimuth, elevation});
		const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
		for (const [a, b, want] of [[right, up, 0], [up, eye, 0], [eye, right, 0],
			[eye, eye, 1], [up, up, 1]])
			near(dot(a, b), want, 1e-12);
	}
});
test('there and back', () => {
	const look = v.lookAt({...v.START, zoom: 1.7, panX: 0.1}, 640, 460);
	const place = [0.3, -0.8, 0.2], q = v.project(look, ...place);
	v.unproject(look, ...q).forEach((x, i) => near(x, place[i], 1e-12));
});
test('from above x runs right and y up', () => {
	const look = v.lookAt({...v.START, azimuth: -90, elevation: 90}, 400, 400);
	const [x, y] = v.project(look, 0, 0, 0), [a, b] = v.project(look, 0.5, 0.25, 0);
	assert.ok(a > x && b < y);
	near((a - x) / 2, y - b, 1e-9);
});
test('the box fits, however it is turned', () => {
	for (let azimuth = 0; azimuth < 360; azimuth += 15)
		for (const elevation of [2, 32, 60, 90]) {
			const look = v.lookAt({...v.START, azimuth, elevation}, 600, 500);
			for (let i = 0; i < 8; i++) {
				const [x, y] = v.project(look, i & 1 ? 1 : -1, i & 2 ? 1 : -1,
					(i & 4 ? 1 : -1) * v.TALL / 2);
				assert.ok(x > 0 && x < 600 && y > -40 && y < 540,
					`${azimuth} ${elevation}: ${x} ${y}`);
			}
		}
});

/* ---- meshes and pixels ---- */

const box = v.boxOf([-1, 1], [0, 1]);

test('a coarse grid is divided, its points stay', () => {
	const s = sample([0.01, 1, 100, 1, 1, 1]);
	const m = v.makeMesh(s, field, {log: true, clip: null, box});
	same([m.nx % 2, m.x[0], m.x[m.nx - 1], m.y[m.ny - 1]], [1, -1, 1, 1]);
	near(m.z[0], v.zOf(0), 1e-6);
	near(m.z[(m.nx - 1) / 2], v.zOf(0.5), 1e-6);
	near(m.z[m.nx - 1], v.zOf(1), 1e-6);
	near(m.hue[m.nx - 1], 1, 1e-6);
});
test('a cut makes a plateau in its own colour', () => {
	const s = sample([0.01, 1, 100, 1, 1, 1]);
	const m = v.makeMesh(s, field, {log: true, clip: 1, box});
	near(Math.max(...m.z), v.zOf(0.5), 1e-6);
	near(Math.max(...m.hue), 0.5, 1e-6);
});
test('a large grid has a draft with its last points', () => {
	const n = 301, s = sample(new Float32Array(n * n).fill(1), n, n);
	const m = v.makeMesh(s, field, {log: true, clip: null, box, stride: 2});
	same([m.nx, m.ny, m.x[150], m.y[150]], [151, 151, 1, 1]);
	const odd = v.makeMesh(s, field, {log: true, clip: null, box, stride: 7});
	same([odd.x[odd.nx - 1], odd.y[odd.ny - 1]], [1, 1]);
});

/* From above, a pixel is a place. */
const above = v.lookAt({...v.START, azimuth: -90, elevation: 90}, 200, 200);
const palette = v.makePalette(field, 'bands', null);

function painted(loss, nx, ny, log = true)
{
	const target = v.makeTarget(200, 200);
	const m = v.makeMesh(sample(loss, nx, ny), field, {log, clip: null, box});
	v.clearTarget(target);
	v.paintMesh(target, m, above, palette);
	return target;
}

function pixel(target, X, Y)
{
	const [x, y] = v.project(above, X, Y, 0);
	const q = Math.floor(y) * target.width + Math.floor(x);
	return {pixel: target.pixels[q] >>> 0, hue: target.hue[q],
		depth: v.depthAt(target, x, y)};
}

test('a surface is painted where it is, nothing beside it', () => {
	const t = painted([1, 1, 1, 1, 1, 1], 3, 2);
	near(pixel(t, 0.3, -0.4).depth, v.zOf(0.5), 1e-6);
	same(pixel(t, 1.1, 0).pixel, 0);
	same(pixel(t, 1.1, 0).depth, -Infinity);
	same(v.depthAt(t, -5, 3), -Infinity);
});
test('what has no number is a hole', () => {
	const t = painted([1, 1, NaN, 1, 1, 1], 3, 2);
	same(pixel(t, 0.5, 0).pixel, 0);
	assert.ok(pixel(t, -0.5, 0).pixel !== 0);
	same(painted(new Float32Array(6).fill(NaN), 3, 2).pixels.every((p) => p === 0), true);
});
test('heights between points are contour\'s: the logarithms are linear', () => {
	const t = painted([0.01, 1, 100, 0.01, 1, 100], 3, 2);
	near(pixel(t, -0.5, 0).hue / (v.HUES - 1), 0.25, 0.01);
	near(pixel(t, 0.5, 0).hue / (v.HUES - 1), 0.75, 0.01);
});
test('the nearer of two surfaces hides the other, in any order', () => {
	const high = v.makeMesh(sample([10, 10, 10, 10, 10, 10]), field,
		{log: true, clip: null, box});
	const tilted = v.makeMesh(sample([1, 10, 100, 1, 10, 100]), field,
		{log: true, clip: null, box});
	const seen = [[high, tilted], [tilted, high]].map((meshes) => {
		const target = v.makeTarget(200, 200);
		v.clearTarget(target);
		for (const m of meshes)
			v.paintMesh(target, m, above, palette);
		return [pixel(target, -0.5, 0).depth, pixel(target, 0.5, 0).depth];
	});
	same(seen[0], seen[1]);
	near(seen[0][0], v.zOf(0.75), 1e-6);
	near(seen[0][1], v.zOf(0.875), 0.01);
});
test('of two that are equally near the first is seen', () => {
	const flat = v.makeMesh(sample([10, 10, 10, 10, 10, 10]), field,
		{log: true, clip: null, box});
	const other = v.makePalette(field, 'bands', '#ff0000');
	const target = v.makeTarget(200, 200), alone = v.makeTarget(200, 200);
	v.clearTarget(target);
	v.clearTarget(alone);
	v.paintMesh(target, flat, above, other, 1);
	v.paintMesh(target, flat, above, palette, 0);
	v.paintMesh(alone, flat, above, palette, 0);
	same(target.pixels, alone.pixels);
});
test('no gap along the edges of triangles', () => {
	const n = 7, loss = Array.from({length: n * n}, (_, i) => 1 + (i * 7 % 5));
	const look = v.lookAt({...v.START, azimuth: -77.7, elevation: 88.8}, 200, 200);
	const target = v.makeTarget(200, 200);
	v.clearTarget(target);
	v.paintMesh(target, v.makeMesh(sample(loss, n, n), field,
		{log: true, clip: null, box}), look, palette);
	const [x, y] = v.project(look, 0, 0, 0).map(Math.floor);
	for (let j = -40; j < 40; j++)
		for (let i = -40; i < 40; i++)
			assert.ok(target.pixels[(y + j) * 200 + x + i] !== 0, `${i} ${j}`);
});
test('a contour line lies at its level', () => {
	const t = painted([0.01, 1, 100, 0.01, 1, 100], 3, 2), before = t.pixels.slice();
	v.paintLines(t, palette, above);
	const row = 100 * 200, changed = [];
	for (let x = 0; x < 200; x++)
		if (t.pixels[row + x] !== before[row + x])
			changed.push(x);
	const want = [-0.5, 0, 0.5].map((X) => v.project(above, X, 0, 0)[0]);
	same(changed.length, 3);
	changed.forEach((x, i) => near(x + 0.5, want[i], 1.6));
});

/* ---- shapes ---- */

test('a triangle is cut where the lines run, nothing is lost', () => {
	const area = (ring) => Math.abs(ring.reduce((sum, p, i) => {
		const q = ring[(i + 1) % ring.length];
		return sum + p.x * q.y - q.x * p.y;
	}, 0)) / 2;
	const triangle = [{x: 0, y: 0, h: 0}, {x: 8, y: 0, h: 80}, {x: 0, y: 6, h: 40}];
	const pieces = v.cutAtEdges(triangle, [-5, 10, 40, 60, 200]);
	same(pieces.length, 4);
	near(pieces.reduce((sum, p) => sum + area(p.ring), 0), 24);
	same(pieces.map((p) => p.line && p.line.map((q) => q.h)),
		[null, [10, 10], [40, 40], [60, 60]]);
});
test('shapes are written in steps', () => {
	const pen = v.svgPen();
	pen.cells([{points: [[1, 2], [3.04, 2.5], [0, -1]], colour: '#000001'},
		{points: [[0, 0], [1, 0], [1, 1]], colour: '#000001'},
		{line: [[0, 0], [-1, 1]], colour: '#000001'}]);
	same(pen.out.slice(1), ['<path color="#000001" d="M10 20l20 5-30-35zM0 0l10 0 0 10z"/>',
		'<path fill="none" color="#000001" d="M0 0l-10 10"/>', '</g>']);
});
test('far cells come first, whatever the direction', () => {
	const m = v.makeMesh(sample([1, 2, 3, 2, 3, 4, 3, 4, 5], 3, 3), field,
		{log: true, clip: null, box});
	for (const azimuth of [-60, 20, 100, 200]) {
		const look = v.lookAt({...v.START, azimuth}, 300, 300);
		const shapes = v.cellsOf({look, lines: true, parts: [{mesh: m, palette}]});
		const first = shapes[0].points[0], last = shapes[shapes.length - 1];
		assert.ok(shapes.length >= (m.nx - 1) * (m.ny - 1));
		/* on the floor of the screen the near corner is lower than the far one */
		assert.ok((last.points || last.line)[0][1] > first[1], `${azimuth}`);
		assert.ok(shapes.every((s) => /^#[0-9a-f]{6}$/.test(s.colour)));
	}
});

/* ---- texts ---- */

test('text in a saved picture is text', () => {
	const pen = v.svgPen();
	pen.text(1, 2, '<script>"&\u0000\u0008</script>\uffff', {size: 9, fill: '#000'});
	same(pen.out, ['<text x="1" y="2" font-size="9" fill="#000">' +
		'&lt;script&gt;&quot;&amp;&lt;/script&gt;</text>']);
});

/* ---- the sources ---- */

test('no markup from text, no code from text, nothing that ends the element', () => {
	for (const file of fs.readdirSync(folder)) {
		const text = fs.readFileSync(path.join(folder, file), 'utf8');
		assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/
			.test(text), file);
		assert.ok(!/<\/(script|style)|<!--/i.test(text), file);
		assert.ok(!/https?:\/\/(?!www\.w3\.org\/2000\/svg)/.test(text), file);
		assert.ok(!text.includes('\r'), file);
		assert.ok(text.split('\n').length <= 501, file);
	}
});

console.log(`1..${count}`);
process.exit(failed > 0 ? 1 : 0);
