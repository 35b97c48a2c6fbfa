#!/usr/bin/env python3
"""Values, first and second derivatives of elementwise functions by mpmath, for elementwise.cpp.

elementwise_digits.py OUTPUT writes a line for each function, type and point:
    type function x | value d1 d2 | k0 k1 k2                          of one operand
    type function a b | value da db daa dab dbb | k ...               of two
x is exact (hexadecimal), the rest has 22 digits. k is the condition number |x f'(x) / f(x)| of what stands in
the same place before it, or 0 where the function is not in CONDITIONED.
"""
import math
import random
import sys

from mpmath import inf, mp, mpf

from oracle import TYPES, rounded, settled, text


def within(x):
    """x where exp(x) is neither 0 nor infinite in any type, or beyond: mpmath takes long over exp(1e300)."""
    return max(min(x, mpf(3000)), mpf(-3000))


def exp(x):
    return mp.exp(within(x))


def sech(x):
    return 1 / mp.cosh(within(x))


def sinh(x):
    return mp.sinh(within(x))


def cosh(x):
    return mp.cosh(within(x))


def tanh(x):
    return mp.tanh(within(x))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def density(x):
    return exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def norminv(p):
    """By Newton's method on log(Phi(-z)), which is concave, for the smaller tail."""
    r = min(p, 1 - p)
    if r == 0.5:
        return mpf(0)
    z = mp.sqrt(-2 * mp.log(r))
    while True:
        tail = mp.erfc(z / mp.sqrt(2)) / 2
        step = (mp.log(tail) - mp.log(r)) * tail / density(z)
        z += step
        if abs(step) <= mpf(2) ** (8 - mp.prec):
            return z if p > 0.5 else -z


def erfc(x):
    return mp.erfc(x) if abs(x) < 1000 else mpf(0 if x > 0 else 2)


def below(x):
    return erfc(-x / mp.sqrt(2)) / 2


def slope(x):
    return sigmoid(x) * sigmoid(-x)


def curve(x):
    return -slope(x) * mp.tanh(within(x / 2))


def gauss(x):
    return 2 / mp.sqrt(mp.pi) * exp(-x * x)


ln2, ln10 = (lambda: mp.log(2)), (lambda: mp.log(10))
one = lambda x: mpf(1)
zero = lambda x: mpf(0)
anywhere = lambda x: True
unit = lambda x: abs(x) <= 1
above_0 = lambda x: x >= 0

# name: (f, f', f'', domain, points of interest, f f' f'' at -inf, at inf); None: not compared there
FUNCTIONS = {
    "exp": (exp, exp, exp, anywhere, [709.78, -708.4, 88.7, -87.3], (0, 0, 0), (inf, inf, inf)),
    "expm1": (lambda x: mp.expm1(within(x)), exp, exp, anywhere, [-37, -17, 1], (-1, 0, 0), (inf, inf, inf)),
    "exp2": (lambda x: mpf(2) ** within(x), lambda x: ln2() * mpf(2) ** within(x), lambda x: ln2() ** 2 * mpf(2) ** within(x), anywhere,
             [1023, -1022, 127, -126], (0, 0, 0), (inf, inf, inf)),
    "exp10": (lambda x: mpf(10) ** within(x), lambda x: ln10() * mpf(10) ** within(x), lambda x: ln10() ** 2 * mpf(10) ** within(x),
              anywhere, [308, -307, 38, -37], (0, 0, 0), (inf, inf, inf)),
    "log": (mp.log, lambda x: 1 / x, lambda x: -1 / x**2, above_0, [1], None, (inf, 0, 0)),
    "log1p": (lambda x: mp.log(1 + x), lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2, lambda x: x >= -1,
              [-1, 1], None, (inf, 0, 0)),
    "log2": (lambda x: mp.log(x) / ln2(), lambda x: 1 / (x * ln2()), lambda x: -1 / (x**2 * ln2()), above_0, [1],
             None, (inf, 0, 0)),
    "log10": (lambda x: mp.log(x) / ln10(), lambda x: 1 / (x * ln10()), lambda x: -1 / (x**2 * ln10()), above_0,
              [1], None, (inf, 0, 0)),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), lambda x: -1 / (4 * x * mp.sqrt(x)), above_0, [1], None,
             (inf, 0, 0)),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2),
             lambda x: -2 * mp.sign(x) / (9 * mp.cbrt(abs(x)) ** 5), anywhere, [1], (-inf, 0, 0), (inf, 0, 0)),
    "square": (lambda x: x * x, lambda x: 2 * x, lambda x: mpf(2), anywhere, [1], (inf, -inf, 2), (inf, inf, 2)),
    "pow_2.5": (lambda x: x ** mpf(2.5), lambda x: mpf(2.5) * x ** mpf(1.5), lambda x: mpf(3.75) * mp.sqrt(x),
                above_0, [1], None, (inf, inf, inf)),
    "pow_-1": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3, anywhere, [1], (0, 0, 0), (0, 0, 0)),
    "pow_3": (lambda x: x**3, lambda x: 3 * x**2, lambda x: 6 * x, anywhere, [1], (-inf, inf, -inf),
              (inf, inf, inf)),
    "sin": (mp.sin, mp.cos, lambda x: -mp.sin(x), anywhere, [math.pi, math.pi / 2, -100 * math.pi], None, None),
    "cos": (mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x), anywhere, [math.pi, math.pi / 2, 22], None, None),
    "tan": (mp.tan, lambda x: 1 / mp.cos(x) ** 2, lambda x: 2 * mp.tan(x) / mp.cos(x) ** 2, anywhere,
            [math.pi, math.pi / 2, 11], None, None),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), lambda x: x / mp.sqrt(1 - x * x) ** 3, unit, [1, -1, 0.5],
             None, None),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), lambda x: -x / mp.sqrt(1 - x * x) ** 3, unit,
             [1, -1, 0.5], None, None),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2, anywhere, [1, -1],
             (-math.pi / 2, 0, 0), (math.pi / 2, 0, 0)),
    "sinh": (sinh, cosh, sinh, anywhere, [710.4, -710.4, 89.4], (-inf, inf, -inf), (inf, inf, inf)),
    "cosh": (cosh, sinh, cosh, anywhere, [710.4, -710.4, 89.4], (inf, -inf, inf), (inf, inf, inf)),
    "tanh": (tanh, lambda x: sech(x) ** 2, lambda x: -2 * tanh(x) * sech(x) ** 2, anywhere,
             [20, -20, 9, 354, 44], (-1, 0, 0), (1, 0, 0)),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), lambda x: -x / mp.sqrt(1 + x * x) ** 3, anywhere,
              [1, -1, 1e154, -1e19], (-inf, 0, 0), (inf, 0, 0)),
    "acosh": (mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), lambda x: -x / mp.sqrt(x * x - 1) ** 3, lambda x: x >= 1,
              [1, 2, 1e154, 1e19], None, (inf, 0, 0)),
    "atanh": (mp.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2, unit, [1, -1, 0.5], None,
              None),
    "sigmoid": (sigmoid, slope, curve, anywhere, [37.4, -37.4, 709, -709, 88], (0, 0, 0), (1, 0, 0)),
    "softplus": (lambda x: max(x, mpf(0)) + mp.log(1 + exp(-abs(x))), sigmoid, slope, anywhere, [37.4, -37.4, 709, -709, 88],
                 (0, 0, 0), (inf, 1, 0)),
    "relu": (lambda x: max(x, mpf(0)), lambda x: mpf(x > 0), zero, anywhere, [0.5], (0, 0, 0), (inf, 1, 0)),
    "leaky_relu": (lambda x: x if x > 0 else x / 4, lambda x: mpf(1) if x > 0 else mpf(0.25), zero, anywhere, [],
                   (-inf, 0.25, 0), (inf, 1, 0)),
    "elu": (lambda x: x if x > 0 else mp.expm1(within(x)), lambda x: mpf(1) if x > 0 else exp(x),
            lambda x: mpf(0) if x > 0 else exp(x), anywhere, [-40, -708], (-1, 0, 0), (inf, 1, 0)),
    "gelu": (lambda x: x * below(x), lambda x: below(x) + x * density(x), lambda x: (2 - x * x) * density(x),
             anywhere, [-0.7517916, math.sqrt(2), -math.sqrt(2), -37, 37, 8, -8], (0, 0, 0), (inf, 1, 0)),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * slope(x), lambda x: 2 * slope(x) + x * curve(x),
             anywhere, [-1.2784645, 2.3993572, -2.3993572, 37.4, -37.4, 709], (0, 0, 0), (inf, 1, 0)),
    "erf": (lambda x: mp.erf(x) if abs(x) < 1000 else mp.sign(x), gauss, lambda x: -2 * x * gauss(x), anywhere, [26, -26, 5.9, 9], (-1, 0, 0), (1, 0, 0)),
    "erfc": (erfc, lambda x: -gauss(x), lambda x: 2 * x * gauss(x), anywhere, [26, -26, 5.9, 9], (2, 0, 0),
             (0, 0, 0)),
    "lgamma": (lambda x: mp.re(mp.loggamma(x)), lambda x: mp.psi(0, x), lambda x: mp.psi(1, x),
               lambda x: x > -60 and (x > 0 or x != int(x)), [1, 2, 1.4616321, -2.457, -3.14], None,
               (inf, inf, 0)),
    "digamma": (lambda x: mp.psi(0, x), lambda x: mp.psi(1, x), lambda x: mp.psi(2, x),
                lambda x: x > -60 and (x > 0 or x != int(x)), [1, 2, 1.4616321, -0.5, -3.14], None, (inf, 0, 0)),
    "norminv": (norminv, lambda p: 1 / density(norminv(p)), lambda p: norminv(p) / density(norminv(p)) ** 2,
                lambda p: 0 < p < 1, [0.5, 0.25, 0.75, 1e-10, 1 - 1e-10], None, None),
    "abs": (abs, mp.sign, zero, anywhere, [1], (inf, -1, 0), (inf, 1, 0)),
}


def hypot(a, b):
    return mp.sqrt(a * a + b * b)


def off_origin(a, b):
    return a != 0 or b != 0


# name: (f, fa, fb, faa, fab, fbb, domain)
PAIRS = {
    "atan2": (mp.atan2, lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y),
              lambda y, x: -2 * x * y / (x * x + y * y) ** 2, lambda y, x: (y * y - x * x) / (x * x + y * y) ** 2,
              lambda y, x: 2 * x * y / (x * x + y * y) ** 2, off_origin),
    "hypot": (hypot, lambda a, b: a / hypot(a, b), lambda a, b: b / hypot(a, b),
              lambda a, b: b * b / hypot(a, b) ** 3, lambda a, b: -a * b / hypot(a, b) ** 3,
              lambda a, b: a * a / hypot(a, b) ** 3, off_origin),
    "division": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2, lambda a, b: mpf(0),
                 lambda a, b: -1 / b**2, lambda a, b: 2 * a / b**3, lambda a, b: b != 0),
    "xlogy": (lambda a, b: a * mp.log(b), lambda a, b: mp.log(b), lambda a, b: a / b, lambda a, b: mpf(0),
              lambda a, b: 1 / b, lambda a, b: -a / b**2, lambda a, b: b > 0),
    "power": (lambda a, b: a**b, lambda a, b: b * a ** (b - 1), lambda a, b: a**b * mp.log(a),
              lambda a, b: b * (b - 1) * a ** (b - 2), lambda a, b: a ** (b - 1) * (1 + b * mp.log(a)),
              lambda a, b: a**b * mp.log(a) ** 2, lambda a, b: a > 0 and b != 0 and abs(b) < 1e4),
}

# Where terms of opposite signs meet, or an argument is rounded before it is used (see the table of bounds); the third
# derivatives of those of one operand.
CONDITIONED = {
    "gelu": lambda x: (x**3 - 4 * x) * density(x),
    "silu": lambda x: 3 * curve(x) + x * slope(x) * (1 - 6 * slope(x)),
    "lgamma": lambda x: mp.psi(2, x),
    "digamma": lambda x: mp.psi(3, x),
    "power": None,
    "atan2": None,
}


def points(kind, interest, domain, draw):
    """More than 350, by exponent over the whole range, and close to each point of interest."""
    bits, low, high = TYPES[kind]
    some = []
    for exponent in range(low - bits + 1, high + 1, max(1, (high - low) // 110)):
        for sign in 1, -1:
            some.append(sign * math.ldexp(1 + draw.random(), exponent))
    for p in interest:
        some.append(p)
        for k in range(1, bits + 1, 3 if bits > 30 else 2):
            some += [p * (1 - math.ldexp(1 + draw.random(), -k)), p * (1 + math.ldexp(1 + draw.random(), -k))]
    some += [draw.uniform(-3, 3) for _ in range(100)] + [draw.uniform(-60, 60) for _ in range(60)]
    found = sorted({rounded(x, kind) for x in some})
    found = [x for x in found if math.isfinite(x) and x != 0 and domain(x)]
    while len(set(found)) < 360:  # poles are left out later
        x = rounded(math.ldexp(1 + draw.random(), draw.randint(-60 if bits > 30 else -30, 0)) * draw.choice((1, -1)),
                    kind)
        if domain(x):
            found.append(x)
        elif domain(1 - x):
            found.append(rounded(1 - x, kind))
    return sorted(set(found))


def condition(f, df, x):
    return abs(x * df / f) if f != 0 and x != 0 else mpf(0)


def of_one(kind, name, draw, write):
    f, d1, d2, domain, interest, at_minus, at_plus = FUNCTIONS[name]
    for x in points(kind, interest, domain, draw):
        poles = name in ("asin", "acos", "atanh") and abs(x) == 1 or (name, x) in (("log1p", -1), ("acosh", 1))
        if poles:
            continue
        y = [settled(g, [x]) for g in (f, d1, d2)]
        k = [0, 0, 0]
        if name in CONDITIONED:
            with mp.workprec(200):
                k = [condition(a, b, x) for a, b in zip(y, y[1:] + [CONDITIONED[name](mpf(x))])]
        write(kind, name, x.hex(), "|", *map(text, y), "|", *[mp.nstr(v, 6) for v in k])
    for x, y in ((-math.inf, at_minus), (math.inf, at_plus)):
        if y is not None:
            write(kind, name, x.hex(), "|", *map(text, y), "|", 0, 0, 0)
    if domain(0.0) and name not in ("log", "log2", "log10", "sqrt", "cbrt", "pow_-1", "lgamma", "digamma"):
        kinked = name in ("relu", "leaky_relu", "elu", "abs")
        y = [settled(f, [0.0])] + ([None, None] if kinked else [settled(g, [0.0]) for g in (d1, d2)])
        for x in 0.0, -0.0:
            write(kind, name, x.hex(), "|", *map(text, y), "|", 0, 0, 0)


def of_two(kind, name, draw, write):
    *functions, domain = PAIRS[name]
    bits, low, high = TYPES[kind]
    written = 0
    while written < 350:
        # A quarter each: any scale, both of one scale anywhere, close to each other, moderate.
        way = written % 4
        exponent = draw.randint(low - bits + 2, high - 1)
        other = draw.randint(low - bits + 2, high - 1) if way == 0 else exponent + draw.randint(-9, 9)
        if way == 3:
            exponent, other = draw.randint(-5, 5), draw.randint(-5, 5)
        x = []
        for e in exponent, other:
            e = min(max(e, low - bits + 1), high - 1)
            x.append(rounded(draw.choice((1, -1)) * math.ldexp(1 + draw.random(), e), kind))
        if way == 2:
            x[1] = rounded(x[0] * (1 + math.ldexp(draw.random(), -draw.randint(1, bits))), kind)
        if name == "power":
            x[0] = abs(x[0])
        if 0 in x or not all(map(math.isfinite, x)) or not domain(*x):
            continue
        y = [settled(f, x) for f in functions]
        k = [0] * 6
        if name in CONDITIONED:
            with mp.workprec(400):
                for i, f in enumerate(functions):
                    for j in 0, 1:
                        moved = [mpf(v) for v in x]
                        moved[j] *= 1 + mpf(2) ** -100
                        if y[i] != 0:
                            k[i] += abs((f(*moved) - f(*map(mpf, x))) / y[i]) * mpf(2) ** 100
        write(kind, name, *[v.hex() for v in x], "|", *map(text, y), "|", *[mp.nstr(mpf(v), 6) for v in k])
        written += 1


def main():
    with open(sys.argv[1], "w", encoding="ascii") as out:
        def write(*words):
            print(*words, file=out)

        for kind in TYPES:
            for name in FUNCTIONS:
                of_one(kind, name, random.Random(name), write)
            for name in PAIRS:
                of_two(kind, name, random.Random(name), write)


main()
