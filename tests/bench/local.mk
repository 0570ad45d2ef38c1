# SPDX-License-Identifier: MIT
# The benchmark.  Nothing here is built by `make all` or `make check`: the
# driver compiles its programs when it runs, and says which peers are missing.

bench_files = \
	tests/bench/README.md \
	tests/bench/adapters/array_stack.h \
	tests/bench/adapters/boost.h \
	tests/bench/adapters/dpdk.h \
	tests/bench/adapters/gslice.h \
	tests/bench/adapters/malloc.h \
	tests/bench/adapters/page_touch.h \
	tests/bench/adapters/pmr.h \
	tests/bench/adapters/slab.h \
	tests/bench/array_stack.c \
	tests/bench/array_stack.h \
	tests/bench/bench.c \
	tests/bench/bench.py \
	tests/bench/caches.c \
	tests/bench/containers.cc \
	tests/bench/peers.py \
	tests/bench/plan.py \
	tests/bench/plot.py \
	tests/bench/report.py \
	tests/bench/results.py \
	tests/bench/support.h \
	tests/bench/tables.py \
	tests/bench/workloads/batch.h \
	tests/bench/workloads/bulk.h \
	tests/bench/workloads/churn.h \
	tests/bench/workloads/construct.h \
	tests/bench/workloads/count.h \
	tests/bench/workloads/memory.h \
	tests/bench/workloads/pair.h \
	tests/bench/workloads/stalls.h \
	tests/bench/workloads/walk.h
EXTRA_DIST += $(bench_files)

#| make bench           libslab beside its peers, measured: bench-out/;
#|                      BENCH_FLAGS=--quick for 3 minutes instead of 40
BENCH_FLAGS =
bench: lib/libslab.la
	CC='$(CC)' CXX='$(CXX)' PYTHONDONTWRITEBYTECODE=1 \
	    python3 $(srcdir)/tests/bench/bench.py \
	    --cppflags='-I$(abs_srcdir)/include -I$(abs_builddir)/include' \
	    --libdir $(abs_builddir)/lib/.libs $(BENCH_FLAGS)

clean-bench:
	rm -rf bench-out
clean-local: clean-bench
.PHONY: bench clean-bench
