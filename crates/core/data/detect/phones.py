#!/usr/bin/env python3
"""Writes phones.txt beside this file, from Google's libphonenumber metadata (Apache-2.0) as PyPI's `phonenumbers` carries it.

A line a region: ISO 3166-1 code, country calling code, international prefix, trunk prefixes (`-` for none), what completes a local
number, that number's length and first digits (`-` for none), then the lengths of national numbers, each with the digits that they
may begin with.

    phones.py --examples

prints the metadata's example numbers: region, E.164, national and international writing, between tabs.
"""
import pathlib
import re
import re._parser as sre
import sys

import phonenumbers

PREFIXES = ("00", "011", "0011", "010", "001", "810", "8~10", "119", "009", "99", "000")


def walk(pattern):
    """All (length, first digit) of what a pattern matches, by walking the pattern: digits only, as the metadata writes it."""

    def step(items, states):
        for op, arg in items:
            states = apply(op, arg, states)
        return states

    # A state is (length so far, first digit or None); patterns are short, so sets stay small.
    def apply(op, arg, states):
        name = str(op)
        if name == "LITERAL":
            return {(n + 1, chr(arg) if n == 0 else f) for n, f in states}
        if name == "IN":
            digits = set()
            for kind, value in arg:
                if str(kind) == "RANGE":
                    digits.update(chr(c) for c in range(value[0], value[1] + 1))
                elif str(kind) == "LITERAL":
                    digits.add(chr(value))
                elif str(kind) == "CATEGORY":
                    digits.update("0123456789")
            return {(n + 1, d) if n == 0 else (n + 1, f) for n, f in states for d in (digits if n == 0 else "0")}
        if name == "SUBPATTERN":
            return step(arg[3], states)
        if name == "BRANCH":
            return set().union(*(step(b, states) for b in arg[1]))
        if name == "MAX_REPEAT":
            low, high, items = arg
            out, now = set(), states
            for n in range(int(high) + 1 if int(high) < 20 else 20):
                if n >= low:
                    out |= now
                now = step(items, now)
            return out
        raise ValueError(name)

    return step(sre.parse(pattern), {(0, None)})


def trunks(meta):
    """The trunk prefixes, longest first, where they are plain digits or a few alternatives."""
    parsing = meta.national_prefix_for_parsing or ""
    if re.fullmatch(r"[\d|?\[\]]+", parsing):
        return "/".join(p for p in ("80", "06", "8", "1", "0") if re.fullmatch(parsing, p))
    return meta.national_prefix or ""


def insertion(meta):
    """NANP islands and the like: a local number is completed by an area code."""
    rule = re.fullmatch(r"(\d+)\\1", meta.national_prefix_transform_rule or "")
    local = re.match(r"^\(([^()]*)\)\$", meta.national_prefix_for_parsing or "")
    if not rule or not local or rule.group(1) == "9":
        return "-"
    (n, firsts), = first_digits(local.group(1)).items()
    return f"{rule.group(1)}:{n}:{digits(firsts)}"


def first_digits(pattern):
    by_length = {}
    for n, first in walk(pattern):
        by_length.setdefault(n, set()).add(first)
    return by_length


def digits(ds):
    return "".join(sorted(ds))


def examples():
    kinds = phonenumbers.PhoneNumberType.values()
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in kinds:
            number = phonenumbers.example_number_for_type(region, kind)
            if number:
                forms = ("E164", "NATIONAL", "INTERNATIONAL")
                written = [phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, f)) for f in forms]
                print(region, *written, sep="\t")


if "--examples" in sys.argv:
    examples()
    sys.exit()

lines = []
for region in sorted(phonenumbers.SUPPORTED_REGIONS):
    meta = phonenumbers.PhoneMetadata.metadata_for_region(region)
    idd = next((p for p in PREFIXES if re.fullmatch(meta.international_prefix or "00", p)), "00").replace("~", "")
    by_length = first_digits(meta.general_desc.national_number_pattern)
    possible = set(meta.general_desc.possible_length)
    spans = " ".join(f"{n}:{digits(f)}" for n, f in sorted(by_length.items()) if n in possible)
    lines.append(f"{region} {meta.country_code} {idd} {trunks(meta) or '-'} {insertion(meta)} {spans}")
version = phonenumbers.__version__
head = f"# libphonenumber metadata {version}, Copyright (C) The Libphonenumber Authors, Apache-2.0; made by phones.py\n"
(pathlib.Path(__file__).parent / "phones.txt").write_text(head + "\n".join(lines) + "\n")
print(len(lines), "regions of", version)
