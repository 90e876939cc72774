# The first example of each page, as C: what --help shows of it.
#
#	awk -f cmd/examples.awk man/*.1 >examples.c

function quoted(line)
{
	gsub(/\\e/, "\\", line)
	gsub(/\\\(aq/, "'", line)
	gsub(/\\\(dq/, "\"", line)
	gsub(/\\-/, "-", line)
	gsub(/\\&/, "", line)
	gsub(/\\/, "\\\\\\\\", line)
	gsub(/"/, "\\\"", line)
	return line
}

function take(line) { text = text "\n\t    \"  " quoted(line) "\\n\""; }

BEGIN {
	print "#include \"examples.h\"\n"
	print "const struct example examples[] = {"
}
FNR == 1 {
	text = ""
	inside = looking = shown = 0
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\..*/, "", name)
}
shown { next }
/^\.Sh EXAMPLES/ { looking = 1 }
!looking { next }
/^\.Dl/ { line = $0; sub(/^\.Dl */, "", line); take(line); next }
/^\.Bd/ { inside = 1; next }
inside && !/^\.Ed/ { take($0); next }
text != "" { print "\t{\"" name "\"," text "},"; shown = 1 }
END { print "\t{0},\n};" }
