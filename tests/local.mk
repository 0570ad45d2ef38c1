# SPDX-License-Identifier: MIT
# The tests.  A program is made from the C file of its name.  All see the
# library's inside, and link its objects as they are in libslab.

# Many cases each, one program for a file of lib/ or for a part of the public
# contract.  They use libcheck, or tests/minicheck.h where there is none.
check_tests = \
	tests/check_alloc \
	tests/check_backing \
	tests/check_buffer \
	tests/check_buffer_size \
	tests/check_builder \
	tests/check_construct \
	tests/check_debug \
	tests/check_export \
	tests/check_figures \
	tests/check_find \
	tests/check_format \
	tests/check_geometry \
	tests/check_giveback \
	tests/check_idle_pages \
	tests/check_inside \
	tests/check_look \
	tests/check_misuse \
	tests/check_os \
	tests/check_quota \
	tests/check_report \
	tests/check_scarce \
	tests/check_slab \
	tests/check_slab_map \
	tests/check_supply \
	tests/check_template \
	tests/check_tend \
	tests/check_whole \
	tests/check_wishes

# Others: plain main(), exit status 77 where it cannot run.
plain_tests = \
	tests/atfork \
	tests/bare \
	tests/churn \
	tests/errors \
	tests/fault \
	tests/fork \
	tests/fuzz_ops \
	tests/no_malloc \
	tests/no_syscall \
	tests/shared \
	tests/slabstat \
	tests/threads

# These are about Linux, and are left out elsewhere.
linux_tests = \
	tests/early \
	tests/exhaust \
	tests/many \
	tests/no_syscall

script_tests = \
	tests/test_abi.sh \
	tests/test_copy.sh \
	tests/test_debug.sh \
	tests/test_dist.sh \
	tests/test_dlopen.sh \
	tests/test_examples.sh \
	tests/test_gdb.sh \
	tests/test_headers.sh \
	tests/test_install.sh \
	tests/test_layers.sh \
	tests/test_man.sh \
	tests/test_size.sh \
	tests/test_spelling.sh \
	tests/test_symbols.sh \
	tests/test_tools.sh

AM_CPPFLAGS = $(base_cppflags) -iquote $(srcdir)/lib $(CHECK_CFLAGS) \
	$(TESTS_CPPFLAGS)
if !HAVE_CHECK
AM_CPPFLAGS += -DSLAB_MINICHECK
endif
LDADD = tests/libsupport.la lib/libslabi.la $(CHECK_LIBS)
# No more than there is without an operating system.
tests_bare_LDADD = lib/libslabi.la
if OS_NONE
tests_bare_LDFLAGS = $(AM_LDFLAGS) -Wl,-Map=tests/bare.map
endif
tests_atfork_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_early_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sysconf \
	-Wl,--wrap=clock_gettime
tests_errors_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_check_find_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_check_quota_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_fork_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_no_malloc_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_shared_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_threads_LDFLAGS = $(AM_LDFLAGS) -pthread

check_LTLIBRARIES += tests/libsupport.la
tests_libsupport_la_SOURCES = \
	tests/memory.c \
	tests/memory.h \
	tests/model.c \
	tests/model.h \
	tests/support.c \
	tests/support.h \
	tests/wishes.c

if OS_NONE
suite = tests/bare
else
suite = $(plain_tests) $(check_tests)
endif
if LINUX
suite += $(linux_tests)
endif
check_PROGRAMS += $(suite) tests/debugged tests/misuse_table
program_tests = $(suite) $(examples)
EXTRA_DIST += \
	tests/abi/libslab-1.abi \
	tests/abi/libslab.suppr \
	tests/check_slabs.h \
	tests/check_support.h \
	tests/minicheck.h \
	tests/corpus \
	tests/package.sh \
	tests/wasi.mjs \
	tests/tools

dist_check_SCRIPTS += $(script_tests)
TESTS = $(program_tests) $(script_tests)
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = sh
# Users of an instrumented library need its instruments, too.
AM_TESTS_ENVIRONMENT = \
	CC='$(CC) $(AM_LDFLAGS)'; export CC; \
	MAKE='$(MAKE)'; export MAKE; \
	host='$(host)'; export host; \
	srcdir='$(srcdir)'; export srcdir; \
	ASAN_OPTIONS=allocator_may_return_null=1; export ASAN_OPTIONS;

#| make check           all tests that can run here
#| make check-pages     the programs of it with simulated pages of 16 and 64 KiB
check-pages:
	SLAB_TEST_PAGE_SIZE=16384 $(MAKE) check 'TESTS=$$(program_tests)'
	SLAB_TEST_PAGE_SIZE=65536 $(MAKE) check 'TESTS=$$(program_tests)'

#| make check-valgrind  the programs of it under Valgrind's memcheck
check-valgrind:
	CK_FORK=no $(MAKE) check 'TESTS=$$(program_tests)' \
	    'LOG_COMPILER=$(LIBTOOL) --mode=execute valgrind' \
	    'LOG_FLAGS=-q --error-exitcode=99 --leak-check=full'

# Other machines and libraries: each builds a copy of the tree in variants/.
variant = mkdir -p variants/$@ && cd variants/$@ && \
	../source/configure --enable-werror --disable-shared --disable-doc
variant-source:
	mkdir -p variants
	$(MAKE) distdir distdir=variants/source

#| make check-inline    the programs with slab_alloc and slab_free inlined
check-inline: variant-source
	$(variant)
	cd variants/$@ && $(MAKE) check 'TESTS=$$(suite)' \
	    'check_PROGRAMS=$$(suite)' TESTS_CPPFLAGS=-DSLAB_INLINE

#| make check-32bit     the programs, by gcc -m32
check-32bit: variant-source
	$(variant) --build=i686-pc-linux-gnu CC='gcc -m32'
	cd variants/$@ && $(MAKE) check 'TESTS=$$(program_tests)'

#| make check-musl      the same, linked with the C library musl
check-musl: variant-source
	$(variant) CC=musl-gcc
	cd variants/$@ && $(MAKE) check 'TESTS=$$(program_tests)' \
	    LDFLAGS=-all-static

# Simulated by qemu, compiled by clang, which lives beside gcc -m32.
simulated = cd variants/$@ && $(MAKE) check 'TESTS=$$(program_tests)' \
	LDFLAGS=-all-static

#| make check-s390x     the same, on a big-endian machine that qemu simulates
check-s390x: variant-source
	$(variant) --host=s390x-linux-gnu \
	    CC='clang --target=s390x-linux-gnu -static'
	$(simulated) LOG_COMPILER=qemu-s390x

#| make check-aarch64   the same, on an ARM of 64 bits that qemu simulates
check-aarch64: variant-source
	$(variant) --host=aarch64-linux-gnu \
	    CC='clang --target=aarch64-linux-gnu -static'
	$(simulated) LOG_COMPILER=qemu-aarch64

# Without an operating system: one program, and the bound on the library's size.
without_os = --without-os --without-check CFLAGS=-Os
bare = cd variants/$@ && $(MAKE) check 'TESTS=tests/bare tests/test_size.sh' \
	check_PROGRAMS=tests/bare check_LTLIBRARIES=

#| make check-bare      without an operating system: on a Cortex-M3 that qemu
#|                      simulates, and as WebAssembly in Node.js
check-bare: check-cortex-m3 check-wasm

cortex_cc = arm-none-eabi-gcc --specs=picolibc.specs --oslib=semihost \
	-mcpu=cortex-m3 -mthumb
cortex_ldflags = -Wl,--gc-sections \
	-Wl,--defsym=__flash=0,--defsym=__flash_size=0x300000 \
	-Wl,--defsym=__ram=0x20000000,--defsym=__ram_size=0x300000
cortex_run = qemu-system-arm -M mps2-an385 -nographic \
	-semihosting-config enable=on,target=native -kernel

check-cortex-m3: variant-source
	$(variant) --host=arm-none-eabi $(without_os) CC='$(cortex_cc)' \
	    LDFLAGS='$(cortex_ldflags)'
	$(bare) LOG_COMPILER='$(cortex_run)'

check-wasm: variant-source
	$(variant) --host=wasm32-wasi $(without_os) \
	    CC='clang --target=wasm32-wasi' AR=llvm-ar RANLIB=llvm-ranlib \
	    NM=llvm-nm
	$(bare) LOG_COMPILER='node --no-warnings $(abs_srcdir)/tests/wasi.mjs'

#| make coverage        lines of lib/ that the tests run, at least 95 in 100
#|                      (after configure --enable-code-coverage)
coverage:
	$(MAKE) check 'TESTS=$$(program_tests)'
	mkdir -p coverage
	top=`cd $(srcdir) && pwd` && gcovr --root "$$top" \
	    --filter "$$top/lib/" --object-directory . . \
	    --fail-under-line 95 \
	    --html-details coverage/index.html --print-summary

#| make abi-baseline    the interface of this release, for tests/test_abi.sh
abi-baseline: lib/libslab.la
	abidw --headers-dir $(srcdir)/include --drop-private-types \
	    --exported-interfaces-only --drop-undefined-syms --no-show-locs \
	    --no-corpus-path --no-comp-dir-path --no-elf-needed \
	    --out-file $(srcdir)/tests/abi/libslab-1.abi lib/.libs/libslab.so

.PHONY: abi-baseline check-32bit check-aarch64 check-bare check-cortex-m3 \
	check-inline check-musl check-pages \
	check-s390x check-valgrind check-wasm coverage variant-source

clean-variants:
	rm -rf coverage variants
	find . -name '*.gc[dn][ao]' -exec rm -f {} +
clean-local: clean-variants
.PHONY: clean-variants
