#!/bin/bash
# The contact sheet: every kind of figure, from the streams beside the script.
. "$(dirname "$0")/../tap.sh"

passes "the figures are drawn" "$ROOT/tests/gallery/draw" "$T/gallery"
is "$(ls "$T/gallery" | tr '\n' ' ')" \
	"band.svg contours.svg curves.svg density.svg errors.svg histogram.svg normalisations.svg panels.svg path.svg \
ratio.svg sheet.svg surface.svg training.svg way.svg " "one of each kind, and the sheet"
if command -v xmllint >/dev/null; then
	passes "the sheet is well formed" xmllint --noout "$T/gallery/sheet.svg"
fi
is "$(grep -c '<svg [^>]* x="[0-9]' "$T/gallery/sheet.svg")" 13 "the sheet has them all"
is "$(grep -h -o '<svg [^>]*width="[0-9]*mm"' "$T"/gallery/[!s]*.svg | grep -o '[0-9]*mm' | sort -u | tr '\n' ' ')" \
	"174mm 84mm " "at print size"
png=$ROOT/man/pictures/gallery.png
ok "$(($(wc -c <"$png") > 2000000))" "the sheet that is kept is under 2 MB"
"$ROOT/tests/gallery/draw" "$T/again"
cmp -s "$T/gallery/sheet.svg" "$T/again/sheet.svg"
ok $? "the same bytes again"
done_testing
