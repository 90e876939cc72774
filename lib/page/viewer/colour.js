/* ---- heights and colours ---- */

/* Hues are places of contour's colour scale in this many steps. */
const HUES = 1024, SHADES = 32;

/* What is compared: the value or its logarithm; too low is lowest. */
function heightOf(field, log)
{
	const {lo, top} = field;
	const limit = log ? (v) => Math.log10(v) : (v) => v;
	const least = limit(lo), most = limit(top);
	return (v) => Number.isNaN(v) ? NaN : v <= lo ? least
		: v >= top ? most : limit(v);
}

/* The place of a value between the scale's ends, 0..1. */
function partOf(field, log)
{
	const height = heightOf(field, log);
	const least = height(field.lo), most = height(field.top);
	return (v) => most > least ? (height(v) - least) / (most - least)
		: Number.isNaN(v) ? NaN : 0.5;
}

/* The value at a place. */
function valueAt(field, log, part)
{
	const height = heightOf(field, log);
	const h = mix(height(field.lo), height(field.top), part);
	return log ? 10 ** h : h;
}

function parseColour(text)
{
	return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
}

function mapColour(map, t)
{
	const at = clamp(t, 0, 1) * (map.length - 1);
	const i = Math.min(map.length - 2, Math.floor(at));
	const a = map[i], b = map[i + 1];
	return [0, 1, 2].map((k) => a[k] + (at - i) * (b[k] - a[k]));
}

/*
 * What a surface is painted with: rgb of each hue, and the band it lies in, of
 * which the borders are the contour lines.  style: "bands" has contour's colour
 * for all of a band.  tint: the colour of a surface that lies over others.
 */
function makePalette(field, style, tint)
{
	const map = field.map.map(parseColour), bands = field.bands.map(parseColour);
	const part = partOf(field, field.log);
	const edges = field.levels.map((v) => Math.round(part(v) * (HUES - 1)));
	const rgb = [], band = new Uint16Array(HUES);
	const base = tint && parseColour(tint);
	for (let h = 0; h < HUES; h++) {
		while (band[h] < edges.length && edges[band[h]] <= h)
			band[h]++;
		if (h + 1 < HUES)
			band[h + 1] = band[h];
		const t = h / (HUES - 1);
		if (base)
			rgb.push(base.map((c) => c * (0.55 + 0.45 * t) +
				(255 - c) * 0.55 * t));
		else if (style === 'bands')
			rgb.push(bands[Math.min(band[h], bands.length - 1)]);
		else
			rgb.push(mapColour(map, t));
	}
	return {rgb, band, edges, packed: packShades(rgb)};
}

/* Every colour in every brightness, as a canvas holds them. */
function packShades(rgb)
{
	const out = new Uint32Array(HUES * SHADES);
	rgb.forEach((c, h) => {
		for (let s = 0; s < SHADES; s++) {
			const [r, g, b] = shaded(c, s / (SHADES - 1));
			out[h * SHADES + s] =
				(255 << 24 | b << 16 | g << 8 | r) >>> 0;
		}
	});
	return out;
}

/* light: 0 turned away, 1 toward the light. */
function shaded(rgb, light)
{
	const factor = 0.62 + 0.43 * light;
	return rgb.map((c) => Math.min(255, Math.round(c * factor)));
}
