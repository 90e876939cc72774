# shellcheck shell=bash
# For tests of golden surfaces; sourced after tap.sh.

# surface_agrees GOT.csv GOLDEN.csv IMAGES: losses within 1e-4 relative plus 1e-6
# (float32 sums in another order), accuracies within one image, no point missing.
surface_agrees()
{
	awk -F, -v images="$3" '
		FNR == 1 { split("", column)
			for (i = 1; i <= NF; i++) column[$i] = i; next }
		FNR == NR { loss[$1 "," $2] = $column["loss"]
			acc[$1 "," $2] = $column["acc"]; next }
		{ n++; k = $1 "," $2; d = loss[k] - $column["loss"]
		  if (!(k in loss)) { print "# missing " k; bad = 1 }
		  if (d < 0) d = -d
		  r = d / $column["loss"]; if (r > worst) worst = r
		  if (d > 1e-4 * $column["loss"] + 1e-6) {
			print "# loss at " k " is " loss[k] ", golden " $column["loss"]
			bad = 1 }
		  d = (acc[k] - $column["acc"]) * images / 100; if (d < 0) d = -d
		  if (d > 1.001) {
			print "# accuracy at " k " is " acc[k] ", golden " $column["acc"]
			bad = 1 } }
		END { printf "# %d points, worst relative error %.2g\n", n, worst
			exit bad || n == 0 }' "$1" "$2"
}
