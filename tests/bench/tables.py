# SPDX-License-Identifier: MIT
"""The figures as Markdown, to be put into a document."""

import os

from peers import CONTAINERS, GROWING
from plan import SCALE_SIZE
from report import number

SHOWN = ['slab', 'slab-inline', 'slab-deep', 'array-stack', 'page-touch',
         'page-touch-huge', 'dpdk'] + GROWING
TABLES = [
    ('Hot pair: alloc, touch, free', 'pair', 1),
    ('New memory, first alloc of 1 thousand', 'new_alloc', 1000),
    ('New memory, first alloc of 100 thousand', 'new_alloc', 100000),
    ('Warm, freed at random, 1 thousand: alloc + free', 'random_both', 1000),
    ('Warm, freed at random, 100 thousand: alloc + free', 'random_both',
     100000),
    ('Churn at 1 thousand live objects', 'churn', 1000),
    ('Churn at 100 thousand live objects', 'churn', 100000),
    ('Bulk calls of 32', 'bulk32', 1000),
    ('Constructed objects, 100 at a time', 'constructed_batch', 100),
    ('Walk of a churned cache, a step', 'walk', 100000),
]


def row(cells):
    return '| ' + ' | '.join(cells) + ' |'


def table(head, lines):
    return [row(head), row(['---'] + ['---:'] * (len(head) - 1))] + [
        row(line) for line in lines]


def by_size(results, metric, count):
    """Lines of one metric: an allocator each, a column for every size."""
    sizes = sorted({size for name in SHOWN
                    for size, n in results.cells(metric, name) if n == count})
    lines = []
    for name in SHOWN:
        values = [results.median(metric, size, count, name) for size in sizes]
        if any(v is not None for v in values):
            lines.append([name] + ['' if v is None else f'{v:.3g}'
                                   if v < 100 else f'{v:.0f}'
                                   for v in values])
    return table(['ns'] + [str(size) for size in sizes], lines), lines


def by_count(results):
    counts = sorted(n for size, n in results.cells('churn', 'slab')
                    if size == SCALE_SIZE)
    lines = [[name] + [
        '' if v is None else f'{v:.3g}' for v in (
            results.median('churn', SCALE_SIZE, n, name) for n in counts)]
        for name in SHOWN if results.cells('churn', name)]
    return table(['ns'] + [str(n) for n in counts], lines)


def by_container(results):
    """A line for each allocator: five figures for each container."""
    columns = [(container, metric) for container in ('list', 'map', 'umap')
               for metric in ('insert', 'churn', 'walk', 'destroy', 'bytes',
                              'left')]
    lines = []
    for name in CONTAINERS:
        values = []
        for container, metric in columns:
            metric = f'{container}_{metric}'
            values += [results.median(metric, size, count, name)
                       for size, count in results.cells(metric, name)[:1]]
        if values:
            lines.append([name] + [f'{v:.1f}' if v < 100 else f'{v:.0f}'
                                   for v in values])
    return table(['ns, bytes'] + [' '.join(c) for c in columns], lines), lines


def verdicts(rows):
    lines = []
    for r in rows:
        if r.cells:
            worst = r.worst()
            lines.append([
                r.title, '≤ ' + number(r.limit) +
                r.unit.replace('x', ''), number(r.mean()),
                f'{number(worst.value)} ({worst.where})',
                r.score(), r.verdict() + (f'; {r.beyond()}' if r.beyond()
                                          else '')])
    return table(['what', 'must be', 'mean', 'worst', 'cells that hold',
                  'verdict'], lines)


def write(results, rows, folder):
    text = verdicts(rows)
    for title, metric, count in TABLES:
        lines, found = by_size(results, metric, count)
        if found:
            text += ['', f'{title}:', ''] + lines
    if results.cells('churn', 'slab'):
        text += ['', f'Churn of {SCALE_SIZE}-byte objects, by how many live:',
                 ''] + by_count(results)
    lines, found = by_container(results)
    if found:
        text += ['', 'Containers of elements of two words, an element:', '']
        text += lines
    with open(os.path.join(folder, 'tables.md'), 'w') as file:
        print(*text, sep='\n', file=file)
