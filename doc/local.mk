# SPDX-License-Identifier: MIT
# What is read besides the manual, and the examples, which `make check` runs.

documents =
EXTRA_DIST += $(documents)

examples =
examplesources =
check_PROGRAMS += $(examples)

if DOC
examplesdir = $(docdir)/examples
dist_examples_DATA = $(examplesources)
else
EXTRA_DIST += $(examplesources)
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
