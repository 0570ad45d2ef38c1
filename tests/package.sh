#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: package.sh ARCHIVE DIRECTORY
#
# Makes the Debian and RPM packages from the release archive and tests them:
# lintian, rpmlint, the same bytes from two builds, installation and removal and
# the autopkgtests in a small Debian of its own (debootstrap, needs root).  A
# line of the result for each step, the rest in logs in the directory.
set -u

archive=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
name=$(basename "$archive" .tar.gz)
version=${name#libslab-}
root=$work/root

# try NAME COMMAND...: a step with its result and its log; $ok tells how it was.
# (Not to be used in a condition: the shell then goes on after an error.)
try()
{
	log=$work/$1.log
	(shift && set -ex && "$@") >"$log" 2>&1 </dev/null
	if test $? -eq 0; then
		echo "PASS: $1"
		ok=true
	else
		echo "FAIL: $1 ($log ends so:)"
		tail -n 30 "$log" | cut -c1-200
		ok=false
	fi
}

# Debian -------------------------------------------------------------------

# deb DIRECTORY PROFILES: builds the packages there.
deb()
{
	rm -rf "${work:?}/$1"
	mkdir "$work/$1"
	cd "$work/$1"
	cp "$archive" "libslab_$version.orig.tar.gz"
	tar xf "$archive"
	cd "$name"
	DEB_BUILD_OPTIONS="parallel=$(nproc)" dpkg-buildpackage -us -uc -P"$2"
}

deb_again()
{
	export TZ=Asia/Kathmandu LC_ALL=C
	deb deb-again nocheck
	for package in "$work"/deb/*.deb; do
		cmp "$package" "$work/deb-again/$(basename "$package")"
	done
}

deb_lint()
{
	cd "$work/deb"
	lintian --allow-root -EvIL +pedantic --fail-on error,warning ./*.changes
}

# A Debian with nothing but a compiler and make: what the archive needs.
small_debian()
{
	rm -rf "$root"
	mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' \
	    'Created-By: Packages' | awk '$2 !~ /-/ { print $1; exit }')
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	debootstrap --variant=minbase "$codename" "$root" "$mirror"
	inside apt-get install -y --no-install-recommends gcc libc6-dev make
}

inside()
{
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	    DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}

bare_build()
{
	tar xf "$archive" -C "$root/tmp"
	inside sh -euc "cd /tmp/$name && mkdir bare && cd bare &&
	    ../configure -q && make -s -j2 && make -s -j2 check"
}

files()
{
	find "$root" -xdev -path "$root/tmp" -prune -o \
	    -path "$root/var/cache" -prune -o -path "$root/var/log" -prune -o \
	    -path "$root/var/lib/dpkg/*-old" -prune -o -print | sort
}

deb_install()
{
	inside apt-get install -y --no-install-recommends check g++ pkgconf
	files >"$work/before"
	cp "$work"/deb/*.deb "$root/tmp"
	inside sh -euc 'apt-get install -y /tmp/libslab*.deb'
	inside sh -euc 'apt-get install -y --reinstall /tmp/libslab*.deb'
	test "$(inside pkg-config --libs libslab | tr -d ' ')" = -lslab
}

deb_tests()
{
	for test in $(sed -n 's/^Tests: //p' "$work/deb/$name/debian/tests/control")
	do
		inside mkdir -p /tmp/autopkgtest
		inside sh -euc "cd /tmp/$name &&
		    AUTOPKGTEST_TMP=/tmp/autopkgtest debian/tests/$test"
	done
}

deb_purge()
{
	inside sh -euc "dpkg-query -f '\${Package}\n' -W 'libslab*' |
	    xargs apt-get purge -y"
	files >"$work/after"
	diff "$work/before" "$work/after"
}

# RPM ----------------------------------------------------------------------

rpm_build()
{
	rm -rf "$work/rpm"
	# What it needs is here, but Debian's dpkg knows of it and not rpm.
	rpmbuild --nodeps --define "_topdir $work/rpm" -ta "$archive"
}

rpm_lint()
{
	rpmlint --config "$work/deb/$name/rpm/rpmlint.toml" --strict \
	    "$work"/rpm/RPMS/*/*.rpm "$work"/rpm/SRPMS/*.rpm
}

# Installed under a folder, a program is built against it.
rpm_install()
{
	rpm_root=$work/rpm-root
	rm -rf "$rpm_root"
	mkdir "$rpm_root"
	rpm --root "$rpm_root" --initdb
	rpm --root "$rpm_root" --nodeps -i "$work"/rpm/RPMS/*/libslab-[0-9]*.rpm \
	    "$work"/rpm/RPMS/*/libslab-devel-*.rpm
	pc=$(find "$rpm_root" -name libslab.pc)
	PKG_CONFIG_SYSROOT_DIR=$rpm_root PKG_CONFIG_LIBDIR=$(dirname "$pc")
	export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR
	# shellcheck disable=SC2046 # several words
	cc -o "$rpm_root/hello" "$work/deb/$name/doc/examples/hello.c" \
	    $(pkg-config --cflags --libs libslab)
	LD_LIBRARY_PATH=$(dirname "$(dirname "$pc")") "$rpm_root/hello"
	rpm --root "$rpm_root" -e libslab-devel libslab
	test -z "$(find "$rpm_root" -name '*slab*' -not -path '*/rpm/*')"
}

# Beside the rest, as much of it waits for one process.
small()
{
	rm -f "$work/small.ok"
	if test "$(id -u)" != 0; then
		echo "SKIP: small-debian (only root can make one)"
		return
	fi
	try small-debian small_debian
	if $ok; then
		try bare-build bare_build
		touch "$work/small.ok"
	fi
}
small >"$work/small.out" &

try deb-build deb deb ''
if $ok; then
	try deb-lint deb_lint
	try deb-same-bytes deb_again
fi
try rpm-build rpm_build
if $ok; then
	try rpm-lint rpm_lint
	try rpm-install rpm_install
fi
wait
cat "$work/small.out"
if test -e "$work/small.ok"; then
	try deb-install deb_install
	if $ok; then
		try deb-autopkgtest deb_tests
		try deb-purge deb_purge
	fi
fi
exit 0
