#!/bin/bash
# The contact sheet: every kind of figure, from the streams beside the script.
. "$(dirname "$0")/../tap.sh"

passes "the figures are drawn" "$ROOT/tests/gallery/draw" "$T/gallery"
is "$(ls "$T/gallery" | tr '\n' ' ')" \
	"band.svg climb.svg contours.svg curves.svg density.svg equal.svg error2.svg error5.svg errors.svg full.svg histogram.svg \
normalisations.svg panels.svg part.svg path.svg ratio.svg sheet.svg surface.svg training.svg way.svg " "one of each kind, and the sheet"
if command -v xmllint >/dev/null; then
	passes "the sheet is well formed" xmllint --noout "$T/gallery/sheet.svg"
fi
is "$(grep -c '<svg [^>]* x="[0-9]' "$T/gallery/sheet.svg")" 19 "the sheet has them all"
is "$(grep -h -o '<svg [^>]*width="[0-9]*mm"' "$T"/gallery/[!s]*.svg | grep -o '[0-9]*mm' | sort -u | tr '\n' ' ')" \
	"174mm 84mm " "at print size"
texts() { sed -n 's/^<text [^>]*>\([^<]*\)<.*/\1/p' "$T/gallery/$1.svg"; }
is "$(for f in part error5 error2; do texts $f | grep -E 'missing|standard errors'; done)" \
	"partial: 432 of 441 points are missing
0.59 % of 60,000 images, standard errors to 5 %
3.4 % of 60,000 images, standard errors to 2 %" "previews say what they are made of"
png=$ROOT/man/pictures/gallery.png
ok "$(($(wc -c <"$png") > 2000000))" "the sheet that is kept is under 2 MB"
"$ROOT/tests/gallery/draw" "$T/again"
cmp -s "$T/gallery/sheet.svg" "$T/again/sheet.svg"
ok $? "the same bytes again"
done_testing
