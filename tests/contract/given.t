#!/usr/bin/env bash
# An option that is given acts or is refused: none is passed over without a word.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams P=$ROOT/tests/data/points D=$ROOT/tests/data/sets/tiny.npz
cd "$T" || exit 1

# Some need another option.
for program in evalgrid hessgrid; do
	for row in "--sample-seed=3 --sample, --error and --bn" "--bn-images=2 --bn recompute" "--bn-data=$D --bn recompute"; do
		[ "$program ${row%%=*}" != "hessgrid --error" ] || continue
		fails 2 "${row%%=*} is for ${row#* }" "$program ${row%% *} alone" "$program" -d "$D" "${row%% *}" "$S/plane.ll"
	done
	fails 2 "--bn-images is for --bn recompute" "$program: another --bn" "$program" -d "$D" --bn fixed --bn-images 2 "$S/plane.ll"
done
for option in form=text loss=x timeout=3 ahead=2; do
	fails 2 "--exec-${option%=*} is for --exec " "evalgrid --exec-$option alone" \
		evalgrid -d "$D" "--exec-$option" "$S/plane.ll"
done
fails 2 "--sample-seed is for --sample " "hessdens --sample-seed alone" hessdens -d "$D" --sample-seed 3 "$S/model.ll"
fails 2 "--sample-seed is for --sample " "dirgen --sample-seed alone" dirgen -k gradient -d "$D" --sample-seed 3 "$S/model.ll"
fails 1 "an ONNX file holds its own graph, --graph is for weight files" "netload --graph beside an ONNX file" \
	netload --graph "$ROOT/tests/data/onnx/blocks.onnx" "$ROOT/tests/data/onnx/mixed.onnx"

# contour: some are for some styles, whether the style is given or guessed.
nethist "$S/model.ll" >histogram.ll
hessdens -q -d "$D" --probes 2 --steps 3 "$S/model.ll" >density.ll
nettrain -q -d "$D" --epochs 2 --batch 3 "$S/model.ll" >training.ll
for style in lines filled heat; do
	for option in --view=1,2 --light=1,2; do
		fails 2 "${option%=*} is for --style surface" "contour --style $style $option" \
			contour --style $style $option "$P/plane.ll"
	done
done
for file in histogram density training; do
	for option in --levels=1,2 --band --interpolate=cubic --points --colours=magma --directions=mean --view=1,2 --light=1,2; do
		fails 2 "${option%=*} is for --style (lines, filled, heat and )?surface" "contour $file.ll $option" \
			contour "$option" $file.ll
	done
done
for file in histogram density; do
	fails 2 "--field is for --style lines, filled, heat, surface and training" "contour $file.ll --field" \
		contour --field acc $file.ll
done
passes "those of a style are taken" contour --style surface --view=1,2 --light=3,4 "$P/plane.ll"
done_testing
