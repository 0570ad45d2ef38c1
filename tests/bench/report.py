# SPDX-License-Identifier: MIT
"""Where libslab must stand, cell by cell, and the verdict for each row.

All ratios are libslab's figure divided by another: below 1, libslab is better.
"""

import math
import os
from dataclasses import dataclass, field

from peers import CALLED, CONTAINERS, GROWING, MALLOCS, PEERS, VARIANTS

# Metrics for which the array stack's figure is a bound.
BOUNDED = ('pair', 'churn', 'random_both')
ROUNDING = .005    # what two decimals do not show
NOISE = .02        # "no slower than": less is not told apart


def number(value):
    digits = 3 if 0 < value < .1 else 2 if value < 1000 else 0
    return f'{value:.{digits}f}'


def geometric_mean(values):
    positive = [v for v in values if v > 0]
    if not positive:
        return 0.0
    return math.exp(sum(map(math.log, positive)) / len(positive))


@dataclass
class Cell:
    """One measured ratio (or figure) and what it was compared with."""
    where: str
    value: float
    against: str = ''
    bound: float = None     # what the array stack would have reached

    def note(self):
        if self.bound is None:
            return self.against
        return f'{self.against}; array stack: {number(self.bound)}'


@dataclass
class Row:
    """A requirement: every cell is at most the limit."""
    title: str
    limit: float
    unit: str = 'x'
    of_mean: bool = False       # the limit is for the geometric mean
    slack: float = ROUNDING
    cells: list = field(default_factory=list)

    def meets(self, value):
        return value <= self.limit + self.slack

    def bound_mean(self):
        return geometric_mean([c.bound for c in self.cells if c.bound])

    def beyond(self):
        """Where it fails and a bare call to a library does too, in words."""
        if self.of_mean:
            fails = self.failing() and not self.meets(self.bound_mean())
            return (f'the array stack reaches {number(self.bound_mean())}'
                    if fails else '')
        cells = [c for c in self.failing()
                 if c.bound is not None and not self.meets(c.bound)]
        return (f'the array stack fails in {len(cells)} too'
                if cells else '')

    def mean(self):
        return geometric_mean([c.value for c in self.cells])

    def score(self):
        """How many cells hold, where each has to."""
        if self.of_mean:
            return 'mean'
        return f'{len(self.cells) - len(self.failing())} of {len(self.cells)}'

    def failing(self):
        if self.of_mean:
            return [] if self.meets(self.mean()) else self.cells
        return [c for c in self.cells if not self.meets(c.value)]

    def worst(self):
        return max(self.cells, key=lambda cell: cell.value)

    def verdict(self):
        return 'fails' if self.failing() else 'holds'


def where(size, count):
    return f'{size} B' if count == 1 else f'{size} B x {count}'


class Table:
    """Builds the rows from the results."""

    def __init__(self, results):
        self.results = results
        self.rows = []

    def add(self, row, cells):
        row.cells = [c for c in cells if c is not None]
        self.rows.append(row)

    def cells_of(self, metric, allocator, counts=None):
        return [(size, count) for size, count
                in self.results.cells(metric, allocator)
                if counts is None or count in counts]

    def ratio(self, metric, ours, theirs, size, count, metric2=None):
        """Ours divided by the best of theirs."""
        value = self.results.median(metric, size, count, ours)
        best = self.results.least(metric2 or metric, size, count, theirs)
        if not value or best is None or not best[0]:
            return None

        bound = self.bound(metric, size, count, best)
        comparable = (bound and ours.startswith('slab') and
                      ours != 'slab-inline' and theirs != ['array-stack'])
        return Cell(where(size, count), value / best[0], best[1],
                    bound / best[0] if comparable else None)

    def bound(self, metric, size, count, best):
        """What a call to a library must cost at least, if that is known."""
        def stack(metric):
            return self.results.median(metric, size, count, 'array-stack')

        if metric == 'new_alloc' and best[1].startswith('page-touch'):
            call = stack('same_alloc')
            return call and best[0] + call
        return stack(metric) if metric in BOUNDED else None

    def compare(self, row, metric, ours, theirs, counts=None, **how):
        self.add(row, [self.ratio(metric, ours, theirs, size, count, **how)
                       for size, count
                       in self.cells_of(metric, ours, counts)])

    def compare_sums(self, row, metrics, ours, theirs, count):
        """Ours divided by the best of theirs, several costs added up."""
        def total(size, name):
            parts = [self.results.median(metric, size, count, name)
                     for metric in metrics]
            return sum(parts) if all(parts) else None

        cells = []
        for size, _ in self.cells_of(metrics[-1], ours, [count]):
            best = min(((total(size, name), name) for name in theirs
                        if total(size, name)), default=None)
            if best and total(size, ours):
                cells.append(Cell(where(size, count),
                                  total(size, ours) / best[0], best[1]))
        self.add(row, cells)

    def spread(self, row, metrics, names):
        """The slowest of several ways divided by the fastest."""
        cells = []
        for metric in metrics:
            for size, count in self.cells_of(metric, names[-1]):
                medians = [(self.results.median(metric, size, count, name),
                            name) for name in names]
                medians = [m for m in medians if m[0]]
                if len(medians) == len(names):
                    slow, fast = max(medians), min(medians)
                    cells.append(Cell(
                        f'{metric} {where(size, count)}', slow[0] / fast[0],
                        f'{slow[1]} / {fast[1]}'))
        self.add(row, cells)

    def figure(self, row, metric, ours, wanted=lambda size: True,
               value=lambda size, value: value):
        cells = []
        for size, count in self.cells_of(metric, ours):
            median = self.results.median(metric, size, count, ours)
            if wanted(size):
                cells.append(Cell(where(size, count), value(size, median)))
        self.add(row, cells)

    def flat(self, row, metric, name):
        """What should not change with the number of objects."""
        found = [(count, self.results.median(metric, size, count, name))
                 for size, count in self.cells_of(metric, name)]
        least = min((value for _, value in found), default=1)
        self.add(row, [Cell(f'{count} live', value / least, f'{value:.1f}')
                       for count, value in found])


def speed_rows(table):
    table.compare(Row('hot pair, called / array stack', 1.15),
                  'pair', 'slab', ['array-stack'])
    table.compare(Row('hot pair: called / fastest malloc', 1 / 1.6,
                      slack=.002), 'pair', 'slab', MALLOCS)
    table.compare(Row('hot pair: SLAB_INLINE / called', .65),
                  'pair', 'slab-inline', ['slab'])
    table.compare(Row('hot pair: SLAB_INLINE / boost::pool', 1.7),
                  'pair', 'slab-inline', ['boost'])
    table.compare(Row('churn / array stack', 1.15),
                  'churn', 'slab', ['array-stack'])
    table.compare(Row('churn / fastest malloc', 1, slack=NOISE),
                  'churn', 'slab', MALLOCS)


def batch_rows(table):
    for name, counts in (('1 thousand', [1000]), ('100 thousand', [100000]),
                         ('1 million', range(100001, 1000001))):
        metric = 'random_both'
        for title, ours, theirs in (
                ('slab / fastest called', 'slab', CALLED),
                ('SLAB_INLINE / fastest growing', 'slab-inline', GROWING),
                ('slab of 128 Ki rounds / fastest called', 'slab-deep', CALLED),
                ('slab / fastest growing', 'slab', GROWING)):
            title = f'warm, freed at random, {name}: {title}'
            table.compare(Row(title + ', mean', 1 / 1.4, of_mean=True,
                              slack=.0025), metric, ours, theirs, counts)
            table.compare(Row(title + ', each', 1, slack=NOISE),
                          metric, ours, theirs, counts)
        for ours, title in (('slab', 'slab'),
                            ('slab-deep', 'slab of 128 Ki rounds')):
            table.compare(
                Row(f'warm, freed at random, {name}: {title} / DPDK', 1.25),
                metric, ours, ['dpdk'], counts)
        table.compare(Row(f'new memory, {name}: small pages / page touch',
                          1.15), 'new_alloc', 'slab-small-pages',
                      ['page-touch'], counts)
        # From 256 MiB on with huge pages, as caches have them by themselves.
        table.compare(Row(f'new memory, {name}: SLAB_INLINE / page touch',
                          1.15), 'new_alloc', 'slab-inline',
                      ['page-touch'], counts)
        table.compare(Row(f'new memory, {name}: huge pages / page touch',
                          1.15), 'new_alloc', 'slab-huge-pages',
                      ['page-touch-huge'], counts)
        table.compare(Row(f'new memory, {name}: slab / fastest growing', 1,
                          slack=NOISE),
                      'new_alloc', 'slab', GROWING, counts)


def other_rows(table):
    table.compare(Row('bulk of 32 / DPDK', 1, slack=NOISE),
                  'bulk32', 'slab', ['dpdk'])
    table.compare(Row('bulk of 32 / single calls', .6), 'bulk32', 'slab',
                  ['slab'], metric2='single32')
    ways = ['slab'] + [v for v in VARIANTS if v != 'slab-buffer']
    table.spread(Row('heap, mmap, aligned, large: slowest / fastest', 1.25),
                 ['pair', 'new_alloc', 'same_both', 'opposite_both',
                  'random_both', 'churn'], ways)
    table.compare(Row('hot pair: SLAB_DEBUG_CHECK / slab', 2.5),
                  'pair', 'slab-check', ['slab'])
    for ours, title in (('slab', 'slab'), ('slab-inline', 'SLAB_INLINE')):
        for objects, metric in (('one object', 'constructed_pair'),
                                ('100 objects', 'constructed_batch')):
            table.compare(Row(f'constructor, {objects}: {title} / '
                              'construct-and-destroy', 1 / 30, slack=0),
                          metric, ours, PEERS)
    for ours, title in (('slab', 'slab'),
                        ('slab-deep', 'slab of 128 Ki rounds')):
        table.compare(Row(f'walk: {title} / fastest malloc', 1, slack=NOISE),
                      'walk', ours, MALLOCS)
    for ours, title in (('slab', 'slab'),
                        ('slab-deep', 'slab of 128 Ki rounds')):
        table.compare_sums(
            Row('warm, freed at random, 100 thousand, and one walk: '
                f'{title} / fastest growing, each', 1, slack=NOISE),
            ['random_both', 'walk'], ours, GROWING, 100000)


def memory_rows(table):
    table.figure(Row('resident, one object of up to 256 bytes', 12288,
                     unit=' B'), 'bytes_at_1', 'slab', lambda s: s <= 256)
    table.figure(
        Row('resident / payload, 100 thousand of 16 to 4096 bytes', 1.02),
        'bytes_at_100000', 'slab', lambda s: 16 <= s <= 4096,
        lambda size, value: value / (100000 * size))
    table.compare(Row('resident after 90 % freed and a reap / pages of the '
                      'living', 1.10), 'bytes_tenth', 'slab', ['slab'],
                  metric2='bytes_tenth_pages')
    table.figure(Row('resident after all freed and a reap', 65536, unit=' B'),
                 'bytes_none', 'slab')
    for name, way in (('slab', ''), ('slab-no-magazine', ', no magazine')):
        for what in ('churn', 'some'):
            table.flat(
                Row(f'instructions, {what}{way}, 1 thousand to 10 million '
                    'live: each / least', 1.10),
                f'instructions_{what}', name)
    for name in ('slab', 'slab-heap'):
        table.figure(Row(f'ten thousand caches, {name}: resident each', 12288,
                         unit=' B'), 'caches_bytes', name)
        table.figure(Row(f'ten thousand caches, {name}: mappings each', 2,
                         unit=''), 'caches_mappings', name)
    table.compare(Row('build and destroy / bare system calls', 2.5),
                  'caches_ns', 'slab', ['slab'], metric2='caches_bare_ns')
    table.compare(Row('build and destroy / the same and its page faults',
                      2.5), 'caches_ns', 'slab', ['slab'],
                  metric2='caches_bare_touching_ns')
    results = table.results

    def slowest(size, count):
        return results.median('slowest_us', size, count, 'slab')

    table.add(Row('stalls over 100 us, per million, beyond the array stack\'s',
                  0, unit=''),
              [Cell(where(size, count),
                    max(0, results.median('over_100us_ppm', size, count,
                                          'slab') -
                        (results.most('over_100us_ppm', size, count,
                                      'array-stack') or 0)),
                    f'slowest {slowest(size, count):.0f} us')
               for size, count in results.cells('over_100us_ppm', 'slab')])


def containers_row(table, row, metric, ours, theirs):
    """A cell for each of the three containers."""
    for container in ('list', 'map', 'umap'):
        name = f'{container}_{metric}'
        row.cells += [
            Cell(container, cell.value, cell.against) for cell in
            (table.ratio(name, ours, theirs, size, count) for size, count
             in table.cells_of(name, ours)) if cell]
    table.rows.append(row)


def leave_nothing(results):
    """Those that serve all containers and leave at most a byte an element."""
    return [name for name in CONTAINERS if all(
        any((results.median(f'{container}_left', size, count, name) or 0) <= 1
            for size, count in results.cells(f'{container}_left', name))
        for container in ('list', 'map', 'umap'))]


def container_rows(table):
    peers = leave_nothing(table.results)
    for metric, most in (('insert', .7), ('churn', .65), ('destroy', 1),
                         ('bytes', .8)):
        containers_row(table, Row(
            f'containers, {metric}: slab::allocator / std::allocator, mean',
            most, of_mean=True), metric, 'c++-slab', ['c++-std'])
        containers_row(table, Row(
            f'containers, {metric}: slab::allocator / least of those that '
            'leave nothing', 1.1), metric, 'c++-slab', peers)
    row = Row('containers, bytes an element left: slab::allocator', 1, unit='')
    row.cells = [Cell(container, table.results.median(
        f'{container}_left', size, count, 'c++-slab'))
        for container in ('list', 'map', 'umap')
        for size, count in table.results.cells(f'{container}_left', 'c++-slab')]
    table.rows.append(row)


def rows(results):
    table = Table(results)
    speed_rows(table)
    batch_rows(table)
    other_rows(table)
    memory_rows(table)
    container_rows(table)
    return table.rows


def row_line(row):
    limit = f'<= {number(row.limit)}{row.unit}'
    worst = row.worst()
    return (f'{row.title:70} {limit:>12}  {row.verdict()}  '
            f'mean {number(row.mean())}, worst {number(worst.value)} '
            f'({worst.where}{", " + worst.against if worst.against else ""})'
            f', {row.score()}{"; " if row.beyond() else ""}{row.beyond()}')


def write(table, notes, folder):
    """Write ratios.tsv and report.txt; returns the text of the latter."""
    with open(os.path.join(folder, 'ratios.tsv'), 'w') as file:
        print('row', 'cell', 'value', 'limit', 'against', 'verdict', sep='\t',
              file=file)
        for row in table:
            failing = row.failing()
            for cell in row.cells:
                print(row.title, cell.where, f'{cell.value:.3f}',
                      f'<={row.limit:g}',
                      cell.against,
                      'fails' if cell in failing else 'holds', sep='\t',
                      file=file)
    measured = [row for row in table if row.cells]
    lines = notes + [''] + [row_line(row) for row in measured]
    if len(measured) < len(table):
        lines.append(f'{len(table) - len(measured)} rows not measured')
    lines.append('')
    for row in table:
        if row.failing():
            lines.append(f'fails: {row.title}')
            lines += [f'    {c.where:32} {number(c.value):>10}  {c.note()}'
                      for c in row.failing()]
    text = '\n'.join(lines)
    with open(os.path.join(folder, 'report.txt'), 'w') as file:
        print(text, file=file)
    return text
