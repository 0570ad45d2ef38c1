# SPDX-License-Identifier: MIT
"""The allocators: how each program is compiled and started."""

import os
import shlex
import subprocess
from dataclasses import dataclass

ALIGNED_LOOPS = ['-falign-functions=64', '-falign-loops=64']


@dataclass(frozen=True)
class Program:
    """bench.c compiled against one adapter, or another source."""
    name: str
    adapter: str = ''
    package: str = ''      # Debian's, told when the program cannot be made
    cxx: bool = False
    pkgconfig: str = ''
    cflags: tuple = ()
    libs: tuple = ()
    source: str = 'bench.c'


def containers(name, package='', libs=()):
    """containers.cc with one kind of allocator."""
    kind = name.replace('-', '_')
    return Program('c++-' + name, package=package or 'g++', cxx=True,
                   cflags=(f'-DKIND={kind}',), libs=libs,
                   source='containers.cc')


@dataclass(frozen=True)
class Allocator:
    """A program and how to start it: one column of the results."""
    name: str
    program: str
    variant: str = ''
    preload: str = ''
    package: str = ''


PROGRAMS = [
    Program('slab', 'slab.h', libs=('-lslab',)),
    Program('slab-inline', 'slab.h', cflags=('-DSLAB_INLINE',),
            libs=('-lslab',)),
    Program('array-stack', 'array_stack.h', libs=('-larraystack',)),
    Program('page-touch', 'page_touch.h'),
    Program('malloc', 'malloc.h'),
    Program('gslice', 'gslice.h', 'libglib2.0-dev', pkgconfig='glib-2.0'),
    Program('boost', 'boost.h', 'libboost-dev', cxx=True),
    Program('pmr', 'pmr.h', 'g++', cxx=True),
    # The driver behind a mempool is found by nobody who names it.
    Program('dpdk', 'dpdk.h', 'libdpdk-dev', pkgconfig='libdpdk',
            libs=('-Wl,--no-as-needed', '-lrte_mempool_ring')),
    containers('std'),
    containers('slab', libs=('-lslab',)),
    containers('slab-heap', libs=('-lslab',)),
    containers('slab-pmr', libs=('-lslab',)),
    containers('pmr-pool'),
    containers('pmr-mono'),
    containers('boost-fast', 'libboost-dev'),
    containers('boost-fast-nomutex', 'libboost-dev'),
]

ALLOCATORS = [
    Allocator('slab', 'slab'),
    Allocator('slab-inline', 'slab-inline'),
    Allocator('array-stack', 'array-stack'),
    Allocator('page-touch', 'page-touch'),
    Allocator('page-touch-huge', 'page-touch', 'huge-pages'),
    Allocator('glibc', 'malloc'),
    Allocator('jemalloc', 'malloc', preload='libjemalloc.so.2',
              package='libjemalloc2'),
    Allocator('mimalloc', 'malloc', preload='libmimalloc.so.2.0',
              package='libmimalloc2.0'),
    Allocator('tcmalloc', 'malloc', preload='libtcmalloc_minimal.so.4',
              package='libtcmalloc-minimal4'),
    Allocator('gslice', 'gslice'),
    Allocator('boost', 'boost'),
    Allocator('pmr', 'pmr'),
    Allocator('dpdk', 'dpdk'),
    Allocator('slab-small-pages', 'slab', 'small-pages'),
    Allocator('slab-huge-pages', 'slab', 'huge-pages'),
    Allocator('slab-heap', 'slab', 'heap'),
    Allocator('slab-aligned', 'slab', 'aligned'),
    Allocator('slab-large', 'slab', 'large'),
    Allocator('slab-heap-large', 'slab', 'heap large'),
    Allocator('slab-buffer', 'slab', 'buffer'),
    Allocator('slab-check', 'slab', 'check'),
    Allocator('slab-no-magazine', 'slab', 'no-magazine'),
    Allocator('slab-deep', 'slab', 'deep'),
    Allocator('c++-std', 'c++-std'),
    Allocator('c++-slab', 'c++-slab'),
    Allocator('c++-slab-heap', 'c++-slab-heap'),
    Allocator('c++-slab-pmr', 'c++-slab-pmr'),
    Allocator('c++-pmr-pool', 'c++-pmr-pool'),
    Allocator('c++-pmr-mono', 'c++-pmr-mono'),
    Allocator('c++-boost-fast', 'c++-boost-fast'),
    Allocator('c++-boost-fast-nomutex', 'c++-boost-fast-nomutex'),
    Allocator('c++-mimalloc', 'c++-std', preload='libmimalloc.so.2.0',
              package='libmimalloc2.0'),
    Allocator('c++-jemalloc', 'c++-std', preload='libjemalloc.so.2',
              package='libjemalloc2'),
]

MALLOCS = ['glibc', 'jemalloc', 'mimalloc', 'tcmalloc']
CALLED = MALLOCS + ['gslice', 'pmr']
GROWING = CALLED + ['boost']
PEERS = GROWING + ['dpdk']
CONTAINERS = [a.name for a in ALLOCATORS if a.name.startswith('c++-')]
VARIANTS = ['slab-heap', 'slab-aligned', 'slab-large', 'slab-heap-large',
            'slab-buffer']


class Workshop:
    """Compiles the programs and starts them."""

    def __init__(self, source, output, cppflags, libdir):
        self.source = source
        self.output = output
        self.cppflags = shlex.split(cppflags)
        self.libdir = libdir
        self.missing = {}        # name -> why
        self.versions = {}       # allocator -> version

    def compile(self, command):
        result = subprocess.run(command, capture_output=True, text=True)
        return result.stderr if result.returncode != 0 else ''

    @staticmethod
    def reason(fault):
        """The line of a compiler's complaint that says most."""
        lines = fault.splitlines()
        return next((l for l in lines if 'error' in l), lines[0])

    def compiler(self, cxx=False):
        if cxx:
            return [os.environ.get('CXX', 'c++'), '-std=c++17', '-x', 'c++']
        return shlex.split(os.environ.get('CC', 'cc')) + ['-std=gnu11']

    def path(self, name):
        return os.path.join(self.output, name)

    def build_array_stack(self):
        fault = self.compile(
            self.compiler() + ['-O2', '-fPIC', '-shared', '-D_GNU_SOURCE',
            '-o', self.path('libarraystack.so'),
            os.path.join(self.source, 'array_stack.c')])
        if fault:
            raise SystemExit(fault)

    def build(self, program):
        """Compile one program; returns what went wrong."""
        cflags, libs = list(program.cflags), list(program.libs)
        if program.pkgconfig:
            for flag, to in (('--cflags', cflags), ('--libs', libs)):
                asked = subprocess.run(['pkg-config', flag, program.pkgconfig],
                                       capture_output=True, text=True)
                if asked.returncode != 0:
                    return asked.stderr.strip()
                to[:0] = shlex.split(asked.stdout)
        return self.compile(
            self.compiler(program.cxx) + ['-O2', '-g', '-D_GNU_SOURCE'] +
            ALIGNED_LOOPS + self.cppflags + cflags +
            [f'-DADAPTER="adapters/{program.adapter}"',
             os.path.join(self.source, program.source), '-x', 'none',
             '-o', self.path('bench-' + program.name),
             '-L' + self.output, '-L' + self.libdir] + libs)

    def build_all(self, wanted):
        """Compile what the wanted allocators need; note what is missing."""
        self.build_array_stack()
        faults = {}
        for program in PROGRAMS:
            if any(a.program == program.name for a in wanted):
                faults[program.name] = self.build(program)
        if any(a.name == 'slab' for a in wanted):
            fault = self.compile(
                self.compiler() + ['-O2', '-g', '-D_GNU_SOURCE'] +
                self.cppflags + [os.path.join(self.source, 'caches.c'), '-o',
                self.path('bench-caches'), '-L' + self.libdir, '-lslab'])
            if fault:
                self.missing['caches'] = self.reason(fault)
        packages = {p.name: p.package for p in PROGRAMS}
        for allocator in wanted:
            fault = faults[allocator.program]
            if fault:
                package = packages[allocator.program] or 'libslab'
                self.missing[allocator.name] = (
                    f'{self.reason(fault)} ({package})')
            else:
                self.try_out(allocator)
        return [a for a in wanted if a.name not in self.missing]

    def try_out(self, allocator):
        """Ask for the version, which shows that the program starts."""
        answer = self.start(allocator, ['version'])
        if answer.returncode != 0 or 'cannot be preloaded' in answer.stderr:
            self.missing[allocator.name] = (
                answer.stderr.strip().splitlines() or ['does not start'])[0]
            if allocator.package:
                self.missing[allocator.name] += f' ({allocator.package})'
        self.versions[allocator.name] = answer.stdout.strip()

    def start(self, allocator, arguments, wrapper=()):
        environment = dict(os.environ)
        environment['LD_LIBRARY_PATH'] = self.libdir + ':' + self.output
        if allocator.preload:
            environment['LD_PRELOAD'] = allocator.preload
        variant = [allocator.variant] if len(arguments) > 1 else []
        return subprocess.run(
            [*wrapper, self.path('bench-' + allocator.program), *arguments,
             *variant], env=environment, capture_output=True, text=True)
