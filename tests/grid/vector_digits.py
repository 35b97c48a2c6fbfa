#!/usr/bin/env python3
"""Functions of vectors of mixed scale and their gradients by mpmath, for vectors.cpp.

vector_digits.py OUTPUT writes a line for each function, type and point:
    type function x ... | value gradient ... | k ...
of a number made of f(x): f(x) itself, or the sum of its entries times w = 1, 5/4, 3/2, ... k are the condition numbers
of the value and the gradient's entries, the sum over j of (|x_j dy / dx_j| + |w_j dy / dw_j|) / |y|, and where TERMS
has the terms that y is a sum of, of their sizes over |y|.
"""
import math
import random
import sys

from mpmath import mp, mpf

from oracle import TYPES, rounded, settled, text


moved_weight = None  # its number, for condition numbers


def weights(x):
    return [(1 + mpf(j) / 4) * (1 + mpf(2) ** -100 if j == moved_weight else 1) for j in range(len(x))]


def dot(a, b):
    return mp.fsum(p * q for p, q in zip(a, b))


def softmax(x):
    top = max(x)
    e = [mp.exp(v - top) for v in x]
    return [v / mp.fsum(e) for v in e]


def logsumexp(x):
    return max(x) + mp.log(mp.fsum(mp.exp(v - max(x)) for v in x))


def length(x):
    return mp.sqrt(dot(x, x))


def deviations(x):
    mean = mp.fsum(x) / len(x)
    return [v - mean for v in x]


def spread(x, n):
    return mp.sqrt(dot(deviations(x), deviations(x)) / n)


def less_one(n):
    return max(n - 1, 1)


def others(x, i):
    return mp.fprod(x[:i] + x[i + 1:])


# name: (value, entry i of the gradient, scales)
FUNCTIONS = {
    "logsumexp": (logsumexp, lambda x, i: softmax(x)[i], "scores"),
    "softmax": (lambda x: dot(weights(x), softmax(x)),
                lambda x, i: softmax(x)[i] * (weights(x)[i] - dot(weights(x), softmax(x))), "scores"),
    "log_softmax": (lambda x: dot(weights(x), [v - logsumexp(x) for v in x]),
                    lambda x, i: weights(x)[i] - softmax(x)[i] * mp.fsum(weights(x)), "scores"),
    "norm": (length, lambda x, i: x[i] / length(x), "any"),
    "normalise": (lambda x: dot(weights(x), x) / length(x),
                  lambda x, i: (weights(x)[i] - dot(weights(x), x) / length(x) * x[i] / length(x)) / length(x), "any"),
    "stddev": (lambda x: spread(x, less_one(len(x))),
               lambda x, i: deviations(x)[i] / (less_one(len(x)) * spread(x, less_one(len(x)))), "any"),
    "stddev_by_n": (lambda x: spread(x, len(x)), lambda x, i: deviations(x)[i] / (len(x) * spread(x, len(x))), "any"),
    "var": (lambda x: spread(x, less_one(len(x))) ** 2, lambda x, i: 2 * deviations(x)[i] / less_one(len(x)), "any"),
    "mean": (lambda x: mp.fsum(x) / len(x), lambda x, i: mpf(1) / len(x), "any"),
    "prod": (mp.fprod, others, "moderate"),
}


def terms_of_normalise(x, i):
    unit = [v / length(x) for v in x]
    return (weights(x)[i] + abs(unit[i]) * mp.fsum(w * abs(u) for w, u in zip(weights(x), unit))) / length(x)


TERMS = {"normalise": terms_of_normalise}


def draw_vector(kind, scales, draw):
    bits, low, high = TYPES[kind]
    n = draw.randint(2, 9)
    way = draw.randrange(4)
    sign = lambda: draw.choice((1, -1))
    if scales == "scores":
        most = 600 if bits > 30 else 80
        width = draw.choice((1e-6, 1, 10, most))
        x = [draw.uniform(-width, width) for _ in range(n)]
    else:
        middle = draw.randint(low - bits + 40, high - 8) if scales == "any" else 0
        reach = (0, 3, 40, high)[way] if scales == "any" else 8
        x = [sign() * math.ldexp(1 + draw.random(), min(max(middle + draw.randint(-reach, reach), low - bits + 2), high - 8))
             for _ in range(n)]
        if way == 0:
            x = [x[0] * (1 + v / x[0] * 2.0 ** -draw.randint(1, bits // 2)) if x[0] else v for v in x]
    return [rounded(v, kind) for v in x]


def conditions(functions, x, y, is_weighted):
    global moved_weight
    k = [0] * len(y)
    with mp.workprec(400):
        at = [mpf(v) for v in x]
        before = [f(*at) for f in functions]
        for j in range(len(x)):
            for moved_weight in (None, j) if is_weighted else (None,):
                moved = list(at)
                if moved_weight is None:
                    moved[j] *= 1 + mpf(2) ** -100
                for i, f in enumerate(functions):
                    if y[i] != 0:
                        k[i] += abs((f(*moved) - before[i]) / y[i]) * mpf(2) ** 100
        moved_weight = None
    return k


def main():
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for kind in TYPES:
            for name, (value, gradient, scales) in FUNCTIONS.items():
                draw = random.Random(name)
                for _ in range(350):
                    x = draw_vector(kind, scales, draw)
                    functions = [lambda *v: value(list(v))]
                    functions += [lambda *v, i=i: gradient(list(v), i) for i in range(len(x))]
                    if name.startswith(("stddev", "var")) and len(set(x)) == 1:
                        continue
                    y = [settled(f, x) for f in functions]
                    if name in TERMS:
                        with mp.workprec(400):
                            at = [mpf(v) for v in x]
                            sizes = [0] + [TERMS[name](at, i) / abs(y[1 + i]) for i in range(len(x))]
                    else:
                        sizes = [0] * len(y)
                    k = conditions(functions, x, y, name in ("softmax", "log_softmax", "normalise"))
                    k = [max(a, b) for a, b in zip(k, sizes)]
                    print(kind, name, *[v.hex() for v in x], "|", *map(text, y), "|", *[mp.nstr(mpf(v), 6) for v in k],
                          file=out)


main()
