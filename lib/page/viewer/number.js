/* ---- numbers as people read them ---- */

const MINUS = '\u2212';

/* v with at most so many digits: 0.0123457, 1.2e+7, −3. */
function show(v, digits = 6)
{
	if (v === null || v === undefined || Number.isNaN(v))
		return 'NaN';
	if (!Number.isFinite(v))
		return v > 0 ? '∞' : MINUS + '∞';
	const text = Number(v.toPrecision(digits)).toString();
	return text.replace(/^-/, MINUS).replace('e-', 'e' + MINUS);
}

/* How many digits tell these apart, at least 3. */
function digitsFor(values)
{
	for (let digits = 3; digits < 12; digits++)
		if (new Set(values.map((v) => show(v, digits))).size === new Set(values).size)
			return digits;
	return 12;
}

/* Multiples of 1, 2 or 5 times a power of ten inside lo..hi, about want. */
function ticks(lo, hi, want)
{
	const out = [];
	if (!(hi > lo))
		return [lo];
	const rough = (hi - lo) / want;
	const decade = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].find((s) => s * decade >= rough * 0.999) * decade;
	for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k++)
		out.push(Number((k * step).toPrecision(12)));
	return out;
}

/* 1-2-5 steps of a log scale, or its decades when those are many. */
function logTicks(lo, hi, want)
{
	const from = Math.floor(Math.log10(lo)), to = Math.ceil(Math.log10(hi));
	const steps = to - from > want / 2 ? [1] : [1, 2, 5];
	const stride = steps.length > 1 ? 1 : Math.ceil((to - from) / want);
	let out = [];
	for (let d = from; d <= to; d += stride)
		for (const s of steps) {
			const v = Number((s * 10 ** d).toPrecision(12));
			if (v >= lo * (1 - 1e-9) && v <= hi * (1 + 1e-9))
				out.push(v);
		}
	if (out.length < 3 && hi > lo)
		out = ticks(lo, hi, want).filter((v) => v > 0);
	return out;
}

function clamp(v, lo, hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Where v lies in an increasing array: the last index at or below it, in
 * 0..n - 2, and the part of the step beyond. */
function locate(array, v)
{
	let lo = 0, hi = array.length - 1;
	while (hi - lo > 1) {
		const middle = (lo + hi) >> 1;
		if (array[middle] <= v)
			lo = middle;
		else
			hi = middle;
	}
	const step = array[hi] - array[lo];
	return {i: lo, part: step > 0 ? (v - array[lo]) / step : 0};
}
