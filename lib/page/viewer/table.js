/* ---- numbers in words: the readout and the table of values ---- */

/* What the readout has of a point, in this order. */
const TITLES = {loss: 'loss', se: '± std. error', acc: 'accuracy (%)',
	n: 'images'};

function columnsOf(page)
{
	const names = ['loss', 'se', 'acc'];
	for (const field of page.fields)
		if (!names.includes(field.name))
			names.push(field.name);
	names.push('n');
	const is = (v) => !Number.isNaN(v);
	return names.filter((name) => page.sheets.some((sheet) =>
		sheet.values[name] && sheet.values[name].some(is) ||
		sheet.asked && sheet.asked[name] && sheet.asked[name].some(is)));
}

function makeReadout(page)
{
	const div = document.getElementById('readout');
	div.hidden = false;
	const table = add(div, 'table');
	const names = columnsOf(page);
	const head = add(add(table, 'thead'), 'tr');
	const where = add(head, 'th', {scope: 'col'});
	const places = page.axes === 2 ? ['x', 'y'] : ['x'];
	for (const text of [...names.map((n) => TITLES[n] || n), ...places, 'status'])
		add(head, 'th', {scope: 'col'}, text);
	const body = add(table, 'tbody');
	const rows = page.sheets.map((sheet) => {
		const tr = add(body, 'tr');
		const th = add(tr, 'th', {scope: 'row'});
		swatch(th, sheet.colour);
		add(th, 'span', {class: 'name'}, sheet.label);
		const cells = {};
		for (const name of [...names, ...places, 'status'])
			cells[name] = add(tr, 'td');
		return {tr, sheet, cells};
	});
	/* for who hears the page: only what the keyboard asked for */
	const spoken = add(div, 'p', {class: 'unseen', 'aria-live': 'polite'});
	return {rows, names, where, spoken};
}

function statusText(point)
{
	const word = page.words[point.status];
	return point.requested ? `${word}, requested` : word;
}

function paintReadout(readout)
{
	readout.where.textContent = state.at ? 'nearest to the cross'
		: 'nearest to the centre';
	for (const {tr, sheet, cells} of readout.rows) {
		tr.hidden = !shownSheets().includes(sheet);
		/* nothing under the pointer: the centre, when it is there */
		const at = state.at || {x: 0, y: 0};
		const p = pointAt(sheet, at.x, at.y);
		tr.classList.toggle('idle', !state.at);
		for (const name of Object.keys(cells)) {
			let text = '';
			if (p && name === 'status')
				text = statusText(p);
			else if (p && p.status === 0 && name !== 'x' && name !== 'y')
				text = ''; /* never computed */
			else if (p && name === 'se')
				text = p.se > 0 ? '± ' + show(p.se, 3) : p.se === 0 ? '0' : '';
			else if (p && p[name] !== undefined)
				text = show(p[name]);
			if (!p && name === 'status')
				text = 'outside of the grid';
			cells[name].textContent = text;
		}
	}
}

/* What the keyboard's cross has come to, said in words. */
function speak(readout)
{
	const parts = shownSheets().map((sheet) => {
		const p = pointAt(sheet, state.at.x, state.at.y);
		if (!p)
			return `${sheet.label}: outside of the grid`;
		const {field} = state;
		return `${sheet.label}: x ${show(p.x)}` +
			(page.axes === 2 ? `, y ${show(p.y)}` : '') + `, ${field.label} ` +
			(p.status === 0 ? 'missing' : show(p[field.name])) +
			(p.se > 0 && field.name === 'loss' ? ` ± ${show(p.se, 3)}` : '');
	});
	readout.spoken.textContent = parts.join('; ');
}

/* ---- all values ---- */

/* A table wider than this is thinned; the CSV has everything. */
const TABLE_MOST = 61;

function makeTable()
{
	const details = document.getElementById('table');
	details.hidden = false;
	const body = add(details, 'div', {class: 'scroll', tabindex: '0'});
	details.addEventListener('toggle', () => paintTable({details, body}));
	return {details, body};
}

function paintTable({details, body})
{
	if (!details.open)
		return;
	body.replaceChildren();
	for (const sheet of shownSheets())
		if (page.axes === 2)
			addMatrix(body, sheet);
		else
			addList(body, sheet);
}

function thinned(n)
{
	const stride = Math.ceil(n / TABLE_MOST), out = [];
	for (let i = 0; i < n; i += stride)
		out.push(i);
	return {stride, out};
}

function cellText(sheet, name, k)
{
	return sheet.values.status[k] === 0 ? 'missing'
		: show(sheet.values[name][k]);
}

function addMatrix(body, sheet)
{
	const {name, label} = state.field;
	const columns = thinned(sheet.nx), rows = thinned(sheet.ny);
	const table = add(body, 'table');
	const every = Math.max(columns.stride, rows.stride);
	add(table, 'caption', {}, `${sheet.label}: ${label}, x across, y down` +
		(every > 1 ? `; not every point of ${sheet.nx} by ${sheet.ny}, the CSV has all`
			: ''));
	const head = add(add(table, 'thead'), 'tr');
	add(head, 'th', {scope: 'col'}, 'y \\ x');
	for (const i of columns.out)
		add(head, 'th', {scope: 'col'}, show(sheet.xs[i], 4));
	const tbody = add(table, 'tbody');
	for (const j of rows.out.reverse()) {
		const tr = add(tbody, 'tr');
		add(tr, 'th', {scope: 'row'}, show(sheet.ys[j], 4));
		for (const i of columns.out)
			add(tr, 'td', {}, cellText(sheet, name, j * sheet.nx + i));
	}
}

function addList(body, sheet)
{
	const table = add(body, 'table'), rows = thinned(sheet.nx);
	add(table, 'caption', {}, sheet.label + (rows.stride > 1
		? `; not every one of ${sheet.nx} points, the CSV has all` : ''));
	const head = add(add(table, 'thead'), 'tr');
	const names = readout.names;
	for (const text of ['x', ...names.map((n) => TITLES[n] || n)])
		add(head, 'th', {scope: 'col'}, text);
	const tbody = add(table, 'tbody');
	for (const i of rows.out) {
		const tr = add(tbody, 'tr');
		add(tr, 'th', {scope: 'row'}, show(sheet.xs[i], 4));
		for (const name of names)
			add(tr, 'td', {}, sheet.values[name] ? cellText(sheet, name, i) : '');
	}
}
