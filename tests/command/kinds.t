#!/usr/bin/env bash
# A file of a wrong kind is called by its name, with the program that reads it or what to do.
. "$(dirname "$0")/../tap.sh"
O=$ROOT/tests/data/onnx
netload -q --pixels none --graph "$O/mixed.onnx" "$ROOT/tests/data/weights/mixed.safetensors" >"$T/net.ll"
netload --arch small "$ROOT/tests/data/weights/small.safetensors" | netsave >"$T/x.safetensors"
contour "$ROOT/tests/data/points/line.ll" >"$T/x.svg"
gridconv -t csv "$ROOT/tests/data/points/line.ll" >"$T/x.csv"
gridconv -t json "$ROOT/tests/data/points/line.ll" >"$T/x.json"
landpage "$ROOT/tests/data/points/plane.ll" >"$T/x.html"
gzip <"$T/x.csv" >"$T/x.gz"
echo hello >"$T/x.txt"
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n' >"$T/lfs"
printf '\4\0\0\0\1\0\0\0\3\0\0\0V 1\15\0\0\0nn.Sequential' >"$T/lua.t7"
printf '\3\0\0\0\1\0\0\0' >"$T/table.t7"
printf '\x89HDF\r\n\x1a\nxxxxxxxx' >"$T/x.h5"
printf '%-257s%s' x ustar >"$T/x.tar"
printf 'PK\3\4%22s\16\0\0\0prog/code/x.py' '' >"$T/libtorch.pt"
printf 'PK\3\4%22s\31\0\0\0prog/data/weights/weight_0' '' >"$T/x.pt2"
printf '\x89PNG\r\n\x1a\n' >"$T/x.png"

# kind FILE IS READER: what programs say that want records, a network, images
kind()
{
	fails 1 "$2, expected losspipe records: .*$3|$2, expected losspipe records$3\$" "contour: $2" contour "$1"
	case ${4-} in
	*network*) ;;
	*) fails 1 "$2.*expected" "netload: $2" netload "$1" ;;
	esac
	case ${4-} in
	*images*) ;;
	*) fails 1 "$2, expected CIFAR.* or npz" "-d: $2" evalgrid -q -d "$1" "$T/net.ll" ;;
	esac
}
kind "$ROOT/tests/data/torch/zip.pt" "a PyTorch checkpoint" "netload reads it" network
kind "$ROOT/tests/data/torch/legacy.pt" "a PyTorch checkpoint" "netload reads it" network
kind "$O/mixed.onnx" "an ONNX file" "netload reads it" network
kind "$T/x.safetensors" "a safetensors file" "netload reads it" network
kind "$T/x.h5" "an HDF5 file" "h5conv reads"
kind "$ROOT/tests/data/sets/fashion-48.npz" "an npz archive of numpy" "-d of evalgrid" network,images
kind "$T/x.csv" "a CSV file" "no program reads them"
kind "$T/x.svg" "an SVG picture" "take the stream"
kind "$T/x.json" "a JSON file" "" network
kind "$T/x.txt" "a text file" ""
kind "$T/x.gz" "a gzip file" "IDX images" images
kind "$T/lfs" "a Git LFS pointer" "git lfs pull"
kind "$T/x.html" "an HTML page" "instead of the file"
kind "$T/lua.t7" "a file of Torch 7 .Lua." "numpy.savez"
kind "$T/table.t7" "a file of Torch 7 .Lua." "numpy.savez"
kind "$T/x.tar" "a tar archive" "unpack it first"
kind "$T/libtorch.pt" "a TorchScript archive, or one of libtorch" "torch.jit.load" network
kind "$T/x.pt2" "an archive of torch.export" "torch.export.load" network
kind "$T/x.png" "a PNG picture" "take the stream"
fails 1 "a losspipe stream, expected a checkpoint" "netload: a stream" netload "$T/net.ll"
fails 1 "a losspipe stream, expected CIFAR" "-d: a stream" evalgrid -q -d "$T/net.ll" "$T/net.ll"
for program in dirgen fnorm nettrain hessgrid hessdens nethist gridmerge gridstat gridconv recdump netsave; do
	args=
	case $program in
	nettrain | hessgrid | hessdens) args="-d $ROOT/tests/data/sets/fashion-48.npz" ;;
	esac
	# shellcheck disable=SC2086  # several words
	fails 1 "standard input: an ONNX file, expected losspipe records: netload reads it" "$program: an ONNX file" \
		bash -c "$program $args <'$O/mixed.onnx'"
done
(cat "$O/mixed.onnx"; sleep 0.1) | contour 2>&1 >/dev/null | grep -q "an ONNX file, expected losspipe records"
ok $? "a pipe, too"

# Near misses.
for row in "resnet-20 resnet20" "ResNet56 resnet56" "resnet56noshort resnet56_noshort" "vgg_9 vgg9" "lenett lenet"; do
	fails 2 "architecture is '${row% *}', did you mean ${row#* }\?" "netnew ${row% *}" netnew "${row% *}"
	fails 1 "did you mean ${row#* }\?" "netload --arch ${row% *}" \
		netload --arch "${row% *}" "$ROOT/tests/data/torch/small_7.pt"
done
fails 2 "architecture is 'transformer', expected one of those that netnew --list names" "a word that is near none" \
	netnew transformer
fails 2 "unknown option '--levles=3', did you mean --levels\?" "an option" contour --levles=3
fails 2 "unknown option '--zzz'" "an option that is near none" contour --zzz
fails 2 "is 'fasion', expected one of .*: did you mean fashion\?" "a word of an option" netload --pixels fasion x
done_testing
