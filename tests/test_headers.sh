#!/bin/sh
# SPDX-License-Identifier: MIT
# The headers compile alone, without a warning, wherever users may include them,
# and the typed wrappers take the right pointers only.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
includes="-I$srcdir/include -Iinclude"
warnings="-Wall -Wextra -Wconversion -Wshadow -Wundef -Werror"

cat >"$work/alone.c" <<'END'
#include <slab.h>
#include <slab.h>
#if !SLAB_VERSION_AT_LEAST(1, 0, 0)
#error "the version is wrong"
#endif
END
cp "$work/alone.c" "$work/alone.cc"

# The calls are inlined from the first include on, or not at all.
cat >"$work/late.c" <<'END'
#include <slab.h>
#define SLAB_INLINE
#include <slab.h>
END

cat >"$work/right.c" <<'END'
#include <slab.h>
struct node { struct node *next; double value; };
SLAB_DEFINE_TYPED(node, struct node);
struct node *use(slab_cache *cache);
struct node *use(slab_cache *cache)
{
	slab_builder_free(node_builder());
	node_free(cache, node_alloc(cache));
	return node_zalloc(cache);
}
END
sed 's/node_free(cache, .*/double other = 0; node_free(cache, \&other);/' \
    "$work/right.c" >"$work/wrong_free.c"
sed 's/return node_zalloc.*/double *other = node_alloc(cache); (void)other; return 0;/' \
    "$work/right.c" >"$work/wrong_alloc.c"
for source in right wrong_free wrong_alloc; do
	sed 's/struct node \*use(slab_cache \*cache);//' "$work/$source.c" \
	    >"$work/$source.cc"
done

# All classes of slab.hpp, made and used.
cat >"$work/hpp.cc" <<'END'
#include <slab.hpp>
#include <slab.hpp>
#include <map>
struct node { node *next; double value; };
template class slab::pool<node>;
template class slab::recycler<node>;
template class slab::allocator<node>;
template void slab::pool<node>::for_each(void (&)(node &));
node *use(slab::heap &heap);
node *use(slab::heap &heap)
{
	slab::cache cache(slab::builder::of<node>());
	std::map<int, int, std::less<int>,
	    slab::allocator<std::pair<const int, int>>> map(heap);
	map.emplace(1, 2);
	cache.deallocate(cache.allocate());
#if __has_include(<memory_resource>)
	slab::memory_resource().release();
#endif
	return static_cast<node *>(heap.allocate(sizeof(node)));
}
END
headers=$(cd "$srcdir/include/slab" && echo *.hpp)
for header in $headers; do
	echo "#include <slab/$header>" >"$work/$header.cc"
done

compiles()
{
	"$@" $includes -c -o "$work/out.o" 2>"$work/messages"
}

good()
{
	compiles "$@" || {
		echo "does not compile: $*"
		cat "$work/messages"
		failed=1
	}
}

bad()
{
	if compiles "$@"; then
		echo "compiles, and should not: $*"
		failed=1
	fi
}

set -f
for compiler in "$CC" gcc clang; do
	command -v ${compiler%% *} >/dev/null || continue
	for inline in "" -DSLAB_INLINE; do
		for standard in "-std=c11 -pedantic" "-std=c99 -pedantic" \
		    -std=gnu17; do
			cc="$compiler $standard $warnings $inline"
			good $cc "$work/alone.c"
			good $cc "$work/right.c"
			# without -Werror: it is an error all the same
			cc="$compiler $standard $inline"
			bad $cc "$work/wrong_free.c"
			bad $cc "$work/wrong_alloc.c"
		done
	done
done
bad $CC "$work/late.c"
good $CC -DSLAB_INLINE "$work/alone.c"
for compiler in g++ clang++; do
	command -v $compiler >/dev/null || continue
	for inline in "" -DSLAB_INLINE; do
		for standard in "-std=c++11 -pedantic" "-std=c++17 -pedantic"; do
			cc="$compiler $standard $warnings -Wold-style-cast $inline"
			good $cc "$work/alone.cc"
			good $cc "$work/right.cc"
			bad $cc "$work/wrong_free.cc"
			bad $cc "$work/wrong_alloc.cc"
		done
	done
done

# standards COMPILER: how it calls C++17, C++20 and C++23, if it knows them.
standards()
{
	for names in "c++17 c++1z" "c++20 c++2a" "c++23 c++2b"; do
		for name in $names; do
			if $1 -std=$name -fsyntax-only -x c++ /dev/null \
			    2>/dev/null; then
				echo $name
				break
			fi
		done
	done
}

for compiler in g++ clang++; do
	command -v $compiler >/dev/null || continue
	for header in $headers; do
		good $compiler -std=c++17 -fsyntax-only $warnings \
		    "$work/$header.cc"
	done
	for standard in $(standards $compiler) "c++17 -DSLAB_INLINE" \
	    "c++17 -fno-exceptions -fno-rtti"; do
		good $compiler -O2 -std=$standard -pedantic $warnings \
		    -Wold-style-cast "$work/hpp.cc"
	done
done
exit $failed
