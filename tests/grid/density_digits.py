#!/usr/bin/env python3
"""Log densities and the special functions beside them, with their first derivatives, by mpmath, for densities.cpp.

density_digits.py OUTPUT writes a line for each function and point:
    double function x ... | value d ... | k ...
x is exact (hexadecimal), the rest has 22 digits. d is nan for a count, which has no derivative. k is the sum of the condition
numbers of what stands in the same place before it.
"""
import math
import random
import sys

from mpmath import inf, mp, mpf

from oracle import rounded, text

H = mpf(10) ** -40
lg = mp.loggamma


def binomial(x, n, p):
    return lg(n + 1) - lg(x + 1) - lg(n - x + 1) + (x * mp.log(p) if x else 0) + ((n - x) * mp.log(1 - p) if n != x else 0)


def negative_binomial(x, r, m):
    return lg(x + r) - lg(r) - lg(x + 1) - r * mp.log(1 + m / r) + (x * mp.log(m / (r + m)) if x else 0)


# name: (f, a letter for each argument: r real, + positive, u in (0, 1), c a count, n a count's limit, - negative)
FUNCTIONS = {
    "log1mexp": (lambda x: mp.log(1 - mp.exp(x)), "-"),
    "logaddexp": (lambda a, b: mp.log(mp.exp(a) + mp.exp(b)), "ss"),
    "lbeta": (lambda a, b: lg(a) + lg(b) - lg(a + b), "++"),
    "normal_lpdf": (lambda x, m, s: -((x - m) / s) ** 2 / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2, "rr+"),
    "student_t_lpdf": (lambda x, v: lg((v + 1) / 2) - lg(v / 2) - mp.log(v * mp.pi) / 2 - (v + 1) / 2 * mp.log(1 + x * x / v), "r+"),
    "exponential_lpdf": (lambda x, r: mp.log(r) - r * x, "++"),
    "gamma_lpdf": (lambda x, a, r: a * mp.log(r) + (a - 1) * mp.log(x) - r * x - lg(a), "g++"),
    "beta_lpdf": (lambda x, a, b: (a - 1) * mp.log(x) + (b - 1) * mp.log(1 - x) - lg(a) - lg(b) + lg(a + b), "u++"),
    "weibull_lpdf": (lambda x, k, s: mp.log(k / s) + (k - 1) * mp.log(x / s) - (x / s) ** k, "wk+"),
    "poisson_lpmf": (lambda x, m: (x * mp.log(m) if x else 0) - m - lg(x + 1), "c+"),
    "binomial_lpmf": (binomial, "bnu"),
    "neg_binomial_lpmf": (negative_binomial, "c++"),
}


def scale(draw, low, high):
    """A number, by exponent over [10^low, 10^high]."""
    return 10.0 ** draw.uniform(low, high)


def point(letters, draw):
    """Arguments of every scale; at half of the points x is close to where the density is largest."""
    x = {}
    for k, letter in enumerate(letters):
        if letter in "r":
            x[k] = draw.choice((1, -1)) * scale(draw, -3, 3)
        elif letter == "s":
            x[k] = draw.uniform(-150, 150) if draw.random() < 0.5 else draw.uniform(-3, 3)
        elif letter == "-":
            x[k] = -scale(draw, -12, 2)
        elif letter == "u":
            x[k] = draw.choice((draw.random(), scale(draw, -8, -0.31), 1 - scale(draw, -8, -0.31)))
        elif letter == "k":
            x[k] = scale(draw, -1, 1)
        elif letter in "+gw":
            x[k] = scale(draw, -4, draw.choice((1, 8)))
        elif letter in "cn":
            x[k] = float(draw.choice((0, 1, draw.randint(0, 20), int(scale(draw, 0, 10)))))
    near = draw.random() < 0.5
    if letters == "g++" and near:
        x[0] = x[1] / x[2] * (1 + draw.gauss(0, 1) / math.sqrt(x[1] + 1)) if x[1] > 10 else x[1] / x[2]
    if letters == "wk+":
        x[0] = x[2] * scale(draw, -1, 0.3)
    if letters == "u++" and near:
        x[0] = x[1] / (x[1] + x[2])
    if letters == "c+" and near:
        x[1] = max(0.3, x[0] + draw.gauss(0, 1) * math.sqrt(x[0]))
    if letters == "c++" and near:
        x[2] = max(0.3, x[0] + draw.gauss(0, 1) * math.sqrt(x[0]))
    if letters == "bnu":
        x[0] = float(draw.randint(0, int(x[1])))
        if near and x[1]:
            x[2] = min(max(x[0] / x[1], 1e-8), 1 - 1e-8)
    x = [abs(x[k]) if letters[k] in "g+" else x[k] for k in range(len(letters))]
    return [rounded(v, "double") for v in x]


def slope(f, x, j):
    """By central differences in so many digits that 50 of them are right."""
    up, down = list(x), list(x)
    h = H * (abs(x[j]) if x[j] else 1)
    up[j], down[j] = x[j] + h, x[j] - h
    return (f(*up) - f(*down)) / (2 * h)


def condition(f, x, moving):
    y = f(*x)
    return sum(abs(x[j] * slope(f, x, j) / y) for j in moving) if y else mpf(0)


def main():
    mp.prec = 1000
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for name, (f, letters) in FUNCTIONS.items():
            draw = random.Random(name)
            moving = [k for k, letter in enumerate(letters) if letter not in "cbn"]
            for _ in range(120):
                given = point(letters, draw)
                if any(v in (0, 1) for v, letter in zip(given, letters) if letter == "u"):
                    continue
                x = [mpf(v) for v in given]
                y, k = [f(*x)], [condition(f, x, moving)]
                for j in range(len(x)):
                    by_j = lambda *at, j=j: slope(f, list(at), j)
                    y.append(by_j(*x) if j in moving else None)
                    k.append(condition(by_j, x, moving) if j in moving else mpf(0))
                print("double", name, *[v.hex() for v in given], "|", *map(text, y), "|", *[mp.nstr(v, 6) for v in k], file=out)


main()
