#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure libslab beside its peers: build, run, report, plot.

Programs take turns in every round, so that what disturbs the machine disturbs
all of them.  Writes into the output folder: raw.tsv (every value), summary.tsv
(median, min, max), ratios.tsv (each cell of the table of requirements),
report.txt (that table with a verdict for each row), tables.md, and plots.
"""

import argparse
import collections
import os
import platform
import re
import subprocess
import sys
import time

import peers
import plan
import plot
import report
import results
import tables

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='Lists are separated by commas.')
    parser.add_argument('--quick', action='store_true',
                        help='a few sizes, no long workloads: 3 minutes')
    parser.add_argument('--rounds', type=int, metavar='N',
                        help='how often to run everything (5, quick: 2)')
    for name in ('workload', 'size', 'count', 'allocator'):
        parser.add_argument('--' + name, default='', metavar='LIST',
                            help=f'only these {name}s')
    parser.add_argument('--cpu', type=int, metavar='N',
                        help='the processor to run on (the last one)')
    parser.add_argument('--output', default='bench-out', metavar='FOLDER')
    parser.add_argument('--cppflags', default='-Iinclude', metavar='FLAGS',
                        help='where slab.h is')
    parser.add_argument('--libdir', default='lib/.libs', metavar='FOLDER',
                        help='where libslab.so is')
    parser.add_argument('--report', nargs='+', metavar='RAW.TSV',
                        help='run nothing: report on earlier runs')
    return parser.parse_args()


def split(text):
    return [word for word in text.split(',') if word]


class Progress:
    """One line that says how far the run is, and how long it will take."""

    def __init__(self, total):
        self.total = total
        self.done = 0.0
        self.start = time.monotonic()
        self.shown = 0

    def show(self, turn, job):
        passed = time.monotonic() - self.start
        share = self.done / self.total
        left = passed / share - passed if share > .01 else self.total
        line = (f'{share:4.0%}  {left / 60:4.1f} min left  round {turn + 1}  '
                f'{job.workload} of {job.count} x {job.size}: '
                f'{job.allocator}')
        if sys.stderr.isatty():
            print(f'\r{line[:78]:78}', end='', file=sys.stderr, flush=True)
        elif passed >= self.shown:
            print(line, file=sys.stderr, flush=True)
            self.shown = passed + 20

    def advance(self, job):
        self.done += job.weight()

    def close(self):
        if sys.stderr.isatty():
            print(f'\r{"":78}\r', end='', file=sys.stderr)


def counted_by_callgrind(path):
    """Instructions executed inside the allocator's shared library."""
    names, here, inside, skip = {}, '', 0, False
    with open(path) as file:
        for line in file:
            field = re.match(r'(ob|cob)=\((\d+)\)(?: (.*))?', line)
            if field:
                if field[3]:
                    names[field[2]] = field[3].strip()
                if field[1] == 'ob':
                    here = names[field[2]]
            elif line.startswith('calls='):
                skip = True     # the next line is what the callee took
            elif re.match(r'[+*\-\d]', line):
                if not skip and re.search('libslab|libarraystack', here):
                    inside += int(line.split()[1])
                skip = False
    return inside


def run_counted(workshop, allocator, job):
    """Instructions an operation that the allocator's own code executes."""
    out = workshop.path('callgrind.out')
    answer = workshop.start(
        allocator, [job.workload, str(job.size), str(job.count)],
        ['valgrind', '--tool=callgrind', '--compress-pos=no',
         '--toggle-collect=counted_*', '--collect-atstart=no',
         '--callgrind-out-file=' + out])
    if answer.returncode != 0:
        return answer
    operations = float(answer.stdout.split('\t')[1])
    metric = job.workload.replace('count', 'instructions')
    answer.stdout = f'{metric}\t{counted_by_callgrind(out) / operations}\n'
    os.remove(out)
    return answer


def run_job(workshop, allocator, job):
    """The process's answer, which holds metric<TAB>value lines."""
    if job.workload.startswith('count_'):
        return run_counted(workshop, allocator, job)
    if job.workload == 'caches':
        allocator = peers.Allocator('caches', 'caches', allocator.variant)
    return workshop.start(allocator, [job.workload, str(job.size),
                                      str(job.count)])


def run(workshop, wanted, options, path):
    only = {name: split(getattr(options, name))
            for name in ('workload', 'size', 'count', 'allocator')}
    for name in ('size', 'count'):
        only[name] = [int(number) for number in only[name]]
    rounds = options.rounds or (2 if options.quick else 5)
    by_name = {a.name: a for a in wanted}
    work = [(turn, job) for turn, job in plan.jobs(rounds, options.quick, only)
            if job.allocator in by_name]
    progress = Progress(sum(job.weight() for turn, job in work))
    faults = collections.Counter()
    with open(path, 'w') as raw:
        print(*results.COLUMNS, sep='\t', file=raw)
        for turn, job in work:
            progress.show(turn, job)
            answer = run_job(workshop, by_name[job.allocator], job)
            progress.advance(job)
            if answer.returncode != 0:
                why = (answer.stderr.strip().splitlines() or
                       [f'exit status {answer.returncode}'])[-1]
                faults[f'{job.allocator}: {job.workload}: {why}'] += 1
                continue
            for line in answer.stdout.splitlines():
                print(turn, job.workload, job.size, job.count, job.allocator,
                      line, sep='\t', file=raw)
            raw.flush()
    progress.close()
    return [f'{fault} (times {times})' for fault, times in faults.items()]


def first_line(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(key):
                    return line.split(':', 1)[-1].strip()
    except OSError:
        pass
    return 'unknown'


def machine():
    pages = '/sys/kernel/mm/transparent_hugepage/enabled'
    return [f'{first_line("/proc/cpuinfo", "model name")}, '
            f'{os.cpu_count()} processors, '
            f'{first_line("/proc/meminfo", "MemTotal")} of memory',
            f'{platform.system()} {platform.release()}, transparent huge '
            f'pages: {first_line(pages, "")}',
            time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())]


def earlier_notes(paths):
    """On which machine and when these were measured."""
    notes = []
    for path in paths:
        beside = os.path.join(os.path.dirname(path), 'machine.txt')
        if os.path.exists(beside):
            with open(beside) as file:
                notes += file.read().splitlines()
    return notes


def main():
    options = arguments()
    os.makedirs(options.output, exist_ok=True)
    raw = os.path.join(options.output, 'raw.tsv')
    notes = []
    if options.report:
        measured = results.load(options.report)
        notes = earlier_notes(options.report)
    else:
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {options.cpu if options.cpu is not None
                                 else cpus[-1]})
        workshop = peers.Workshop(HERE, options.output, options.cppflags,
                                  options.libdir)
        chosen = split(options.allocator)
        wanted = workshop.build_all([a for a in peers.ALLOCATORS
                                     if not chosen or a.name in chosen])
        for name, why in workshop.missing.items():
            print(f'MISSING {name}: {why}', file=sys.stderr)
        notes = machine() + [f'load when it began: {os.getloadavg()[0]:.2f}']
        faults = run(workshop, wanted, options, raw)
        notes += ['measured: ' + ', '.join(dict.fromkeys(
            version for version in workshop.versions.values() if version))]
        notes += [f'MISSING {name}: {why}'
                  for name, why in workshop.missing.items()]
        notes += ['FAILED ' + fault for fault in faults]
        measured = results.load([raw])
        with open(os.path.join(options.output, 'machine.txt'), 'w') as file:
            print(*notes, sep='\n', file=file)
    measured.write_summary(os.path.join(options.output, 'summary.tsv'))
    rows = report.rows(measured)
    print(report.write(rows, notes, options.output))
    tables.write(measured, rows, options.output)
    fault = plot.write(measured, options.output)
    if fault:
        print(f'no plots: {fault}', file=sys.stderr)


if __name__ == '__main__':
    main()
