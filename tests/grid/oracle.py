"""What elementwise_digits.py and vector_digits.py share: digits that are known to be right, and numbers of a type."""
import math

from mpmath import inf, mp, mpf

TYPES = {"double": (53, -1022, 1023), "float": (24, -126, 127)}
DIGITS = 22


def settled(f, x):
    """f(*x) to more than 30 digits: in ever more precision, until two agree; a zero only if it stays one in 2,000 bits,
    where 1 + x differs from 1 for any x of a type."""
    before = None
    precision = 120
    while precision < 20000:
        with mp.workprec(precision):
            now = f(*[mpf(v) for v in x])
        if before is not None and abs(now - before) <= abs(now) * mpf(2) ** -100 and (now != 0 or precision > 2000):
            return now
        before, precision = now, precision * 2
    raise ArithmeticError(f"no digits at {x}")


def rounded(x, kind):
    bits, low, high = TYPES[kind]
    if x == 0 or math.isinf(x):
        return x
    try:
        exponent = max(math.frexp(x)[1] - bits, low - bits + 1)
        x = math.ldexp(round(math.ldexp(x, -exponent)), exponent)
    except OverflowError:
        return math.copysign(math.inf, x)
    return x if abs(x) < 2.0**high * 1.999 else math.copysign(math.inf, x)


def text(x):
    if x is None:
        return "nan"
    if x == inf or x == -inf:
        return "inf" if x > 0 else "-inf"
    return mp.nstr(x, DIGITS, strip_zeros=True)
