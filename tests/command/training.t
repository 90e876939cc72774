#!/bin/bash
# Curves of training: contour and gridconv of nettrain's runs.
. "$(dirname "$0")/../tap.sh"
fashion=$ROOT/tests/data/sets/fashion-48.npz

texts()
{
	grep -o '<text [^>]*>[^<]*' "$1" | sed 's/^[^>]*>//'
}
frames()
{
	grep -c '<rect [^>]*fill="none" stroke="#000" stroke-width="0.8"/>' "$1"
}

cd "$T" || exit 1
for batch in 16 48; do
	netnew small --pixels fashion -s 1 |
		nettrain -q -d "train=$fashion" -d "test=$fashion" --epochs 3 --milestones 2 --batch $batch -o $batch.ll
done

contour 16.ll >one.svg
is "$(frames one.svg)" 4 "a run is drawn without being asked: four panels"
is "$(texts one.svg | grep -xE 'loss|accuracy \(%\)|learning rate|norm of the weights|epoch' | tr '\n' ';')" \
	"loss;accuracy (%);learning rate;norm of the weights;epoch;" "each with its axis, the epochs below"
is "$(texts one.svg | grep -xE 'running|test' | tr '\n' ';')" "running;test;" "one legend"
contour --style training <16.ll | cmp -s - one.svg
ok $? "the same bytes from standard input"
cat 16.ll | contour 2>err
is "$?$(cat err)" "1contour: the input has no grid, expected the points of evalgrid or gridmerge (--style training draws a run)" \
	"from a pipe one says what it is"
grep -q '<desc>netnew .*nettrain .*batch=16 .*| *$' one.svg && grep -q '^contour .* style=training' one.svg
ok $? "desc has the pipeline"

contour 16.ll 48.ll >two.svg
is "$(texts two.svg | grep 'batch' | tr '\n' ';')" "small, batch 16;small, batch 48;" \
	"two runs of one name are told apart"
cat 16.ll 48.ll | contour --style training | cmp -s - two.svg
ok $? "runs behind each other are two"
contour --field loss 16.ll 48.ll >loss.svg
is "$(frames loss.svg) $(texts loss.svg | grep -c '^accuracy')" "1 2" "--field loss: in one plot, with the accuracy"
contour --field error --panel-title '{label}, error {error} %' 16.ll 48.ll >error.svg
error=$(recdump 16.ll | grep -o 'test_acc=[0-9.]*' | tail -n 1 | awk -F= '{ printf "%.4g", 100 - $2 }')
texts error.svg | grep -q "^small, error $error %$"
ok $? "titles of what the last checkpoint says"
fails 1 "expected loss, acc, error, lr or weight_norm" "an unknown field" contour --field se 16.ll
dirgen -s 1 --axes 1 <16.ll | fnorm -q | evalgrid -q -d "$fashion" -n 4 --x=-1:1:3 -o points.ll
contour points.ll >points.svg
texts points.svg | grep -q '^filter-normalised'
ok $? "points that were made of a run are no run"

# Steps where a run has several checkpoints in an epoch.
netnew small --pixels fashion | nettrain -q -d "$fashion" --epochs 2 --batch 16 --every-steps 1 -o steps.ll
contour steps.ll >steps.svg
is "$(texts steps.svg | grep -cx step)" 1 "several checkpoints in an epoch: the axis counts steps"

# A run that did not end.
head -c -300 16.ll >torn.ll
fails 1 'end|closed|run' "a torn run is refused" contour --style training torn.ll
contour -q --partial --style training torn.ll >torn.svg
texts torn.svg | grep -q 'the training run has no end'
ok $? "--partial draws it and says so"

gridconv -t training 16.ll 48.ll >runs.csv
is "$(head -n 1 runs.csv)" "name,epoch,step,lr,weight_norm,running_loss,running_acc,test_loss,test_acc" "gridconv -t training"
is "$(wc -l <runs.csv) $(cut -d, -f1,2 runs.csv | sort -u | grep -c '^"small')" "9 2" "a line for each checkpoint, runs by name"
recdump 16.ll | grep '^model' | grep -o 'weight_norm=[0-9.]*' | cut -d= -f2 >norms
is "$(awk -F'"?,"?' '/batch 16/ { print $6 }' runs.csv)" "$(cat norms)" "its numbers are the checkpoints'"
fails 1 'no checkpoint of a training run' "points are no run" gridconv -t training points.ll
done_testing
