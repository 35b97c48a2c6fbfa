#!/usr/bin/env python3
"""Incomplete gamma and beta functions, Bessel functions and their derivatives by mpmath, for integrals.cpp.

integral_digits.py OUTPUT writes a line for each function and point:
    double function x ... | value d ... | k ...
x is exact (hexadecimal), the rest has 22 digits. k is the sum of the condition numbers of what stands in the same place
before it. Derivatives of the integrals by their parameters are central differences in so many digits that 25 are right.
"""
import math
import random
import sys

from mpmath import mp, mpf

from oracle import rounded, text


def slope(f, k, step=mpf(10) ** -14):
    """The derivative of f by its argument k."""
    def derivative(*x):
        h = step * (min(x[k], 1 - x[k]) if f.is_beta and k == 2 else x[k])
        up, down = list(x), list(x)
        up[k], down[k] = x[k] + h, x[k] - h
        return (f(*up) - f(*down)) / (2 * h)
    derivative.is_beta = f.is_beta
    return derivative


def function(f, is_beta=False):
    g = lambda *x: f(*x)
    g.is_beta = is_beta
    return g


def lower_gamma(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def upper_gamma(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True)


def lower_beta(a, b, x):
    return mp.betainc(a, b, 0, x, regularized=True)


def upper_beta(a, b, x):
    return mp.betainc(b, a, 0, 1 - x, regularized=True)


def gamma_density(a, x):
    return mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))


def beta_density(a, b, x):
    return mp.exp((a - 1) * mp.log(x) + (b - 1) * mp.log(1 - x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))


# By the smaller tail, whose digits do not cancel.
def moving_gamma(a, x):
    return lower_gamma(a, x) if x < a else -upper_gamma(a, x)


def moving_beta(a, b, x):
    return lower_beta(a, b, x) if x * (a + b) < a else -upper_beta(a, b, x)


def in_scale(draw, low, high):
    return 10.0 ** draw.uniform(low, high)


def shape(draw, most):
    low, high = draw.choice(((-10, 1), (-2, 2), (-2, 2), (1, most)))
    return in_scale(draw, low, high)


def gamma_point(draw):
    a = shape(draw, 5)
    x = draw.choice((abs(a + draw.gauss(0, 2) * math.sqrt(a + 0.1)), a * in_scale(draw, -2, 1), in_scale(draw, -8, 1.5)))
    return a, min(x, a + 30 * math.sqrt(a) + 100)


def beta_point(draw):
    a, b = shape(draw, 3), shape(draw, 3)
    mean = a / (a + b)
    x = draw.choice((mean + draw.gauss(0, 2) * math.sqrt(mean * (1 - mean) / (a + b + 1)), draw.random(),
                     in_scale(draw, -8, 0), 1 - in_scale(draw, -8, 0)))
    return a, b, x if 0 < x < 1 else draw.random()


def second_kind_point(draw):
    order = draw.choice((in_scale(draw, -3, 1.3), in_scale(draw, 1, 2.3), draw.randint(1, 9) / 2))
    return order, draw.choice((in_scale(draw, -5, 2.5), order * draw.uniform(0.5, 2)))


def far(most):
    return lambda draw: (in_scale(draw, draw.choice((-5, -1)), most),)


def first_kind(f, order, slopes=0):
    """f of this order, or its derivative, which mpmath knows."""
    return lambda x: f(order, x, slopes)


GAMMA, BETA = function(moving_gamma), function(moving_beta, True)
SECOND = function(mp.besselk)
FAR = {"j": far(4), "i": far(2.7)}
# name: (f, its derivatives by each argument, points, how many)
FUNCTIONS = {
    "gamma_p": (lower_gamma, [slope(GAMMA, 0), gamma_density], gamma_point, 120),
    "gamma_q": (upper_gamma, [lambda a, x: -slope(GAMMA, 0)(a, x), lambda a, x: -gamma_density(a, x)], gamma_point, 120),
    "ibeta": (lower_beta, [slope(BETA, 0), slope(BETA, 1), beta_density], beta_point, 60),
    "ibetac": (upper_beta, [lambda *x: -slope(BETA, 0)(*x), lambda *x: -slope(BETA, 1)(*x), lambda *x: -beta_density(*x)], beta_point, 60),
    "bessel_k": (SECOND, [slope(SECOND, 0), slope(SECOND, 1)], second_kind_point, 120),
}


def add_slopes(name, f, arguments, point, count):
    for k, argument in enumerate(arguments):
        g = beta_density if argument == "x" and f is BETA else gamma_density if argument == "x" and f is GAMMA else slope(f, k)
        g = function(g, f.is_beta)
        FUNCTIONS[f"{name}_{argument}"] = (g, [slope(g, i) for i in range(len(arguments))], point, count)


add_slopes("gamma_p", GAMMA, ("a", "x"), gamma_point, 120)
add_slopes("ibeta", BETA, ("a", "b", "x"), beta_point, 45)
add_slopes("bessel_k", SECOND, ("nu", "x"), second_kind_point, 100)
for letter, bessel in (("j", mp.besselj), ("i", mp.besseli)):
    for order in ("0", "0.3", "2.5", "30"):
        FUNCTIONS[f"bessel_{letter}_{order}"] = (
            first_kind(bessel, float(order)), [first_kind(bessel, float(order), 1)], FAR[letter], 100)
    FUNCTIONS[f"bessel_{letter}_2.5_x"] = (first_kind(bessel, 2.5, 1), [first_kind(bessel, 2.5, 2)], FAR[letter], 100)


def condition(f, x, y):
    """The sum of |x_k / y dy / dx_k|, by one-sided differences: an order of magnitude will do."""
    h = mpf(10) ** -8
    total = mpf(0)
    for k in range(len(x)):
        moved = list(x)
        moved[k] = x[k] * (1 + (h if x[k] * (1 + h) < 1 or x[k] > 1 else -h))
        total += abs((f(*moved) / y - 1) / h)
    return total


def main():
    mp.prec = 260
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for name, (f, slopes, point, count) in FUNCTIONS.items():
            draw = random.Random(name)
            for _ in range(count):
                given = [rounded(v, "double") for v in point(draw)]
                x = [mpf(v) for v in given]
                try:
                    y = [g(*x) for g in (f, *slopes)]
                    k = [condition(g, x, v) if v and abs(v) > 1e-300 else mpf(0) for g, v in zip((f, *slopes), y)]
                except mp.NoConvergence:
                    continue  # mpmath has no digits there
                y = [v if abs(v) > 1e-290 else mpf(0) for v in y]  # of less, denormal numbers have part
                print("double", name, *[v.hex() for v in given], "|", *map(text, y), "|", *[mp.nstr(v, 6) for v in k], file=out)


main()
