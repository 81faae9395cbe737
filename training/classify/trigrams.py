#!/usr/bin/env python3
"""Writes the letter trigrams by which languages of the Latin script are told apart.

  trigrams.py TEXT_DIR OUT [--each 400]

TEXT_DIR holds en.txt and multilingual/LANG.txt. A trigram's weight for a language is the logarithm of
how much likelier it is there than in the mean of all; the strongest --each per language are kept.
Standard library only.
"""
import argparse
import collections
import math
import os
import random
import unicodedata

LANGUAGES = ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "sv"]


def words(text):
    """Lower-case words, each between spaces; diacritics stay, for they tell much."""
    text = unicodedata.normalize("NFC", text).lower()
    return ("".join(c if c.isalpha() else " " for c in text)).split()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text_dir")
    parser.add_argument("out")
    parser.add_argument("--each", type=int, default=400)
    args = parser.parse_args()
    chooser = random.Random(7)
    shares = {}
    for language in LANGUAGES:
        name = "en.txt" if language == "en" else f"multilingual/{language}.txt"
        with open(os.path.join(args.text_dir, name), encoding="utf-8") as file:
            lines = file.read().split("\n")
        chooser.shuffle(lines)
        counts = collections.Counter()
        for line in lines[:12_000]:
            for word in words(line):
                padded = f" {word} "
                counts.update(padded[i : i + 3] for i in range(len(padded) - 2))
        total = sum(counts.values())
        shares[language] = {t: n / total for t, n in counts.items() if n >= 20}
    with open(args.out, "w", encoding="utf-8") as out:
        out.write("# Made by training/classify/trigrams.py: language | trigram and weight in tenths, _ is a word's edge\n")
        for language, own in shares.items():
            scored = []
            for trigram, share in own.items():
                mean = sum(other.get(trigram, 0) for other in shares.values()) / len(shares)
                weight = math.log(share / mean)
                if weight > 0.4:
                    scored.append((share * weight, trigram, weight))
            best = sorted(scored, reverse=True)[: args.each]
            items = " ".join(f"{t.replace(' ', '_')}{round(w * 10)}" for _, t, w in sorted(best, key=lambda b: b[1]))
            out.write(f"{language} | {items}\n")


main()
