#!/bin/bash
# The house: a failure, such as a want of memory, cannot be overlooked.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
cd "$ROOT" || exit 1

for rule in private nowhere unheard; do
	is "$(/usr/bin/python3 "$ROOT/tests/house/failures.py" $rule)" "" \
		"$(/usr/bin/python3 "$ROOT/tests/house/failures.py" -t $rule)"
done
done_testing
