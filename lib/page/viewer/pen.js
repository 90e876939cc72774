/* ---- one drawing, on a canvas or as SVG ---- */

/* Both pens have line, polygon, dot and text; a style has fill, stroke, width,
 * dash, alpha; a text's also size, anchor, bold. */
const FONT = "Helvetica, Arial, 'Nimbus Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif";

function canvasPen(context)
{
	const finish = (style) => {
		context.globalAlpha = style.alpha === undefined ? 1 : style.alpha;
		if (style.fill) {
			context.fillStyle = style.fill;
			context.fill();
		}
		if (style.stroke) {
			context.strokeStyle = style.stroke;
			context.lineWidth = style.width || 1;
			context.lineJoin = context.lineCap = 'round';
			context.setLineDash(style.dash || []);
			context.stroke();
		}
		context.globalAlpha = 1;
	};
	const trace = (points, closed) => {
		context.beginPath();
		points.forEach(([x, y], i) =>
			i > 0 ? context.lineTo(x, y) : context.moveTo(x, y));
		if (closed)
			context.closePath();
	};
	return {
		line(points, style) {
			trace(points, false);
			finish(style);
		},
		polygon(points, style) {
			trace(points, true);
			finish(style);
		},
		dot(x, y, r, style) {
			context.beginPath();
			context.arc(x, y, r, 0, 2 * Math.PI);
			finish(style);
		},
		text(x, y, text, style) {
			context.font = `${style.bold ? 'bold ' : ''}${style.size}px ${FONT}`;
			context.textAlign = {start: 'left', middle: 'center', end: 'right'}[
				style.anchor || 'start'];
			context.textBaseline = 'alphabetic';
			context.fillStyle = style.fill;
			context.fillText(text, x, y);
		},
	};
}

function escapeMarkup(text)
{
	/* what XML has no way to write is left out */
	return String(text).replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, '')
		.replace(/&/g, '&amp;').replace(/</g, '&lt;')
		.replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function svgPen()
{
	const out = [];
	const n = (v) => String(Math.round(v * 100) / 100);
	const attributes = (style) => {
		let text = ` fill="${escapeMarkup(style.fill || 'none')}"`;
		if (style.stroke)
			text += ` stroke="${escapeMarkup(style.stroke)}" stroke-width="${
				n(style.width || 1)}" stroke-linejoin="round" stroke-linecap="round"`;
		if (style.dash)
			text += ` stroke-dasharray="${style.dash.map(n).join(' ')}"`;
		if (style.alpha !== undefined)
			text += ` opacity="${n(style.alpha)}"`;
		return text;
	};
	const d = (points) => 'M' + points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L');
	return {
		out,
		line(points, style) {
			out.push(`<path d="${d(points)}"${attributes(style)}/>`);
		},
		polygon(points, style) {
			out.push(`<path d="${d(points)}Z"${attributes(style)}/>`);
		},
		dot(x, y, r, style) {
			out.push(`<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}"${
				attributes(style)}/>`);
		},
		text(x, y, text, style) {
			out.push(`<text x="${n(x)}" y="${n(y)}" font-size="${n(style.size)}"` +
				(style.anchor ? ` text-anchor="${style.anchor}"` : '') +
				(style.bold ? ' font-weight="bold"' : '') +
				` fill="${escapeMarkup(style.fill)}">${escapeMarkup(text)}</text>`);
		},
		/* Shapes in their order, those of one colour together; the stroke covers
		 * the seam to the neighbours. */
		cells(list) {
			/* in tenths, steps from point to point: half as long */
			const steps = (points) => {
				let [x, y] = points[0].map((v) => Math.round(10 * v));
				let out = `M${x} ${y}l`;
				for (const p of points.slice(1)) {
					const [toX, toY] = p.map((v) => Math.round(10 * v));
					out += ` ${toX - x} ${toY - y}`;
					[x, y] = [toX, toY];
				}
				return out.replace(/ -/g, '-').replace('l ', 'l');
			};
			let last = '', path = '';
			const flush = () => path && out.push(`<path ${last} d="${path}"/>`);
			out.push('<g fill="currentColor" stroke="currentColor" ' +
				'stroke-width="9" stroke-linejoin="round" transform="scale(0.1)">');
			for (const {points, line, colour} of list) {
				const look = line ? `fill="none" color="${colour}"`
					: `color="${colour}"`;
				if (look !== last) {
					flush();
					path = '';
					last = look;
				}
				path += line ? steps(line) : steps(points) + 'z';
			}
			flush();
			out.push('</g>');
		},
	};
}
