/* ---- taking it away: PNG, SVG, CSV ---- */

/* The picture that is saved: surfaces side by side, on white. */
const SAVED = {width: 640, height: 500, head: 34, foot: 26, bar: 92};

const PAPER = {text: '#1a1a1a', faint: '#b8b8b8', floor: '#f4f4f4', paper: '#ffffff',
	size: 11};

function stagesShown()
{
	return stages.filter((s) => s.canvas.clientWidth > 0);
}

/* Everything but the insides of the surfaces, which are painted by inside. */
function drawSaved(pen, shown, inside)
{
	const {width, height, head} = SAVED;
	pen.polygon([[0, 0], [savedWidth(shown), 0],
		[savedWidth(shown), savedHeight()], [0, savedHeight()]],
		{fill: PAPER.paper});
	shown.forEach((stage, i) => {
		pen.text(i * width + width / 2, 22,
			stage.sheets.map((s) => s.label).join('  and  ').slice(0, 110),
			{size: 14, fill: PAPER.text, anchor: 'middle', bold: true});
		inside(stage, i * width, head, width, height);
	});
	if (state.overlay && shown[0].sheets.length > 1)
		drawLegend(pen, shown[0].sheets, savedHeight() - 10);
	else
		drawBar(pen, {x: shown.length * width + 12, y: head + 40,
			length: height - 120}, PAPER);
	pen.text(10, savedHeight() - 8, savedCaption(),
		{size: 10, fill: '#555555'});
}

function savedWidth(shown)
{
	return shown.length * SAVED.width + SAVED.bar;
}

function savedHeight()
{
	return SAVED.head + SAVED.height + SAVED.foot;
}

function savedCaption()
{
	const {field, log, clip} = state;
	return `${field.label}; height ${log ? 'logarithmic' : 'linear'}` +
		(clip === null ? '' : `, cut at ${show(clip, 4)}`);
}

function drawLegend(pen, sheets, y)
{
	let x = 320;
	for (const sheet of sheets) {
		pen.dot(x, y - 3, 5, {fill: sheet.colour});
		pen.text(x + 9, y, sheet.label.slice(0, 40), {size: 11, fill: PAPER.text});
		x += 30 + 6 * Math.min(40, sheet.label.length);
	}
}

function savePng()
{
	const shown = stagesShown(), scale = 2, canvas = document.createElement('canvas');
	canvas.width = savedWidth(shown) * scale;
	canvas.height = savedHeight() * scale;
	const context = canvas.getContext('2d');
	context.setTransform(scale, 0, 0, scale, 0, 0);
	drawSaved(canvasPen(context), shown, (stage, left, top, width, height) => {
		context.save();
		context.translate(left, top);
		context.beginPath();
		context.rect(0, 0, width, height);
		context.clip();
		paintScene(context, stage, sceneOf(stage, width, height), 2 * scale, PAPER);
		context.restore();
	});
	return canvas;
}

/* The view as SVG, every cell a polygon. */
function saveSvg()
{
	const shown = stagesShown(), pen = svgPen();
	drawSaved(pen, shown, (stage, left, top, width, height) => {
		const scene = sceneOf(stage, width, height);
		scene.target = makeTarget(2 * width, 2 * height);
		rasterise(scene);
		pen.out.push(`<g transform="translate(${left} ${top})">`);
		drawBox(pen, scene, PAPER);
		pen.cells(cellsOf(scene));
		drawOver(pen, scene, PAPER);
		pen.out.push('</g>');
	});
	const w = savedWidth(shown), h = savedHeight();
	return '<?xml version="1.0" encoding="UTF-8"?>\n' +
		`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" ` +
		`viewBox="0 0 ${w} ${h}" font-family="${FONT}">\n` +
		`<title>${escapeMarkup(document.title)}</title>\n` +
		`<desc>${escapeMarkup(pipelineText())}</desc>\n` +
		pen.out.join('\n') + '\n</svg>\n';
}

/* contour's picture of a sheet as a file of its own. */
function savePlane(plane)
{
	const copy = plane.svg.cloneNode(true);
	for (const part of copy.querySelectorAll('.over, .heat, clipPath'))
		part.remove();
	for (const [style, names] of [['bands', []], ['lines', ['bands']]])
		if (state.style === style)
			for (const name of names)
				copy.querySelector('.' + name).remove();
	const box = plane.svg.viewBox.baseVal;
	copy.setAttribute('width', box.width);
	copy.setAttribute('height', box.height);
	copy.removeAttribute('tabindex');
	const hatches = document.querySelector('#hatches defs');
	copy.insertBefore(hatches.cloneNode(true), copy.firstChild.nextSibling);
	if (state.style === 'bands') {
		for (const line of copy.querySelectorAll('.lines path')) {
			line.setAttribute('stroke', '#fff');
			line.setAttribute('stroke-width', '0.6');
		}
		for (const text of copy.querySelectorAll('.lines text'))
			text.setAttribute('fill', '#fff');
	}
	return '<?xml version="1.0" encoding="UTF-8"?>\n' +
		new XMLSerializer().serializeToString(copy) + '\n';
}

function pipelineText()
{
	return document.getElementById('pipeline').textContent;
}

/* ---- to a file, or where a frame forbids that, to the clipboard ---- */

function isFramed()
{
	return window.self !== window.top;
}

function fileName(ending)
{
	const base = document.title.replace(/[^\p{L}\p{N}]+/gu, '-')
		.replace(/^-|-$/g, '').slice(0, 60) || 'landscape';
	return `${base}.${ending}`;
}

function offer(blob, name)
{
	const url = URL.createObjectURL(blob);
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function saveText(text, type, ending)
{
	if (isFramed())
		showText(text, fileName(ending));
	else
		offer(new Blob([text], {type}), fileName(ending));
}

function saveImage(canvas)
{
	if (isFramed())
		showImage(canvas);
	else
		canvas.toBlob((blob) => offer(blob, fileName('png')), 'image/png');
}

function openDialog(title)
{
	const dialog = add(document.body, 'dialog', {'aria-label': title});
	add(dialog, 'h2', {}, title);
	dialog.addEventListener('close', () => dialog.remove());
	return dialog;
}

function closeButton(row, dialog)
{
	add(row, 'button', {type: 'button'}, 'Close')
		.addEventListener('click', () => dialog.close());
	dialog.showModal();
}

/* A frame may forbid files: the text to be copied by hand or by button. */
function showText(text, title)
{
	const dialog = openDialog(title);
	add(dialog, 'p', {}, 'This page is inside another one, which may not let it ' +
		'save files. Copy the text:');
	const area = add(dialog, 'textarea', {readonly: '', rows: '12',
		'aria-label': title});
	area.value = text;
	const row = add(dialog, 'div', {class: 'row'});
	const copy = add(row, 'button', {type: 'button'}, 'Copy');
	copy.addEventListener('click', () => copyText(text, copy, area));
	closeButton(row, dialog);
	area.select();
}

function showImage(canvas)
{
	const dialog = openDialog(fileName('png'));
	add(dialog, 'p', {}, 'This page is inside another one, which may not let it ' +
		'save files. Save the picture with the menu of the right button:');
	add(dialog, 'img', {alt: 'the view', src: canvas.toDataURL('image/png')});
	closeButton(add(dialog, 'div', {class: 'row'}), dialog);
}

/* The clipboard may be forbidden, too; then the text is selected. */
function copyText(text, button, area)
{
	const done = (worked) => {
		const before = button.dataset.text || button.textContent;
		button.dataset.text = before;
		button.textContent = worked ? 'Copied' : 'Press Ctrl+C';
		setTimeout(() => {
			button.textContent = before;
		}, 2000);
	};
	const byHand = () => {
		const from = area || add(document.body, 'textarea', {class: 'unseen'});
		from.value = text;
		from.select();
		const worked = document.execCommand('copy');
		if (!area)
			from.remove();
		done(worked);
	};
	if (navigator.clipboard)
		navigator.clipboard.writeText(text).then(() => done(true), byHand);
	else
		byHand();
}
