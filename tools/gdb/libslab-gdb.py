# SPDX-License-Identifier: MIT
"""
The caches of libslab in gdb: slab caches, slab whatis, slab live, slab check,
$_slab_cache(), $_slab_object().

Everything is read through the library's registry and its table of fields, so
neither debugging information nor a running program is needed, and nothing is
called in the program.  What is read may be damaged: every loop has an end, and
every error is a sentence.
"""

import bisect
import fnmatch
import struct

import gdb

MOST_CACHES = 1 << 17
MOST_OBJECTS = 1 << 20
ROW = struct.Struct("24sIHH")


def read(address, size):
    if size < 0 or size > 1 << 30:
        raise gdb.GdbError("a size of %d bytes is damaged" % size)
    try:
        return bytes(gdb.selected_inferior().read_memory(address, size))
    except (gdb.error, OverflowError):
        raise gdb.GdbError("0x%x cannot be read" % address)


def order():
    text = gdb.execute("show endian", to_string=True)
    return ">" if "big endian" in text else "<"


def number(data):
    return int.from_bytes(data, "big" if order() == ">" else "little")


def name_at(address):
    name = b""
    while len(name) < 1024:
        try:
            byte = read(address + len(name), 1)
        except gdb.GdbError:
            break
        if byte == b"\0":
            break
        name += byte
    return "".join(chr(c) if 32 <= c < 127 else "?" for c in name)


class Registry:
    """The registry and its table of fields, checked."""

    def __init__(self):
        data = read(self.address(), 88)
        if data[:8] != b"libslab\0":
            raise gdb.GdbError("the registry of libslab is damaged")
        head = struct.unpack(order() + "4I", data[8:24])
        if head[0] != 0x01020304:
            raise gdb.GdbError("the registry of libslab is damaged")
        if head[1] != 1:
            raise gdb.GdbError("the registry of libslab is of version %d; "
                               "this script knows version 1" % head[1])
        self.word = head[2]
        rows, row_size, self.cache_size, self.header_size = struct.unpack(
            order() + "4I", data[44:60])
        if (self.word not in (4, 8) or rows > 1024 or
                not ROW.size <= row_size <= 4096 or
                max(self.cache_size, self.header_size) > 65536):
            raise gdb.GdbError("the registry of libslab is damaged")
        links = [number(data[at:at + self.word]) for at in (64, 72, 80)]
        self.lists = links[1:]
        self.fields = {1: {}, 2: {}}
        self.read_table(links[0], rows, row_size)

    @staticmethod
    def address():
        for name in ("slab_registry", "slabi_registry"):
            try:
                return int(gdb.parse_and_eval(
                    "(unsigned long)&%s" % name))
            except gdb.error:
                pass
        raise gdb.GdbError("there is no libslab in this program")

    def read_table(self, address, rows, row_size):
        row = struct.Struct(order() + "24sIHH")
        sizes = {1: self.cache_size, 2: self.header_size}
        for i in range(rows):
            name, offset, size, structure = row.unpack(
                read(address + i * row_size, row.size))
            if structure not in sizes:
                continue
            if size not in (1, 2, 4, 8) or offset + size > sizes[structure]:
                raise gdb.GdbError("the table of fields is damaged")
            self.fields[structure][name.split(b"\0")[0].decode(
                "ascii", "replace")] = (offset, size)

    def structure(self, kind, address):
        size = self.cache_size if kind == 1 else self.header_size
        data = read(address, size)
        return {name: number(data[offset:offset + length])
                for name, (offset, length) in self.fields[kind].items()}

    def caches(self):
        found = []
        for address in self.lists:
            last = None
            while address != 0:
                cache = Cache(self, address)
                if len(found) == MOST_CACHES or cache.id == 0 or (
                        last is not None and cache.id >= last):
                    raise gdb.GdbError("the list of caches is damaged")
                found.append(cache)
                last = cache.id
                address = cache.get("next")
        return found


class Cache:
    def __init__(self, registry, address):
        self.registry = registry
        self.fields = registry.structure(1, address)
        self.name = name_at(self.get("name"))
        self.id = self.get("id")
        self.sorted_rounds = None

    def get(self, name):
        return self.fields.get(name, 0)

    def round_count(self):
        count = max(0, self.get("top") - self.get("floor"))
        return min(count // self.registry.word, self.get("in_use"))

    def rounds(self):
        if self.sorted_rounds is None:
            word = self.registry.word
            data = read(self.get("floor") + word, self.round_count() * word)
            self.sorted_rounds = sorted(
                number(data[at:at + word]) for at in range(0, len(data), word))
        return self.sorted_rounds

    def is_round(self, address):
        rounds = self.rounds()
        at = bisect.bisect_left(rounds, address)
        return at < len(rounds) and rounds[at] == address

    def slabs(self):
        address, left = self.get("newest_slab"), self.get("slabs")
        while address != 0:
            if left == 0:
                raise gdb.GdbError("the slabs of cache %s are damaged" %
                                   self.name)
            slab = Slab(self, address)
            yield slab
            address = slab.get("older")
            left -= 1

    def live(self):
        return max(0, self.get("in_use") - self.round_count())

    def cached(self):
        ready = self.get("carved")
        if self.get("has_life"):
            ready = self.get("constructed") - self.get("destructed")
        room = self.get("slabs") * self.get("objects") - self.live()
        return max(0, min(ready - self.live(), room))

    def touched(self):
        around = sum(self.get(name) for name in (
            "block_size", "rounds_bytes", "map_now_bytes", "map_old_bytes",
            "map_next_bytes"))
        return max(0, self.get("slabs") * self.get("first") +
                   self.get("carved") * self.get("stride") +
                   self.get("carved") * self.get("bits_size") // 64 +
                   self.get("undrained") + around - self.get("purged"))


class Slab:
    def __init__(self, cache, address):
        self.cache = cache
        self.address = address
        self.fields = cache.registry.structure(2, address)
        self.first = address + cache.get("first")
        self.stride = cache.get("stride")
        self.carved = self.get("slab_carved")
        if (self.stride == 0 or self.carved > cache.get("objects") or
                cache.get("objects") > MOST_OBJECTS):
            raise gdb.GdbError("a slab of cache %s is damaged" % cache.name)

    def get(self, name):
        return self.fields.get(name, 0)

    def holds(self, address):
        return 0 <= address - self.get("block") < self.cache.get("slab_size")

    def free_word(self, word):
        if word >= (self.get("bits_ready") + 63) // 64:
            return 0
        return number(read(self.address - (word + 1) *
                           self.cache.get("bits_size"), 8))

    def objects_in_use(self):
        bits = 0
        for index in range(self.carved):
            if index % 64 == 0:
                bits = self.free_word(index // 64)
            if not bits >> index % 64 & 1:
                yield self.first + index * self.stride

    def state(self, index):
        if index >= self.carved:
            return "never handed out"
        if self.free_word(index // 64) >> index % 64 & 1:
            return "free"
        if self.cache.is_round(self.first + index * self.stride):
            return "free, in a magazine"
        return "live"

    def count_free(self):
        return sum(bin(self.free_word(word)).count("1")
                   for word in range((self.carved + 63) // 64))


def find(address):
    """The cache, slab and index of an address; None: in no slab."""
    for cache in Registry().caches():
        for slab in cache.slabs():
            if slab.holds(address):
                index = (address - slab.first) // slab.stride
                if address < slab.first or index >= cache.get("objects"):
                    return cache, slab, None
                return cache, slab, index
    return None


def evaluate(text):
    try:
        value = gdb.parse_and_eval(text)
        return int(value.cast(gdb.lookup_type("unsigned long"))
                   if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR
                   else value)
    except gdb.error as error:
        raise gdb.GdbError(str(error))


class Command(gdb.Command):
    """The caches of libslab: slab caches, whatis, live, check."""

    def __init__(self):
        super().__init__("slab", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Caches(gdb.Command):
    """slab caches [PATTERN]: one line a cache, as slabstat(1) shows it."""

    def __init__(self):
        super().__init__("slab caches", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        print("%-20s %8s %10s %10s %10s %7s %12s %6s %6s" % (
            "CACHE", "SIZE", "LIVE", "FREE", "PEAK", "SLABS", "TOUCHED",
            "LOST%", "FAIL"))
        for cache in sorted(Registry().caches(), key=Cache.touched,
                            reverse=True):
            if argument and not fnmatch.fnmatchcase(cache.name, argument):
                continue
            touched = cache.touched()
            used = cache.live() * cache.get("size")
            lost = max(0, 100 - 100 * used / touched) if touched else 0
            print("%-20s %8d %10d %10d %10d %7d %12d %6.1f %6d" % (
                cache.name[:64], cache.get("size"), cache.live(),
                cache.cached(), cache.get("peak"), cache.get("slabs"),
                touched, lost, cache.get("failures")))


class WhatIs(gdb.Command):
    """slab whatis EXPRESSION: the object around an address."""

    def __init__(self):
        super().__init__("slab whatis", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("slab whatis needs an address")
        address = evaluate(argument)
        found = find(address)
        if found is None:
            print("0x%x is in no slab" % address)
            return
        cache, slab, index = found
        if index is None:
            print("%s: 0x%x is in a slab, but in no object" % (
                cache.name, address))
            return
        start = slab.first + index * slab.stride
        print("%s: object at 0x%x, +%d, %s" % (
            cache.name, start, address - start, slab.state(index)))


class Live(gdb.Command):
    """slab live CACHE [N]: the addresses of its live objects, N at most."""

    def __init__(self):
        super().__init__("slab live", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if not 1 <= len(words) <= 2 or (
                len(words) == 2 and not words[1].isdigit()):
            raise gdb.GdbError("usage: slab live CACHE [N]")
        most = int(words[1]) if len(words) == 2 else None
        found = False
        for cache in Registry().caches():
            if cache.name == words[0]:
                found = True
                self.print_live(cache, most)
        if not found:
            raise gdb.GdbError("there is no cache of the name %s" % words[0])

    @staticmethod
    def print_live(cache, most):
        count = 0
        for slab in cache.slabs():
            for address in slab.objects_in_use():
                if cache.is_round(address):
                    continue
                if most is None or count < most:
                    print("0x%x" % address)
                count += 1
        print("%d live" % count)


class Check(gdb.Command):
    """slab check: whether slabs, bits and counts agree (I1, I4, I5, I8)."""

    def __init__(self):
        super().__init__("slab check", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        good = True
        for cache in Registry().caches():
            try:
                fault = self.fault_of(cache)
            except gdb.GdbError as error:
                fault = str(error)
            if fault:
                good = False
                print("cache %s: %s" % (cache.name, fault))
        if good:
            print("all is well")

    @staticmethod
    def fault_of(cache):
        slabs = in_use = carved = full = empty = 0
        for slab in cache.slabs():
            used = slab.get("slab_in_use")
            if used + slab.count_free() != slab.carved:
                return ("the slab at 0x%x has other free bits than free "
                        "objects (I1)" % slab.address)
            slabs += 1
            in_use += used
            carved += slab.carved
            full += used == cache.get("objects")
            empty += used == 0
        if (slabs, in_use, carved) != tuple(
                cache.get(name) for name in ("slabs", "in_use", "carved")):
            return "the counts do not agree with the slabs (I5)"
        if (full, empty) != (cache.get("full"), cache.get("empty")):
            return "the lists do not agree with the slabs (I4)"
        for address in cache.rounds():
            if not any(slab.holds(address) for slab in cache.slabs()):
                return "the magazine holds 0x%x, which is no object (I8)" % \
                    address
        return None


class CacheOf(gdb.Function):
    """$_slab_cache(ADDRESS): the name of the cache around it, or ""."""

    def __init__(self):
        super().__init__("_slab_cache")

    def invoke(self, address):
        found = find(int(address))
        return found[0].name if found else ""


class ObjectOf(gdb.Function):
    """$_slab_object(ADDRESS): the first byte of the object around it, or 0."""

    def __init__(self):
        super().__init__("_slab_object")

    def invoke(self, address):
        found = find(int(address))
        if not found or found[2] is None:
            return 0
        return found[1].first + found[2] * found[1].stride


Command()
Caches()
WhatIs()
Live()
Check()
CacheOf()
ObjectOf()
