# SPDX-License-Identifier: MIT
"""What is to be run: workloads, sizes, counts and who takes part."""

from dataclasses import dataclass

from peers import CONTAINERS, GROWING, MALLOCS, PEERS, VARIANTS

SIZES = [8, 16, 24, 40, 64, 100, 128, 256, 512, 1000, 1024, 2048, 4096, 8192]
QUICK_SIZES = [16, 64, 256, 1024, 4096]
COUNTS = [1000, 100000, 1000000]
SCALE = [1000, 10000, 100000, 1000000, 10000000]
SCALE_SIZE = 64         # of the churn that is plotted against SCALE
COUNT_SIZE = 16         # of the instructions that are counted over SCALE
CONTAINER_TYPES = ['list', 'map', 'umap']
NODE_PAYLOAD = 16
MOST_BYTES = 1 << 30
PAIR_REPEATS = 3

OURS = ['slab', 'slab-inline']
NEW = ['slab-small-pages', 'page-touch', 'slab-huge-pages', 'page-touch-huge']


@dataclass(frozen=True)
class Job:
    """One process."""
    workload: str
    size: int
    count: int
    allocator: str

    def weight(self):
        """A guess at its duration in seconds, for the progress display."""
        fixed = {'stalls': 5, 'construct': .2, 'caches': 1}
        if self.workload in CONTAINER_TYPES:
            return .5 + self.count * (8e-6 if self.workload == 'map' else 2e-6)
        passes = {'batch': 7, 'churn': 3, 'new': 1}.get(self.workload, 2)
        if self.workload.startswith('count_'):
            return 1 + self.count * 2e-6
        moved = passes * (self.count * 30e-9 +
                          self.count * self.size * .4e-9)
        return .05 + fixed.get(self.workload, 0) + moved


def capped(count, size):
    return min(count, MOST_BYTES // size)


def groups(quick):
    """(workload, size, count, allocators, share) of a whole run.

    The share says in how many of five rounds it takes part.
    """
    sizes = QUICK_SIZES if quick else SIZES
    counts = COUNTS[:2] if quick else COUNTS
    # Where a process happens to lie in memory decides 10 % of a hot pair.
    for size in sizes * PAIR_REPEATS:
        yield ('pair', size, 1, OURS + ['array-stack', 'slab-check'] + PEERS +
               VARIANTS, 5)
    for size in sizes:
        for count in counts:
            big = count > 100000
            ours = OURS + ([] if big else VARIANTS)
            everybody = ours + ['slab-deep', 'array-stack'] + PEERS
            share = 5 if count < 100000 else 2 if big else 3
            yield ('batch', size, capped(count, size), NEW + everybody,
                   share)
            yield 'churn', size, capped(count, size), everybody, share
    for count in SCALE:
        if count not in counts and not quick:
            yield ('churn', SCALE_SIZE, count,
                   OURS + ['array-stack'] + GROWING, 2)
    for size in sizes:
        yield 'bulk', size, 1000, OURS + ['array-stack', 'dpdk'] + MALLOCS, 5
        yield 'construct', size, 100, OURS + PEERS, 3
        yield ('walk', size, 100000,
               ['slab', 'slab-deep', 'array-stack'] + GROWING, 5)
        yield ('memory', size, 100000,
               ['slab', 'slab-small-pages', 'slab-heap'] + GROWING, 1)
    for size in [64] if quick else [16, 64, 256, 1024, 4096]:
        yield ('stalls', size, min(100000, (64 << 20) // size),
               ['slab', 'array-stack'] + ([] if quick else MALLOCS), 2)
    for count in SCALE[:-1] if quick else SCALE:
        for workload in ('count_churn', 'count_some'):
            yield (workload, COUNT_SIZE, count,
                   ['slab', 'slab-no-magazine', 'array-stack'], 1)
    for container in CONTAINER_TYPES:
        yield (container, NODE_PAYLOAD, 300000 if quick else 1000000,
               CONTAINERS, 4)
    yield 'caches', 64, 10000, ['slab', 'slab-heap'], 3


def jobs(rounds, quick, only):
    """All jobs in the order in which they run: A B A B ... in every round."""
    for turn in range(rounds):
        for workload, size, count, names, share in groups(quick):
            if turn >= max(1, rounds * share // 5):
                continue
            if only['workload'] and workload not in only['workload']:
                continue
            if only['size'] and size not in only['size']:
                continue
            if only['count'] and count not in only['count']:
                continue
            for name in names:
                if only['allocator'] and name not in only['allocator']:
                    continue
                first_pass_only = workload == 'batch' and name in NEW
                yield turn, Job('new' if first_pass_only else workload,
                                size, count, name)
