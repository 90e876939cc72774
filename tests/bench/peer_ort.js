// A contender of race.py: ONNX Runtime through its npm package.
//	node peer_ort.js MODULE MODEL.onnx DATA IMAGES THREADS BATCH
// Each line on standard input asks for a round; the answer is its
// seconds of the clock and of the processors.
const fs = require('fs');
const readline = require('readline');
const [module_, model, data, images, threads, batch] = process.argv.slice(2);
const ort = require(module_);

const n = Number(images), b = Number(batch), size = 3072;
const mean = [125.3, 123.0, 113.9], sd = [63.0, 62.1, 66.7];

function readImages() {
	const bytes = fs.readFileSync(data), pixels = new Float32Array(n * size);
	const have = bytes.length / (size + 1);
	for (let i = 0; i < n; i++)
		for (let j = 0; j < size; j++) {
			const c = Math.floor(j / 1024);
			pixels[i * size + j] = (bytes[(i % have) * (size + 1) +
			    1 + j] - mean[c]) / sd[c];
		}
	return pixels;
}

function loss(logits, classes) {
	let total = 0;
	for (let i = 0; i < logits.length; i += classes) {
		let most = -Infinity, sum = 0;
		for (let k = 0; k < classes; k++)
			most = Math.max(most, logits[i + k]);
		for (let k = 0; k < classes; k++)
			sum += Math.exp(logits[i + k] - most);
		total += most + Math.log(sum) - logits[i];
	}
	return total;
}

async function round(session, pixels) {
	const start = process.hrtime.bigint(), cpu = process.cpuUsage();
	for (let i = 0; i < n; i += b) {
		const m = Math.min(b, n - i);
		const x = new ort.Tensor('float32',
		    pixels.subarray(i * size, (i + m) * size), [m, 3, 32, 32]);
		const out = await session.run({[session.inputNames[0]]: x});
		loss(out[session.outputNames[0]].data, 10);
	}
	const wall = Number(process.hrtime.bigint() - start) * 1e-9;
	const used = process.cpuUsage(cpu);
	return wall.toFixed(6) + ' ' +
	    ((used.user + used.system) * 1e-6).toFixed(6);
}

async function main() {
	const pixels = readImages();
	const session = await ort.InferenceSession.create(model, {
		intraOpNumThreads: Number(threads), interOpNumThreads: 1,
		executionMode: 'sequential', graphOptimizationLevel: 'all',
	});
	const lines = readline.createInterface({input: process.stdin});
	for await (const line of lines)
		console.log(await round(session, pixels));
}

main();
