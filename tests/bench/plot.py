# SPDX-License-Identifier: MIT
"""Plots of cost against object size and against the number of live objects,
by gnuplot, as SVG and PNG."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from plan import COUNT_SIZE, SCALE_SIZE

SHOWN = ['slab', 'slab-inline', 'glibc', 'jemalloc', 'mimalloc', 'tcmalloc',
         'gslice', 'boost', 'pmr', 'dpdk', 'array-stack', 'page-touch',
         'page-touch-huge']
# libslab in black, bounds dashed, everybody else in a colour of their own.
STYLE = {
    'slab': 'lc rgb "#000000" lw 3 pt 7',
    'slab-inline': 'lc rgb "#000000" lw 2 dt 3 pt 6',
    'glibc': 'lc rgb "#d55e00" lw 1.5 pt 5',
    'jemalloc': 'lc rgb "#0072b2" lw 1.5 pt 9',
    'mimalloc': 'lc rgb "#009e73" lw 1.5 pt 11',
    'tcmalloc': 'lc rgb "#cc79a7" lw 1.5 pt 13',
    'gslice': 'lc rgb "#e69f00" lw 1.5 pt 4',
    'boost': 'lc rgb "#56b4e9" lw 1.5 pt 8',
    'pmr': 'lc rgb "#a0522d" lw 1.5 pt 10',
    'dpdk': 'lc rgb "#7b3fa0" lw 1.5 pt 12',
    'array-stack': 'lc rgb "#888888" lw 2 dt 2 pt 1',
    'page-touch': 'lc rgb "#888888" lw 2 dt 2 pt 2',
    'page-touch-huge': 'lc rgb "#888888" lw 2 dt 4 pt 3',
}


@dataclass(frozen=True)
class Plot:
    """One picture: a metric along sizes (count given) or counts (size)."""
    name: str
    title: str
    metric: str
    count: int = 0
    size: int = 0
    unit: str = 'ns'
    logarithmic: bool = True
    without: tuple = ()


PLOTS = [
    Plot('pair', 'Hot pair: alloc, touch, free', 'pair', count=1),
    Plot('new', 'New memory: first alloc of 100 thousand objects',
         'new_alloc', count=100000, without=('array-stack', 'dpdk')),
    Plot('warm', 'Warm memory, freed at random, 100 thousand objects: '
         'alloc + free', 'random_both', count=100000),
    Plot('churn', 'Churn at 100 thousand live objects', 'churn',
         count=100000),
    Plot('walk', 'Walk of a churned cache: one step', 'walk', count=100000),
    Plot('live', f'Churn of {SCALE_SIZE}-byte objects', 'churn',
         size=SCALE_SIZE),
    Plot('instructions', 'Instructions inside the library, '
         f'{COUNT_SIZE}-byte objects: half of them freed, made anew',
         'instructions_half', size=COUNT_SIZE, unit='instructions a pair',
         logarithmic=False),
]


def series(results, plot, allocator):
    """The points of one line."""
    points = []
    for size, count in results.cells(plot.metric, allocator):
        if plot.size and size == plot.size:
            points.append((count, results.median(plot.metric, size, count,
                                                 allocator)))
        elif plot.count and count == plot.count:
            points.append((size, results.median(plot.metric, size, count,
                                                allocator)))
    return points


def script(plot, lines):
    """What gnuplot is told, data included."""
    text = [f'set title "{plot.title}"',
            'set key outside right top', 'set grid lc rgb "#dddddd"',
            'set border 3', 'set tics nomirror',
            f'set ylabel "{plot.unit}"',
            'set logscale y' if plot.logarithmic else 'set yrange [0:]',
            'set logscale x ' + ('10' if plot.size else '2'),
            'set xlabel "' + ('live objects' if plot.size else
                              'object size, bytes') + '"']
    if plot.size:
        text += ['set format x "10^%T"', 'set xrange [700:*]']
    for name, points in lines.items():
        text.append(f'${name.replace("-", "_")} << END')
        text += [f'{x} {y}' for x, y in points]
        text.append('END')
    text.append('plot ' + ', '.join(
        f'${name.replace("-", "_")} with linespoints ps .7 '
        f'{STYLE[name]} title "{name}"' for name in lines))
    return '\n'.join(text)


def write(results, folder):
    """Draw what was measured; returns what is missing for it."""
    if not shutil.which('gnuplot'):
        return 'gnuplot is missing (package gnuplot-nox)'
    for plot in PLOTS:
        lines = {name: series(results, plot, name) for name in SHOWN
                 if name not in plot.without}
        lines = {name: points for name, points in lines.items()
                 if len(points) > 1}
        if not lines:
            continue
        text = script(plot, lines)
        for terminal, ending in (
                ('svg size 900,520 dynamic font "sans,13" background "white"',
                 'svg'), ('pngcairo size 900,520 font "sans,11"', 'png')):
            path = os.path.join(folder, f'{plot.name}.{ending}')
            subprocess.run(['gnuplot'], input=f'set terminal {terminal}\n'
                           f'set output "{path}"\n{text}\n', text=True,
                           check=True)
    return ''
