#!/usr/bin/env bash
# A file of a wrong kind is called by its name, with the program that reads it or what to do.
. "$(dirname "$0")/../tap.sh"
O=$ROOT/tests/data/onnx D=$ROOT/tests/data/sets/tiny.npz
cp "$ROOT/tests/data/streams/model.ll" "$ROOT/tests/data/streams/plane.ll" "$T"
cd "$T" || exit 1

# ---- the files ----
cp "$ROOT/tests/data/torch/zip.pt" "$ROOT/tests/data/torch/legacy.pt" "$ROOT/tests/data/torch/module.pt" \
	"$ROOT/tests/data/torch/script.pt" "$O/mixed.onnx" "$ROOT/tests/data/pickle/values2.pkl" .
cp "$ROOT/tests/data/weights/small.npz" weights.npz
cp "$ROOT/tests/data/sets/fashion-48.npz" images.npz
cp "$O/input.npy" x.npy
netload --arch small "$ROOT/tests/data/weights/small.safetensors" | netsave >x.safetensors
contour "$ROOT/tests/data/points/line.ll" >x.svg
for form in csv json vtk glb; do
	gridconv -t $form "$ROOT/tests/data/points/plane.ll" >x.$form
done
landpage "$ROOT/tests/data/points/plane.ll" >x.html
gzip <x.csv >x.gz
printf '\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2abcd' | gzip >images.gz
printf '\0\0\10\1\0\0\0\1a' | gzip >train-labels.gz
echo hello >x.txt
printf 'import torch\nmodule = 1\n' >net.py
printf "(dp0\nS'a'\nI1\ns." >old.pkl
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n' >lfs.pt
printf '\4\0\0\0\1\0\0\0\3\0\0\0V 1\15\0\0\0nn.Sequential' >lua.t7
printf '\3\0\0\0\1\0\0\0' >table.t7
printf '\x89HDF\r\n\x1a\nxxxxxxxx' >x.h5
printf '%-257s%s' x ustar >x.tar
gzip <x.tar >x.tgz
printf 'PK\3\4%22s\16\0\0\0prog/code/x.py' '' >libtorch.pt
printf 'PK\3\4%22s\15\0\0\0script/data/0' '' >tensors-first.pt
printf 'PK\3\4%22s\31\0\0\0prog/data/weights/weight_0' '' >x.pt2
printf '\x89PNG\r\n\x1a\n' >x.png
printf '\xff\xd8\xff\xe0' >x.jpg
mkdir folder cifar savedmodel
: >empty
: >cifar/data_batch_1.bin
: >savedmodel/saved_model.pb
head -c 300 /dev/zero >zeros
"$python" - <<'END'
import zipfile
with zipfile.ZipFile('photos.zip', 'w') as z:
    z.writestr('train/cat/1.png', b'')
    z.writestr('train/cat/2.png', b'')
zipfile.ZipFile('empty.zip', 'w').close()
with zipfile.ZipFile('objects.npz', 'w') as z:
    head = "{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }"
    head += ' ' * (117 - len(head)) + '\n'
    z.writestr('a.npy', b'\x93NUMPY\1\0' + len(head).to_bytes(2, 'little') + head.encode() + bytes(16))
END
for file in zip.pt legacy.pt mixed.onnx x.safetensors images.npz script.pt; do
	head -c "$(($(wc -c <$file) * 2 / 3))" $file >cut-$file
done
head -c 20 x.safetensors >head.safetensors

# ---- the ways in ----
asked=0
# ask PATTERN INPUT COMMAND...: says one line that matches, and fails.
ask()
{
	local pattern=$1 input=$2 said status failure=1
	shift 2
	case $1 in normcheck | reccmp) failure=2 ;; esac
	said=$("$@" 2>&1 >/dev/null <"$input")
	status=$?
	asked=$((asked + 1))
	[[ $status -eq $failure && $said != *$'\n'* && $said =~ $pattern ]] || wrong+="
# $*: status $status, wanted $failure, '$pattern': $said"
}
records()
{
	local file=$1 pattern=$2 program
	for program in contour landpage gridstat gridconv gridmerge recdump fnorm normcheck netsave nethist "dirgen -k pca" \
		"reccmp model.ll" "evalgrid -d $D" "hessgrid -d $D" "hessdens -d $D" "nettrain -d $D"; do
		# shellcheck disable=SC2086  # several words
		ask "$pattern" /dev/null $program "$file"
	done
	# what has no name is standard input, and has no folders
	if [ -f "$file" ]; then
		ask "${pattern//$file: /standard input: }" "$file" dirgen -s 1
		ask "${pattern//$file: /standard input: }" "$file" trajproj model.ll
	fi
	ask "$pattern" model.ll dirgen -k toward "$file"
	ask "$pattern" plane.ll trajproj "$file"
	ask "$pattern" plane.ll trajproj --losses "$file" model.ll
	ask "$pattern" model.ll evalgrid -q -d "$D" --error 5% --anchors "$file"
	# of an empty file nothing is left, which is no error
	[ "$file" = empty ] || ask "--resume.*$pattern" model.ll evalgrid -q -d "$D" --resume "$file"
	[ "$file" = empty ] || ask "--resume.*$pattern" model.ll nettrain -q -d "$D" --resume "$file"
	[ "${file##*.}" = h5 ] || ! command -v h5conv >/dev/null || ask "${3:-$pattern}" /dev/null h5conv "$file"
}
networks()
{
	ask "$2" /dev/null netload --arch small "$1"
	ask "$2" /dev/null netload "$1"
	ask "^netload: --names-from: .*${2/ or an ONNX file/}" /dev/null netload --names-from "$1" "$O/nameless.onnx"
	ask "${2/ or an ONNX file/}" model.ll dirgen --from "$1"
}
graphs() { ask "^netload: --graph: .*$2" /dev/null netload --graph "$1" x.safetensors; }
images()
{
	ask "$2" model.ll evalgrid -q -d "$1"
	ask "$2" model.ll nettrain -q -d "$1"
	ask "$2" model.ll hessdens -q -d "$1"
	ask "$2" model.ll hessgrid -q -d "$1"
	ask "$2" model.ll dirgen -k gradient -d "$1"
	ask "$2" model.ll evalgrid -q -d "$D" --bn recompute --bn-data "$1"
}
# kind FILE IS RECORDS NETWORK IMAGES: what the file is, and who reads it or what to
# do, for those who want records, a network, images; -: they read it, or say more
# than that (below).
kind()
{
	local stream='expected losspipe records' net='expected a checkpoint \(of torch.save, safetensors, npz\) or an ONNX file'
	local file=$1 is=$2
	wrong=
	case $3 in
	-) ;;
	*)
		streamless+=("$file")
		records "$file" "$file: $is, $stream$3" "$file: $is, $stream or an HDF5 file of the reference tool$3"
		;;
	esac
	case $4 in
	-) ;;
	*)
		networks "$file" "$file: $is, $net$4"
		graphs "$file" "$file: $is, expected an ONNX file with the graph \(torch.onnx.export writes it\)$4"
		;;
	esac
	[ "$5" = - ] || images "$file" "$file: $is, expected CIFAR .* or npz$5"
	[ -z "$wrong" ]
	ok $? "$file: $is$wrong"
}
netload=': netload reads it$' unpack=': unpack it first$' picture=': a picture holds no data: take the stream'
savez=': load it in Python and save its arrays with numpy.savez\(FILE, x=images, y=labels\)$'
script=': load it in Python with torch.jit.load and torch.save\(module.state_dict\(\), FILE\)$'
torchfile=': load it in Python with torchfile and save its arrays'
photos=': torch-data makes an archive of pictures in folders$'
converted=': gridconv writes such files, and no program reads them$'
kind zip.pt 'a PyTorch checkpoint' "$netload" - "$netload"
kind legacy.pt 'a PyTorch checkpoint' "$netload" - "$netload"
kind cut-legacy.pt 'a PyTorch checkpoint' "$netload" - "$netload"
kind mixed.onnx 'an ONNX file' "$netload" - "$netload"
kind x.safetensors 'a safetensors file' "$netload" - "$netload"
kind script.pt 'an archive of TorchScript or libtorch' "$script" - "$script"
kind libtorch.pt 'an archive of TorchScript or libtorch' "$script" - "$script"
kind tensors-first.pt 'an archive of TorchScript or libtorch' "$script" - "$script"
kind x.pt2 'an archive of torch.export' ': load it in Python with torch.export.load' - ': load it in Python with torch.export'
kind x.h5 'an HDF5 file' ': h5conv reads those of the reference tool$' ': a network of Keras is converted' "$savez"
kind images.npz 'an npz archive of numpy' ': netload reads the tensors .*, -d of evalgrid and others images' - -
kind weights.npz 'an npz archive of numpy' ': netload reads the tensors .*, -d of evalgrid and others images' - -
kind x.npy 'a single array of numpy' ': -d of evalgrid and others reads images and labels$' ': tensors are saved with numpy.savez' -
kind values2.pkl 'a pickle of Python' ': -d of evalgrid and others reads those of CIFAR$' - -
kind old.pkl 'a pickle of Python in its oldest form' ': load it in Python' ': load it in Python and torch.save' "$savez"
kind x.csv 'a CSV file' "$converted" "$converted" "$savez"
kind x.json 'a JSON file' '$' - "$savez"
kind x.svg 'an SVG picture' "$picture" "$picture" "$picture"
kind x.html 'an HTML page' ': if it was downloaded' ': if it was downloaded' ': if it was downloaded'
kind x.vtk 'a VTK file' "$converted" "$converted" "$converted"
kind x.glb 'a binary glTF file' "$converted" "$converted" "$converted"
kind x.txt 'a text file' '$' '$' '$'
kind net.py 'a Python script' ': torch-model makes a model of the module' ': torch-model makes a model of the module' \
	': torch-data makes an archive of the dataset'
kind x.gz 'a gzip file with a CSV file' ': gunzip unpacks it$' ': gunzip unpacks it$' ': gunzip unpacks it$'
kind x.tgz 'a gzip file with a tar archive' ': gunzip unpacks it$' ': gunzip unpacks it$' ': gunzip unpacks it$'
kind images.gz 'a gzip file with images of an IDX data set' ': -d of evalgrid' ': -d of evalgrid and others reads them$' -
kind train-labels.gz 'a gzip file with labels of an IDX data set' ': -d of evalgrid' ': -d of evalgrid' ': give the file of its images$'
kind lfs.pt 'a Git LFS pointer' ': git lfs pull fetches' ': git lfs pull fetches' ': git lfs pull fetches'
kind lua.t7 'a file of Torch 7 \(Lua\)' "$torchfile" "$torchfile" "$savez"
kind table.t7 'a file of Torch 7 \(Lua\)' "$torchfile" "$torchfile" "$savez"
kind x.tar 'a tar archive' ': unpack it first; if PyTorch' ': unpack it first; if PyTorch' "$unpack"
kind photos.zip 'a zip archive' "$unpack" - -
kind empty.zip 'an empty zip archive' '$' '$' -
kind x.png 'a PNG picture' "$picture" "$picture" "$photos"
kind x.jpg 'a JPEG picture' "$picture" "$picture" "$photos"
kind zeros 'of no kind that is known here' '$' '$' -
"$python" - "$ROOT/pipelines" "${streamless[@]}" >said 2>&1 <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import losspipe
for name in sys.argv[2:]:
    with open(name, 'rb') as file:
        try:
            list(losspipe.records(file))
        except losspipe.Error as error:
            print(error)
END
is "$(cat said)" "$(for file in "${streamless[@]}"; do recdump "$file" 2>&1; done | sed 's/^recdump: //')" \
	"and stages in Python say the same of these ${#streamless[@]} files"

# Those who read the kind say what is wrong with this one.
# say FILE PATTERN WAYS...
say()
{
	local file=$1 pattern=$2 way
	shift 2
	wrong=
	for way; do
		$way "$file" "$pattern"
	done
	[ -z "$wrong" ]
	ok $? "$file, ${way}: $pattern$wrong"
}
cut='that ends early: copy or download it again, it was cut short$'
say cut-zip.pt "cut-zip.pt: a PyTorch checkpoint $cut" networks
say cut-legacy.pt 'pickle ends early .was the file cut short' networks
head -c -100 legacy.pt >short-legacy.pt
say short-legacy.pt "short-legacy.pt: a PyTorch checkpoint $cut" networks
say cut-script.pt "cut-script.pt: an archive of TorchScript or libtorch $cut" networks
say cut-images.npz "cut-images.npz: an npz archive of numpy $cut" networks images
say cut-x.safetensors 'its data end at byte [0-9]+, the file has [0-9]+: copy or download it again, it was cut short$' networks
say head.safetensors "head.safetensors: a safetensors file $cut" networks
say cut-mixed.onnx "cut-mixed.onnx: an ONNX file $cut" graphs
say images.npz 'images.npz: images and labels \(x and y\), expected the tensors of a network: -d of evalgrid and others reads' networks
say weights.npz 'expected images .* a network.s tensors have such names: netload reads them$' images
say objects.npz "array 'a.npy': elements are texts \('<U2'\), expected truth values, integers or reals" networks
say photos.zip 'a zip archive without data.pkl or arrays' networks
say photos.zip "has 'train/cat/1.png' \(no array\), .*unpacked first, and torch-data makes an archive of pictures" images
say empty.zip 'has no arrays, expected images' images
say values2.pkl 'a plain pickle, expected a checkpoint: .* \(-d of evalgrid and others reads those of CIFAR\)$' networks
say values2.pkl 'expected a batch of CIFAR \(others are loaded in Python and saved with numpy.savez' images
say module.pt 'holds the object torch.nn.* torch.save\(model.state_dict.* \(--graph model.onnx .* through torch-model$' networks
say script.pt 'an archive of TorchScript or libtorch, expected a state: .*torch.jit.load' networks
say zeros 'zeros: 300 bytes of an unknown kind, expected CIFAR .* or npz$' images
say images.gz 'images.gz: its labels are missing, expected labels.gz beside it$' images
say empty '(empty|input) is empty, expected records|empty: empty, expected' records networks graphs images
say folder 'folder: a folder, expected losspipe records$|h5conv: folder: a folder, expected a file$' records
say folder 'folder: a folder, expected a file$' networks graphs
say folder 'a directory without data of split .train., expected .*\(torch-data makes an archive of pictures' images
say cifar 'cifar: a folder, expected .*: -d of evalgrid and others reads the images in it$' records networks graphs
say savedmodel 'savedmodel: a folder, expected a file: python -m tf2onnx.convert' networks graphs
say nowhere 'nowhere: No such file or directory$' records networks graphs images
for stream in surface line; do
	cp "$ROOT/tests/data/streams/$stream.ll" .
	fails 1 "$stream.ll: points of evalgrid or hessgrid, expected a model" "a model is wanted, not a $stream" nethist $stream.ll
done
fails 1 "a losspipe stream, expected a checkpoint" "netload: a stream" netload model.ll
fails 1 "a losspipe stream, expected CIFAR" "-d: a stream" evalgrid -q -d model.ll model.ll
(cat mixed.onnx; sleep 0.1) | contour 2>&1 >/dev/null | grep -q "an ONNX file, expected losspipe records"
ok $? "a pipe, too"
[ "$asked" -gt 900 ]
ok $? "all of the table was asked for: $asked"

# Points of another run are none to go on from.
evalgrid -q -d "$D" --loss mse model.ll >other.ll
evalgrid -d "$D" --resume other.ll model.ll 2>&1 >mine.ll | grep -q "its points are of another run"
ok $? "--resume of another run is said to bring nothing"

# Near misses.
for row in "resnet-20 resnet20" "ResNet56 resnet56" "resnet56noshort resnet56_noshort" "vgg_9 vgg9" "lenett lenet"; do
	fails 2 "architecture is '${row% *}', did you mean ${row#* }\?" "netnew ${row% *}" netnew "${row% *}"
	fails 1 "did you mean ${row#* }\?" "netload --arch ${row% *}" \
		netload --arch "${row% *}" "$ROOT/tests/data/torch/small_7.pt"
done
fails 2 "architecture is 'transformer', expected one of those that netnew --list names" "a word that is near none" \
	netnew transformer
fails 2 "unknown option '--levles=3', did you mean --levels\?" "an option" contour --levles=3
fails 1 "no point has a number 'los', did you mean loss\?$" "a number of points" contour --field los "$ROOT/tests/data/points/plane.ll"
fails 2 "unknown option '--zzz'" "an option that is near none" contour --zzz
fails 2 "is 'fasion', expected one of .*: did you mean fashion\?" "a word of an option" netload --pixels fasion x
done_testing
