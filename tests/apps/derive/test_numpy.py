"""test_numpy.py DERIVE: what derive --code numpy prints runs, and computes what central differences of the loss do.

Ends with 77, skipped, where NumPy is not there.
"""

import subprocess
import sys

try:
    import numpy as np
except ModuleNotFoundError:
    print("skipped: no NumPy")
    sys.exit(77)

random = np.random.default_rng(1)
d, n, c = 4, 6, 3
X, w, y = random.normal(size=(d, n)), random.normal(size=(d, 1)), random.normal(size=(n, 1))
W, A = random.normal(size=(d, c)), random.normal(size=(d, d))
S = A @ A.T + np.eye(d)
Y = np.eye(c)[:, random.integers(0, c, n)]
l2 = 0.3


def log_softmax(z):
    return z - np.log(np.sum(np.exp(z), axis=0))


# The expression, what is differentiated by, declarations, the arguments by name, the loss of the variable.
cases = [
    ("-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)", "W", "W:d,c X:d,n Y:c,n l2", dict(W=W, X=X, Y=Y, l2=l2),
     lambda W: -np.sum(Y * log_softmax(W.T @ X)) / n + 0.5 * l2 * np.sum(W**2)),
    ("accu(square(X'*w - y))/n", "w", "w:d,1 X:d,n y:n,1", dict(w=w, X=X, y=y),
     lambda w: np.sum((X.T @ w - y) ** 2) / n),
    ("accu(log(1 + exp(-y % (X'*w))))", "w", "w:d,1 X:d,n y:n,1", dict(w=w, X=X, y=y),
     lambda w: np.sum(np.log1p(np.exp(-y * (X.T @ w))))),
    ("w'*A*w/(w'*w)", "w", "w:d,1 A:d,d", dict(w=w, A=A), lambda w: (w.T @ A @ w).item() / np.sum(w**2)),
    ("log_det(S) + trace(inv(S)*A)", "S", "S:d,d A:d,d", dict(S=S, A=A),
     lambda S: np.log(np.linalg.det(S)) + np.trace(np.linalg.inv(S) @ A)),
    ("accu(square(A*silu(w)))", "A", "A:d,d w:d,1", dict(A=A, w=w), lambda A: np.sum((A @ (w / (1 + np.exp(-w)))) ** 2)),
    ("accu(X/silu(S(0,0)*X))", "X", "X:d,n S:d,d", dict(X=X, S=S),
     lambda X: np.sum(X / (S[0, 0] * X / (1 + np.exp(-S[0, 0] * X))))),
    ("norm(A, \"fro\")^3 + trace(A^3)", "A", "A:d,d", dict(A=A),
     lambda A: np.sum(A**2) ** 1.5 + np.trace(A @ A @ A)),
    ("accu(abs(w)) + max(w) + A(1, 2)^2*w(0)", "w", "w:d,1 A:d,d", dict(w=w, A=A),
     lambda w: np.sum(np.abs(w)) + w.max() + A[1, 2] ** 2 * w[0, 0]),
    ("A(1, 2)^2 + accu(relu(A*w))", "A", "w:d,1 A:d,d", dict(w=w, A=A),
     lambda A: A[1, 2] ** 2 + np.sum(np.maximum(0, A @ w))),
    ("prod(lambda % w)", "lambda", "lambda:d,1 w:d,1", dict(lambda_=w + 3, w=w), lambda v: np.prod(v * w)),
    ("sin(w)'*A*cos(w)", "w", "w:d,1 A:d,d", dict(w=w, A=A), lambda w: (np.sin(w).T @ A @ np.cos(w)).item()),
]


def differences(loss, x, step=1e-6):
    gradient = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[at] = step
        gradient[at] = (loss(x + moved) - loss(x - moved)) / (2 * step)
    return gradient


failures = 0
for expression, by, variables, data, loss in cases:
    declared = [word for v in variables.split() for word in ("--var", v)]
    code = subprocess.run([sys.argv[1], expression, "--wrt", by, *declared, "--code", "numpy"], capture_output=True,
                          text=True, check=True).stdout
    space = {}
    exec(code, space)
    gradient_of = space["dJ_d" + by]
    taken = gradient_of.__code__.co_varnames[: gradient_of.__code__.co_argcount]
    gradient = gradient_of(**{name: data[name] for name in taken})
    x = data[by if by in data else by + "_"]
    expected = differences(loss, x)
    error = np.linalg.norm(gradient - expected) / np.linalg.norm(expected)
    right = gradient.shape == x.shape and error < 1e-7
    failures += not right
    print("ok  " if right else "DIFFERS", f"{error:.1e}", expression)
    if not right:
        print(code)
sys.exit(1 if failures else 0)
