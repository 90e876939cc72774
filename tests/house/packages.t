#!/usr/bin/env bash
# The archive of the sources, Debian's package, and what else tells others of losspipe.
. "$(dirname "$0")/../tap.sh"
cd "$ROOT" || exit 1
build=$(cd "${LOSSPIPE_BIN:-build/bin}/.." && pwd)
build=${build#"$ROOT/"}
run_make() { env -u MAKEFLAGS -u MAKELEVEL -u LOSSPIPE_BIN make -s BUILD="$build" "$@"; }
version=$(sed -n 's/^VERSION = //p' Makefile)

is "$(sed -n 's/^version: //p' CITATION.cff)" "$version" "CITATION.cff has the version"
is "$(sed -n 's/^license: //p' CITATION.cff) $(head -n 1 LICENSE)" "MIT MIT License" "and the licence"

archive=$build/losspipe-$version.tar.gz
if [ -e .git ]; then
	passes "make dist" run_make dist
	is "$(tar -tf "$archive" | sed "s|^losspipe-$version/||; /\/$/d; /^$/d" | sort)" \
		"$(git ls-tree -r --name-only HEAD | sort)" "the archive holds what the commit holds"
	cp "$archive" "$T/first"
	passes "make dist again" run_make dist
	passes "the same bytes" cmp "$T/first" "$archive"
	is "$(tar -tvf "$archive" | cut -d ' ' -f 2 | sort -u)" 0/0 "nobody's name is in it"
fi

if command -v dpkg-shlibdeps >/dev/null; then
	passes "make deb, by nobody that is known" env -u DEBFULLNAME -u DEBEMAIL GIT_DIR=/nowhere HOME="$T" \
		GIT_CONFIG_SYSTEM=/dev/null SOURCE_DATE_EPOCH=1700000000 \
		env -u MAKEFLAGS -u MAKELEVEL -u LOSSPIPE_BIN make -s BUILD="$build" deb
	is "$(dpkg-deb -f "$build/losspipe.deb" Maintainer)" "The losspipe authors <losspipe@losspipe.invalid>" "the authors maintain it"
	for who in Ada 'Ada <ada>' 'Ada <a@b> c' '<a@b>' $'Ada\nX: <a@b>'; do
		fails 2 "^deb: MAINTAINER is '(Ada.*|<a@b>)', expected 'Name <address@host>'" "no maintainer: ${who%$'\n'*}" \
			env MAINTAINER="$who" cmd/packaging/deb "$version"
	done
	fails 2 "^deb: MAINTAINER is 'Ada <a>'" "as Debian's tools are told" \
		env MAINTAINER= DEBFULLNAME=Ada DEBEMAIL=a cmd/packaging/deb "$version"
	dpkg-deb -f "$build/losspipe.deb" Depends | tr -d ' ' | tr ',' '\n' >"$T/depends"
	grep -qx libopenblas0 "$T/depends" && grep -q '^libzip' "$T/depends" && grep -q '^libc6' "$T/depends"
	ok $? "it depends on what is linked and on what is opened"
	dpkg-deb -c "$build/losspipe.deb" | awk '{ print $6 }' >"$T/files"
	for program in "$build"/bin/*; do
		grep -qx "./usr/bin/${program##*/}" "$T/files" &&
			grep -qx "./usr/share/man/man1/${program##*/}.1.gz" "$T/files" || echo "$program"
	done >"$T/missing"
	is "$(cat "$T/missing")" "" "programs and pages are in it"
	grep -q './usr/lib/python3/dist-packages/losspipe.py' "$T/files"
	ok $? "and the Python module"
	is "$(grep -vE '^\./(usr/((bin|lib|lib/python3|share)/.*)?)?$' "$T/files")" "" "nothing elsewhere"
	if command -v lintian >/dev/null; then
		is "$(lintian "$build/losspipe.deb" 2>/dev/null | grep '^E:')" "" "lintian finds no error"
	fi
fi
done_testing
