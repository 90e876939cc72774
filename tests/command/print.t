#!/usr/bin/env bash
# Pictures as files: their form by name and by -t, PDF and PNG, with and without librsvg.
. "$(dirname "$0")/../tap.sh"
P=$ROOT/tests/data/points
build=$(cd "${LOSSPIPE_BIN:-$ROOT/build/bin}/.." && pwd)
# what librsvg's libraries keep until the end is not ours
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}
begins() { head -c "${#2}" "$1" | cmp -s - <(printf %s "$2"); }

# ---- names ----
for name in plain fig.svg FIG.SVG .hidden fig.d/plain; do
	mkdir -p "$T/fig.d"
	contour -o "$T/$name" "$P/small.ll" && begins "$T/$name" '<svg'
	ok $? "$name is an SVG"
done
for name in fig.jpg fig.svgz fig.ll a.pdf.gz; do
	fails 2 "-o is '$T/$name', a picture's name ends in .svg, .pdf or .png, or has no ending" \
		"$name is refused" contour -o "$T/$name" "$P/small.ll"
	[ ! -e "$T/$name" ]
	ok $? "and not made"
done
fails 2 "the name of an SVG picture, and -t is png: leave out -t" "a name that says another form" \
	contour -t png -o "$T/fig.svg" "$P/small.ll"
passes "one that says the same" contour -t svg -o "$T/fig.svg" "$P/small.ll"
fails 2 "--dpi is for png, this is svg" "dots of an SVG" contour --dpi 300 "$P/small.ll"
mkfifo "$T/pipe.jpg"
cat "$T/pipe.jpg" >"$T/piped" &
contour -o "$T/pipe.jpg" "$P/small.ll"
wait $!
begins "$T/piped" '<svg'
ok $? "a pipe gets an SVG, whatever its name"
contour -o /dev/stdout "$P/small.ll" | cmp -s - "$T/fig.svg"
ok $? "and so does a descriptor"
printf '%%PDF-1.5 mine' >"$T/mine.svg"
fails 1 'mine.svg is not an SVG picture' "a PDF is not replaced by an SVG" contour -o "$T/mine.svg" "$P/small.ll"

# ---- without librsvg ----
if [ -e "$ROOT/Makefile" ] && command -v cc >/dev/null && ! nm "$build/bin/contour" 2>/dev/null | grep -q __asan_; then
	cp -a "$build" "$T/without"
	(cd "$ROOT" && env -u MAKEFLAGS -u MAKELEVEL -u LOSSPIPE_BIN make -s BUILD="$T/without" RSVG= \
		"$T/without/bin/contour") >"$T/make" 2>&1
	ok $? "contour is built without librsvg"
	sed 's/^/# /' "$T/make"
	for name in fig.pdf fig.png; do
		fails 1 "^contour: PDF and PNG need librsvg, which was not there when this was built: install librsvg2-dev and build again, or write SVG$" \
			"then $name is one line" "$T/without/bin/contour" -o "$T/$name" "$P/small.ll"
		[ ! -e "$T/$name" ] && [ ! -e "$T/$name.part" ]
		ok $? "and nothing is left"
	done
	"$T/without/bin/contour" "$P/small.ll" | cmp -s - "$T/fig.svg"
	ok $? "its SVG has the same bytes"
	rm -r "$T/without"
fi
! ldd "$build/bin/contour" | grep -Eq 'rsvg|cairo|glib'
ok $? "contour is not linked with librsvg, which is opened when it is needed"
contour -t pdf "$P/small.ll" >"$T/can" 2>"$T/why" || {
	grep -q 'need librsvg' "$T/why"
	ok $? "without librsvg, PDF is refused"
	done_testing
	exit
}

# ---- PDF ----
for style in lines filled heat surface; do
	contour --width 84mm --font 7pt --style $style -o "$T/$style.pdf" "$P/plane.ll"
	contour --width 84mm --font 7pt --style $style -t pdf "$P/plane.ll" | cmp -s - "$T/$style.pdf"
	ok $? "$style: a PDF has the same bytes again"
done
contour --width 84mm --font 7pt -o "$T/again.PDF" "$P/plane.ll" && cmp -s "$T/again.PDF" "$T/lines.pdf"
ok $? "capitals make no difference"
! grep -qa 'CreationDate\|ModDate' "$T/lines.pdf"
ok $? "it bears no date"
fails 1 'missing' "a failure leaves a good PDF" contour -o "$T/lines.pdf" "$P/partial.ll"
begins "$T/lines.pdf" '%PDF-'
ok $? "as it was"
fails 1 'lines.png is not a PNG picture' "a PDF is not replaced by a PNG" \
	sh -c "cp '$T/lines.pdf' '$T/lines.png'; contour -o '$T/lines.png' '$P/small.ll'"
if command -v pdffonts >/dev/null; then
	pdffonts "$T/lines.pdf" | tail -n +3 >"$T/fonts"
	is "$(awk '{ print $(NF - 4) }' "$T/fonts" | sort -u)" yes "fonts are embedded"
	pdftotext "$T/lines.pdf" - >"$T/words"
	grep -q 'filter-normalised units, direction x' "$T/words" && grep -q '^centre 0.003478' "$T/words"
	ok $? "text is text"
	pdfinfo "$T/lines.pdf" >"$T/info"
	grep -q '^Page size: *238.1' "$T/info"
	ok $? "84 mm are 238.1 points"
	grep -q '^Title: *loss' "$T/info" && grep -q '^Subject: .*netload.*dirgen.*contour' "$T/info"
	ok $? "title and pipeline go along"
fi

# ---- PNG ----
contour --width 84mm --font 7pt -o "$T/fig.png" "$P/plane.ll"
is "$(od -An -tu1 -j16 -N8 "$T/fig.png" | awk '{ print $3 * 256 + $4 }')" 992 "84 mm of a PNG are 992 dots, 300 an inch"
contour --width 500 -t png "$P/plane.ll" >"$T/screen.png"
is "$(od -An -tu1 -j16 -N8 "$T/screen.png" | awk '{ print $3 * 256 + $4 }')" 500 "500 pixels are 500 dots"
contour --width 84mm --dpi 600 -t png "$P/plane.ll" >"$T/fine.png"
is "$(od -An -tu1 -j16 -N8 "$T/fine.png" | awk '{ print $3 * 256 + $4 }')" 1984 "with --dpi 600 there are twice as many"
grep -qa 'pHYs' "$T/fig.png" && grep -qa 'Description.*netload.*contour' "$T/fig.png"
ok $? "its size on paper and the pipeline go along"
fails 1 'a PNG of [0-9]* x [0-9]* dots, expected at most 20000' "a PNG that nobody wants" \
	contour --width 2000mm --dpi 2400 -t png "$P/small.ll"
python=/usr/bin/python3
if command -v pdftoppm >/dev/null && $python -c 'import numpy' 2>/dev/null; then
	for style in lines surface; do
		contour --width 84mm --font 7pt --style $style --dpi 100 -o "$T/$style.x.png" "$P/plane.ll"
		pdftoppm -r 100 "$T/$style.pdf" >"$T/$style.ppm"
		passes "$style: PDF and PNG are one picture" $python "$ROOT/tests/tool/alike.py" "$T/$style.x.png" "$T/$style.ppm"
		if command -v rsvg-convert >/dev/null; then
			contour --width 84mm --font 7pt --style $style "$P/plane.ll" | rsvg-convert -d 100 -p 100 >"$T/$style.y.png"
			passes "$style: and so are PDF and SVG" $python "$ROOT/tests/tool/alike.py" "$T/$style.y.png" "$T/$style.ppm"
		fi
	done
fi
done_testing
