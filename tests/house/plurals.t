#!/usr/bin/env bash
# Counted things in messages have their right number: base/plural.h, wherever it varies.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
cd "$ROOT" || exit 1

cat >"$T/wrong.c" <<'END'
/* "%d comments" are none. */
error_set(err, "%zu other tensors, " "%d images, at most %d bytes, %" PRId64
    " points", 1, 1, 1, p);
error_set(err, "%d image%s, %d is one, expected at least %d images", 1, "", 1, 1);
END
is "$(/usr/bin/python3 tests/house/plurals.py "$T/wrong.c" | sed 's/.*: //' | tr '\n' ',')" \
	"%zu other tensors,%d images,%d points," "what is found"
is "$(/usr/bin/python3 tests/house/plurals.py lib/*/*.[ch] cmd/*.[ch])" "" \
	"every counted thing in a message has its right number"
done_testing
