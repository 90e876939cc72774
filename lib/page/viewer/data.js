/* ---- the numbers of the page ---- */

/* What page_data.c wrote: null is NaN, a number is for all, a text is bytes. */
function decodeArray(code, n)
{
	if (code === null || typeof code === 'number')
		return new Float32Array(n).fill(code === null ? NaN : code);
	const binary = atob(code.slice(1));
	const bytes = new Uint8Array(binary.length);
	for (let i = 0; i < bytes.length; i++)
		bytes[i] = binary.charCodeAt(i);
	const view = new DataView(bytes.buffer), wide = code[0] === 'd';
	const out = wide ? new Float64Array(n) : new Float32Array(n);
	for (let i = 0; i < n; i++)
		out[i] = wide ? view.getFloat64(8 * i, true)
			: view.getFloat32(4 * i, true);
	return out;
}

/* lo, lo + step, ..., hi. */
function axisOf([lo, hi, n])
{
	const step = (hi - lo) / (n - 1);
	return Float64Array.from({length: n},
		(_, i) => i === n - 1 ? hi : lo + i * step);
}

function decodeSheet(raw)
{
	const sheet = {...raw, xs: axisOf(raw.x), ys: raw.y ? axisOf(raw.y) : [0]};
	sheet.nx = sheet.xs.length;
	sheet.ny = sheet.ys.length;
	sheet.values = {};
	for (const name of Object.keys(raw.values))
		sheet.values[name] =
			decodeArray(raw.values[name], sheet.nx * sheet.ny);
	sheet.paths = (raw.paths || []).map((p) => ({...p, epoch: timesOf(p)}));
	if (raw.asked) {
		const {count} = raw.asked;
		sheet.asked = {count};
		for (const name of Object.keys(raw.asked).filter((k) => k !== 'count'))
			sheet.asked[name] = decodeArray(raw.asked[name], count);
	}
	return sheet;
}

/* Epochs; where a checkpoint does not tell its own, its number. */
function timesOf(path)
{
	return path.epoch.every((e) => e !== null) ? path.epoch
		: path.epoch.map((_, i) => i);
}

/* Index of the point of the grid that is nearest, or -1 outside of it. */
function nearestPoint(sheet, x, y)
{
	const at = (array, v) => {
		if (array.length === 1)
			return 0;
		const step = Math.abs(array[1] - array[0]) / 2;
		if (v < array[0] - step || v > array[array.length - 1] + step)
			return -1;
		const {i, part} = locate(array, v);
		return i + (part >= 0.5 ? 1 : 0);
	};
	const ix = at(sheet.xs, x), iy = at(sheet.ys, y);
	return ix < 0 || iy < 0 ? -1 : iy * sheet.nx + ix;
}

/*
 * A point as {x, y, status, NAME: value}: of those that were requested the one
 * within reach of (x, y), else the nearest of the grid, else null.
 */
function pointAt(sheet, x, y)
{
	const {asked} = sheet;
	const sx = sheet.xs[1] - sheet.xs[0];
	const sy = sheet.ny > 1 ? sheet.ys[1] - sheet.ys[0] : 1;
	const k = nearestPoint(sheet, x, y);
	const far = (px, py) => Math.hypot((px - x) / sx, (py - y) / sy);
	let best = k < 0 ? 0.5
		: far(sheet.xs[k % sheet.nx], sheet.ys[Math.floor(k / sheet.nx)]);
	let found = -1;
	for (let i = 0; asked && i < asked.count; i++)
		if (far(asked.x[i], asked.y[i]) < best) {
			best = far(asked.x[i], asked.y[i]);
			found = i;
		}
	if (found < 0 && k < 0)
		return null;
	const from = found < 0 ? sheet.values : asked, i = found < 0 ? k : found;
	const point = {x: sheet.xs[k % sheet.nx],
		y: sheet.ys[Math.floor(k / sheet.nx)], requested: found >= 0};
	for (const name of Object.keys(from))
		point[name] = from[name][i];
	return point;
}

/*
 * f of the values between the points, bilinearly; NaN outside of the grid and
 * beside a point without a number.
 */
function between(sheet, values, x, y, f)
{
	const {xs, ys, nx} = sheet;
	const slack = 1e-9 * (xs[nx - 1] - xs[0]);
	if (x < xs[0] - slack || x > xs[nx - 1] + slack ||
		y < ys[0] - slack || y > ys[ys.length - 1] + slack)
		return NaN;
	const a = locate(xs, x);
	const b = sheet.ny > 1 ? locate(ys, y) : {i: 0, part: 0};
	const k = b.i * nx + a.i, up = sheet.ny > 1 ? nx : 0;
	const along = (i) => mix(f(values[i]), f(values[i + 1]), a.part);
	return mix(along(k), along(k + up), b.part);
}

/* A corner that does not count may be NaN. */
function mix(a, b, part)
{
	return part <= 0 ? a : part >= 1 ? b : a + part * (b - a);
}

/* Where a path is at a time: its whole points until then, and between. */
function pathUntil(path, time)
{
	const out = [];
	for (let i = 0; i < path.n; i++) {
		if (path.epoch[i] > time) {
			if (i === 0)
				break;
			const part = (time - path.epoch[i - 1]) /
				(path.epoch[i] - path.epoch[i - 1]);
			out.push([mix(path.at[2 * i - 2], path.at[2 * i], part),
				mix(path.at[2 * i - 1], path.at[2 * i + 1], part)]);
			break;
		}
		out.push([path.at[2 * i], path.at[2 * i + 1]]);
	}
	return out;
}

/* A text as a cell; no spreadsheet takes it for a formula. */
function csvCell(text)
{
	const plain = /^ *[=+\-@＝＋－＠]/.test(text) ? "'" + text : text;
	return /[",\r\n]/.test(plain) ? '"' + plain.replace(/"/g, '""') + '"' : plain;
}

/* The table of all points, as a spreadsheet reads it. */
function tableOfPoints(page)
{
	const names = [];
	for (const sheet of page.sheets)
		for (const name of Object.keys(sheet.values))
			if (name !== 'status' && !names.includes(name))
				names.push(name);
	const number = (v) => Number.isNaN(v) ? 'nan' : Number.isFinite(v)
		? String(Number(v.toPrecision(9))) : v > 0 ? 'inf' : '-inf';
	const rows = [['surface', 'set', 'x', 'y', ...names, 'status'].map(csvCell).join(',')];
	const row = (sheet, x, y, from, i) => {
		if (from.status[i] === 0)
			return;
		rows.push([csvCell(sheet.label), csvCell(sheet.set), number(x), number(y),
			...names.map((n) => from[n] ? number(from[n][i]) : ''),
			page.words[from.status[i]]].join(','));
	};
	for (const sheet of page.sheets) {
		for (let k = 0; k < sheet.nx * sheet.ny; k++)
			row(sheet, sheet.xs[k % sheet.nx],
				sheet.ys[Math.floor(k / sheet.nx)], sheet.values, k);
		for (let k = 0; sheet.asked && k < sheet.asked.count; k++)
			row(sheet, sheet.asked.x[k], sheet.asked.y[k], sheet.asked, k);
	}
	return rows.join('\n') + '\n';
}
