#!/usr/bin/env python3
"""Step 2 of 2: trains the static vectors and writes the blob that the crate carries.

  train.py OUT_DIR BLOB [--pieces 14000] [--dim 192] [--ridge 1.0]

OUT_DIR is what embed.py wrote. A text's vector is the sum of its pieces' vectors; the pieces'
vectors are found by ridge regression onto the teacher's vectors of the training texts, solved by
conjugate gradients, starting from the principal components of the teacher's single tokens. The blob is
int4 with one scale per 32 weights; its layout is described in crates/core/src/classify/vectors.rs.
"""
import argparse
import collections
import os
import struct
import sys

import numpy
import scipy.sparse
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

GROUP = 32


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out_dir")
    parser.add_argument("blob")
    parser.add_argument("--pieces", type=int, default=14_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--ridge", type=float, default=1.0)
    parser.add_argument("--steps", type=int, default=60)
    return parser.parse_args()


def tokenizer(pieces):
    """BERT's normalisation and greedy longest match over the given pieces."""
    vocabulary = {piece: i for i, piece in enumerate(["[UNK]", *pieces])}
    wordpiece = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=40))
    wordpiece.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return wordpiece


def is_kept(piece):
    """Latin letters, digits and the signs of ASCII: the vectors are for English."""
    return piece.removeprefix("##").isascii() and not piece.startswith("[")


def choose(texts, vocabulary, wanted):
    """The pieces that the texts use most, and every letter and digit."""
    full = tokenizer([p for p in vocabulary if is_kept(p)])
    counts = collections.Counter()
    for start in range(0, len(texts), 8192):
        for encoding in full.encode_batch(texts[start : start + 8192], add_special_tokens=False):
            counts.update(set(encoding.tokens))
    letters = [c for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
    base = [p for p in [*letters, *("##" + c for c in letters)] if p in set(vocabulary)]
    rest = [p for p, _ in counts.most_common() if p != "[UNK]" and p not in set(base)]
    return sorted([*base, *rest[: wanted - len(base)]])


def matrix(texts, wordpiece, pieces):
    rows, columns = [], []
    for start in range(0, len(texts), 8192):
        batch = wordpiece.encode_batch(texts[start : start + 8192], add_special_tokens=False)
        for i, encoding in enumerate(batch):
            ids = [t - 1 for t in encoding.ids if t > 0]
            rows.extend([start + i] * len(ids))
            columns.extend(ids)
    ones = numpy.ones(len(rows), dtype=numpy.float32)
    counts = scipy.sparse.csr_matrix((ones, (rows, columns)), shape=(len(texts), len(pieces)))
    lengths = numpy.maximum(numpy.asarray(counts.sum(axis=1)).ravel(), 1)
    # Between sum and mean: the teacher's vectors have unit length whatever the length of the text.
    return scipy.sparse.diags(1 / numpy.sqrt(lengths)) @ counts


def solve(counts, targets, start, ridge, steps):
    """Conjugate gradients on (CᵀC + ridge·I) E = CᵀT + ridge·start, all columns together."""
    def apply(e):
        return counts.T @ (counts @ e) + ridge * e

    e = start.copy()
    residual = counts.T @ targets + ridge * start - apply(e)
    direction, norm = residual.copy(), (residual**2).sum(axis=0)
    for _ in range(steps):
        applied = apply(direction)
        alpha = norm / numpy.maximum((direction * applied).sum(axis=0), 1e-12)
        e += alpha * direction
        residual -= alpha * applied
        fresh = (residual**2).sum(axis=0)
        direction = residual + (fresh / numpy.maximum(norm, 1e-12)) * direction
        norm = fresh
    return e


def unit(vectors):
    return vectors / numpy.maximum(numpy.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


# Scales that are told apart.
STEPS = 64


def quantise(vectors):
    groups = vectors.reshape(len(vectors), -1, GROUP)
    wanted = numpy.maximum(numpy.abs(groups).max(axis=2) / 7, 1e-8).astype(numpy.float32)
    # 64 equal ratios from the least to the greatest: finer ones, and half floats, ranked texts no better.
    least = wanted.min()
    ratio = numpy.float32((wanted.max() / least) ** (1 / (STEPS - 1)))
    steps = numpy.cumprod(numpy.concatenate([[least], numpy.full(STEPS - 1, ratio)]), dtype=numpy.float32)
    scales = numpy.abs(wanted[:, :, None] - steps).argmin(axis=2).astype(numpy.uint8)
    safe = steps[scales]
    codes = numpy.clip(numpy.rint(groups / safe[:, :, None]), -8, 7).astype(numpy.int8)
    back = (codes * safe[:, :, None]).reshape(vectors.shape)
    return codes.reshape(vectors.shape), (least, ratio, scales), back


def main():
    args = arguments()
    read = lambda name: os.path.join(args.out_dir, name)
    with open(read("vocab.txt"), encoding="utf-8") as file:
        vocabulary = file.read().split("\n")[:-1]
    teacher = numpy.load(read("texts.npy")).astype(numpy.float32)
    with open(read("texts.txt"), encoding="utf-8") as file:
        texts = file.read().split("\n")[: len(teacher)]
    tokens = numpy.load(read("tokens.npy")).astype(numpy.float32)

    pieces = choose(texts, vocabulary, args.pieces)
    counts = matrix(texts, tokenizer(pieces), pieces).tocsr()

    mean = teacher.mean(axis=0)
    _, _, axes = numpy.linalg.svd(teacher[:60_000] - mean, full_matrices=False)
    axes = axes[: args.dim].T
    targets = unit(teacher @ axes)
    place = {piece: i for i, piece in enumerate(vocabulary)}
    begin = unit(tokens[[place[p] for p in pieces]] @ axes) * 0.3

    held = len(texts) // 50
    train, test = counts[held:], counts[:held]
    vectors = solve(train, targets[held:], begin, args.ridge, args.steps)
    codes, (least, ratio, scales), back = quantise(vectors)
    for name, e in (("start", begin), ("trained", vectors), ("int4", back)):
        cosine = (unit(test @ e) * targets[:held]).sum(axis=1).mean()
        print(f"{name}: mean cosine to the teacher on {held} held-out texts {cosine:.4f}", file=sys.stderr)

    # What every text has in common says nothing about any of them.
    sample = unit(counts[:: max(1, len(texts) // 40_000)] @ back)
    centre = sample.mean(axis=0)
    _, _, main_axes = numpy.linalg.svd(sample - centre, full_matrices=False)
    with open(args.blob, "wb") as out:
        out.write(b"AWV2" + struct.pack("<HHIff", args.dim, GROUP, len(pieces), least, ratio))
        out.write(centre.astype("<f4").tobytes() + main_axes[0].astype("<f4").tobytes())
        names = [p.encode() for p in pieces]
        out.write(bytes(len(n) for n in names) + b"".join(names))
        out.write(scales.tobytes())
        low, high = codes[:, 0::2] & 15, codes[:, 1::2] & 15
        out.write((low | (high << 4)).astype(numpy.uint8).tobytes())


main()
