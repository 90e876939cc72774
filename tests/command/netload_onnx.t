#!/usr/bin/env bash
# ONNX files that contradict themselves, or whose nodes would be another function
# if a part of them were passed over: refused by name.
. "$(dirname "$0")/../tap.sh"
H=$ROOT/tests/hostile/onnx

refused()
{
	fails 1 "^netload: .*/$1.onnx: $2$" "$1" netload "$H/$1.onnx"
}

gemm="node 'n' \(Gemm, opset 13\): tensor 'w':"
refused raw-and-list "$gemm elements in raw_data and in float_data, expected one of them"
refused raw-twice "$gemm elements in raw_data and in raw_data, expected one of them"
refused raw-external "$gemm elements in raw_data, expected external_data"
refused raw-segment "$gemm a segment of a tensor"
refused list-other "$gemm elements in double_data, expected float_data"
refused list-two "$gemm elements in float_data and in int32_data, expected one of them"
refused external-unsaid "$gemm elements in external_data, expected float_data"
refused type-wide "$gemm element type 257 is not supported, expected numbers"
refused integers "node 'n' \(Gemm, opset 13\): 'w' holds integers, expected real numbers"
refused byte-range "node 'n' .*: 's': element 300 is out of its type's range"
refused location "tensor 'w': data location is 2, expected 0 or 1"
refused quantised "a quantised graph \(quantization_annotation\), expected one of real numbers"
refused sparse "sparse tensors \(sparse_initializer\) are not supported"
refused two-names "two nodes are called 'n'"
refused opset-missing "the file names no opset \(opset_import of ONNX's own domain\), expected 7 to 23"
refused opset-two "opset 13 and opset 9, expected one"
refused function "node 'n/n' \(Loop, opset 13\): a graph with loops is not supported"
refused function-itself "functions call each other more than 16 deep"
refused function-twice "node '.*' \(Mine, a function of the file\): the functions have more than 20000 nodes"
refused function-opset "node 'n' \(Mine, a function of the file\): the function is of opset 9, the file of 13, expected the same"
refused function-empty "output 'y' is made nowhere"
refused function-other "node 'n' .*: operators of domain 'oth' are not supported, and the file does not define this one"
refused node-field "field 1 has wire type 0, expected 2"
refused default-shape "'w' is an input and an initialiser of another type or shape"
refused default-type "'w' is an input and an initialiser of another type or shape"
refused indices "node 'm' .*: reads 'i', which is not the first output of a MaxPool \('n'\): only that is supported"
refused indices-out "output 'y' is not the first one of its node: only that is supported"
refused output-twice "node 'n' .*: value 'y' is made twice"
refused split-sum "node 'n' .*: part 1 has 8 elements, 7 of 8 are left"
refused split-odd "node 'n' .*: part 2 has 3 elements, 2 of 8 are left"
refused mean-all "node 'n' .*: reduces over all axes, the batch among them"
refused pads-twice "node 'n' .*: auto_pad is SAME_UPPER and pads are given, expected one of them"
refused batch-constant "node 'n' .*: dimensions of N and 3 elements, expected equal ones or 1"
refused batch-differs "node 'n' .*: tensor 'c': it is not the same for the 3 images of the file's batch"
refused pad-batch "node 'n' \(Pad, opset 9\): pads the batch, expected axes of an image"
refused pad-axes "node 'n' \(Pad, opset 18\): axis 0 is given twice"
refused scatter-outside "node 'm' .*: index is 4, expected less than 4"
refused constant-many "node 'n' .*: a constant would have more than 524288 numbers"
refused constants-all "node 'n[0-9]*' .*: the constants have more than 4194304 numbers in all"
refused reference "node 'n' .*: attribute alpha: refers to one of a function"
refused recurrent "node 'n' \(LSTM, opset 13\): recurrent layers are not supported"
refused resize-huge "node 'n' .*: axis 2 of 4 becomes 4e\+09, expected 1 to 1048576"
refused resize-batch "node 'n' .*: resizes the batch, expected images"
refused resize-word "node 'n' .*: mode is 'lanczos', expected nearest, linear or cubic"
refused depth "node 'n' .*: 2 channels, expected a multiple of 9"
refused groups "node 'n' .*: an image of 3 dimensions and 2 channels in 3 groups, expected .* a divisor"
refused reduce-batch "node 'n' .*: reduces over the batch, expected axes of an image"
refused pad-mode "node 'n' .*: mode is 'mirror', expected constant, edge, reflect or wrap"
refused constants-alone "node 'n' .*: no operand depends on the image"

# Training is said, and is not what is loaded.
einsum="node 'n' \(Einsum, opset 13\):"
refused einsum-diagonal "$einsum axis 'i' is twice in 'bcii': diagonals are not supported"
refused einsum-batch "$einsum sums over axis 'b', the batch"
refused einsum-fewer "$einsum the equation has 'bc' for input 0 of 4 dimensions"
refused einsum-signs "$einsum the equation has 'bc\?w' for input 0 of 4 dimensions"
refused einsum-output "$einsum the output has axis 'x', which no input has"
refused einsum-mixed "$einsum the batch is axis 'b' of one input and 'a' of the other: its images would be mixed"
refused einsum-three "$einsum 3 operands, expected 1 or 2"
refused einsum-sizes "$einsum axis 'c' has 2 elements in one input and 3 in the other"
refused pool-over "node .* auto_pad is SAME and the strides pass over 3 pixels more than the windows need: .*, expected pads"
refused pool-wide "node .* auto_pad is SAME and the dilation is 2: .*, expected pads"
refused pool-past "node .* a window of 2 \(dilation 5\) has no pixel of the 4"
refused recurrent-state "node 'n' \(GRU, opset 13\): recurrent layers are not supported"
refused state "node 'state' .*: a constant would be as large as the batch, expected one of a fixed size"
training="1 node \(n\) is in training mode: read as the trained network, with running statistics and nothing dropped"
for file in training-norm training-norm-old training-drop training-drop-open; do
	netload "$ROOT/tests/data/onnx/$file.onnx" >"$T/x" 2>"$T/err"
	is "$? $(grep -Ec "^netload: warning: .*$file.onnx: $training$" "$T/err") $(wc -l <"$T/err")" "0 1 1" "$file is said"
done
for file in training-off training-none; do
	is "$(netload "$ROOT/tests/data/onnx/$file.onnx" 2>&1 >"$T/x")" "" "$file is not"
done
# What the output does not depend on is neither moved nor measured.
is "$(netload -q "$ROOT/tests/data/onnx/unread.onnx" | recdump | sed -n 's/^tensor.* name=\([^ ]*\) .*/\1/p' | tr '\n' ' ')" \
	"k d " "a tensor that nothing reads is no part of the model"
# Batch norms of rows are trained and have a curvature, as those of images.
S=$ROOT/tests/data/sets/fashion-48.npz
netload -q --pixels none "$ROOT/tests/data/onnx/nodes/BatchNormalization-learns-15.onnx" >"$T/rows.ll"
dirgen -s 1 <"$T/rows.ll" | fnorm | hessgrid -q -d "$S" -n 16 --x=0:0:1 --y=0:0:1 | gridconv >"$T/csv"
is "$(grep -c ',ok' "$T/csv")" 1 "a batch norm of rows has a curvature"
nettrain -q -d "$S" -n 16 --epochs 1 --batch 8 <"$T/rows.ll" | recdump >"$T/x"
is $? 0 "a batch norm of rows is trained"

# A table that is read by known numbers learns.
netload -v "$ROOT/tests/data/onnx/nodes/Gather-window-13.onnx" 2>"$T/err" | recdump >"$T/x"
is "$(sed -n 's/^w  *//p' "$T/err")" "trainable weight       9x2, out_axis 0, 9 filters" "a table of known rows is trainable"

# A filter makes a channel: along axis 1 of ConvTranspose's weight, along axis 0 where
# each group makes one.
for want in channels-7:0,4 group-22:1,3 plain-11:1,3; do
	is "$(netload -v "$ROOT/tests/data/onnx/nodes/ConvTranspose-${want%:*}.onnx" 2>&1 >"$T/x" |
		sed -n 's/^w .*out_axis \(.*\), \(.*\) filters$/\1,\2/p')" "${want#*:}" "filters of ConvTranspose-${want%:*}"
done
done_testing
