# SPDX-License-Identifier: MIT
# What is read besides the manual, and the examples, which `make check` runs.

documents = \
	doc/NEWS \
	doc/PACKAGERS \
	doc/benchmarks.md \
	doc/coding-style.md \
	doc/design.md \
	doc/performance.md \
	doc/ports.md \
	doc/testing.md \
	doc/tutorial.md
figures = \
	doc/figures/churn.png \
	doc/figures/churn.svg \
	doc/figures/life.svg \
	doc/figures/live.png \
	doc/figures/live.svg \
	doc/figures/new.png \
	doc/figures/new.svg \
	doc/figures/pair.png \
	doc/figures/pair.svg \
	doc/figures/walk.png \
	doc/figures/walk.svg \
	doc/figures/warm.png \
	doc/figures/warm.svg
EXTRA_DIST += $(documents) $(figures) doc/examples.dox doc/html.css

examples = \
	doc/examples/backing \
	doc/examples/buffer \
	doc/examples/constructed \
	doc/examples/evict \
	doc/examples/hello \
	doc/examples/limits \
	doc/examples/measure \
	doc/examples/misuse \
	doc/examples/oom \
	doc/examples/findable \
	doc/examples/pressure \
	doc/examples/queue_cache \
	doc/examples/quota \
	doc/examples/server \
	doc/examples/queue_malloc \
	doc/examples/template \
	doc/examples/typed \
	doc/examples/version \
	doc/examples/visit
examplesources = \
	doc/examples/backing.c \
	doc/examples/buffer.c \
	doc/examples/connection.cpp \
	doc/examples/constructed.c \
	doc/examples/evict.c \
	doc/examples/hello.c \
	doc/examples/limits.c \
	doc/examples/measure.c \
	doc/examples/misuse.c \
	doc/examples/oom.c \
	doc/examples/findable.c \
	doc/examples/pressure.c \
	doc/examples/queue_cache.c \
	doc/examples/quota.c \
	doc/examples/server.c \
	doc/examples/queue_malloc.c \
	doc/examples/template.c \
	doc/examples/typed.c \
	doc/examples/version.c \
	doc/examples/visit.c \
	doc/examples/wordtree.c
examplefiles = doc/examples/Makefile doc/examples/README
check_PROGRAMS += $(examples) doc/examples/wordtree

# In C++, where there is a compiler of C++17.
cpp_examples = \
	doc/examples/containers \
	doc/examples/recycler \
	doc/examples/resource
examplesources += \
	doc/examples/containers.cc \
	doc/examples/recycler.cc \
	doc/examples/resource.cc
if HAVE_CXX17
examples += $(cpp_examples)
endif

# They see what a user sees: the installed header, and the shared library.
doc_examples_backing_LDADD = lib/libslab.la
doc_examples_buffer_LDADD = lib/libslab.la
doc_examples_containers_SOURCES = doc/examples/containers.cc
doc_examples_containers_LDADD = lib/libslab.la
doc_examples_constructed_LDADD = lib/libslab.la
doc_examples_constructed_LDFLAGS = $(AM_LDFLAGS) -pthread
doc_examples_evict_LDADD = lib/libslab.la
doc_examples_hello_LDADD = lib/libslab.la
doc_examples_limits_LDADD = lib/libslab.la
doc_examples_measure_LDADD = lib/libslab.la
doc_examples_misuse_LDADD = lib/libslab.la
doc_examples_oom_LDADD = lib/libslab.la
doc_examples_findable_LDADD = lib/libslab.la
doc_examples_queue_cache_LDADD = lib/libslab.la
doc_examples_pressure_LDADD = lib/libslab.la
doc_examples_pressure_LDFLAGS = $(AM_LDFLAGS) -pthread
doc_examples_quota_LDADD = lib/libslab.la
doc_examples_server_LDADD = lib/libslab.la
doc_examples_server_LDFLAGS = $(AM_LDFLAGS) -pthread
doc_examples_queue_malloc_LDADD = lib/libslab.la
doc_examples_recycler_SOURCES = doc/examples/recycler.cc
doc_examples_recycler_LDADD = lib/libslab.la
doc_examples_resource_SOURCES = doc/examples/resource.cc
doc_examples_resource_LDADD = lib/libslab.la
doc_examples_template_LDADD = lib/libslab.la
doc_examples_typed_LDADD = lib/libslab.la
doc_examples_version_LDADD = lib/libslab.la
doc_examples_visit_LDADD = lib/libslab.la
doc_examples_wordtree_LDADD = lib/libslab.la

if DOC
examplesdir = $(docdir)/examples
dist_examples_DATA = $(examplesources) $(examplefiles)
dist_doc_DATA = README doc/NEWS doc/tutorial.md doc/performance.md \
	doc/benchmarks.md
figuresdir = $(docdir)/figures
dist_figures_DATA = $(figures)
else
EXTRA_DIST += $(examplesources) $(examplefiles)
endif

#| make doxygen         doc/html, made from the header's comments
doxygen: doc/Doxyfile
	@test -n "$(DOXYGEN)" || { echo "doxygen is not installed" >&2; exit 1; }
	$(AM_V_GEN)$(DOXYGEN) -q doc/Doxyfile
.PHONY: doxygen

clean-doxygen:
	rm -rf doc/html
clean-local: clean-doxygen
.PHONY: clean-doxygen
