/* ---- which colour is which height ---- */

/*
 * The scale as a bar from (x, y), upright or lying, with round heights beside
 * it.
 */
function drawBar(pen, {x, y, length, lying}, ink)
{
	const {field} = state, palette = paletteOf(state.style, null), wide = 13;
	const part = partOf(field, field.log), steps = 256;
	const box = (from) => lying
		? [[x + from, y], [x + length, y], [x + length, y + wide], [x + from, y + wide]]
		: [[x, y + length - from], [x + wide, y + length - from],
			[x + wide, y], [x, y]];
	let last = '';
	/* each to the end, the next one over it: no seam can show */
	for (let i = 0; i < steps; i++) {
		const fill = hexOf(palette.rgb[Math.round((i + 0.5) / steps * (HUES - 1))]);
		if (fill !== last)
			pen.polygon(box(i / steps * length), {fill});
		last = fill;
	}
	const heights = barTicks(field, length / (lying ? 45 : 40));
	const digits = digitsFor(heights);
	for (const v of heights) {
		const at = part(v) * length;
		pen.text(lying ? x + at : x + wide + 5,
			lying ? y + wide + 13 : y + length - at + 4, show(v, digits),
			{size: ink.size, fill: ink.text, anchor: lying ? 'middle' : 'start'});
	}
}

/* The borders of bands where there are bands, when they are not too many. */
function barTicks(field, want)
{
	if (state.style === 'bands' && field.levels.length <= 1.5 * want)
		return field.levels.filter((v) => v >= field.lo && v <= field.top);
	return field.log ? logTicks(field.lo, field.top, want)
		: ticks(field.lo, field.top, want);
}

function makeLegend(parent)
{
	const box = document.createElement('div');
	box.id = 'legend';
	parent.before(box);
	const name = add(box, 'span');
	const canvas = add(box, 'canvas', {'aria-hidden': 'true'});
	return {box, name, canvas};
}

function paintLegend({box, name, canvas})
{
	const ratio = window.devicePixelRatio || 1;
	const width = canvas.clientWidth, height = canvas.clientHeight;
	canvas.width = Math.round(width * ratio);
	canvas.height = Math.round(height * ratio);
	const context = canvas.getContext('2d');
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	name.textContent = state.field.label;
	box.hidden = document.documentElement.classList.contains('overlaid') &&
		state.style === 'colours';
	drawBar(canvasPen(context), {x: 16, y: 2, length: width - 32, lying: true},
		inkOf());
}
