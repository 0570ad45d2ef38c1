# SPDX-License-Identifier: MIT
"""The results: one line a measured value, and medians over them."""

import csv
import statistics
from collections import defaultdict

COLUMNS = ['round', 'workload', 'size', 'count', 'allocator', 'metric',
           'value']


class Results:
    """Values by (metric, size, count, allocator)."""

    def __init__(self):
        self.values = defaultdict(list)

    def add(self, metric, size, count, allocator, value):
        self.values[metric, size, count, allocator].append(value)

    def median(self, metric, size, count, allocator):
        values = self.values.get((metric, size, count, allocator))
        return statistics.median(values) if values else None

    def most(self, metric, size, count, allocator):
        values = self.values.get((metric, size, count, allocator))
        return max(values) if values else None

    def least(self, metric, size, count, names):
        """(value, name) of the best median among the named, or None."""
        medians = [(self.median(metric, size, count, name), name)
                   for name in names]
        return min((m for m in medians if m[0] is not None), default=None)

    def cells(self, metric, allocator):
        """The (size, count) pairs at which this one was measured."""
        return sorted((size, count) for m, size, count, a in self.values
                      if m == metric and a == allocator)

    def write_summary(self, path):
        with open(path, 'w', newline='') as file:
            table = csv.writer(file, delimiter='\t', lineterminator='\n')
            table.writerow(['metric', 'size', 'count', 'allocator', 'median',
                            'min', 'max', 'values'])
            for key, values in sorted(self.values.items()):
                table.writerow([*key, f'{statistics.median(values):.6g}',
                                f'{min(values):.6g}', f'{max(values):.6g}',
                                len(values)])


def load(paths):
    results = Results()
    for path in paths:
        with open(path, newline='') as file:
            for row in csv.DictReader(file, delimiter='\t'):
                results.add(row['metric'], int(row['size']),
                            int(row['count']), row['allocator'],
                            float(row['value']))
    return results
