"""GradBench's functions as plain loops over numbers, real or complex, and their derivatives by complex steps."""
import cmath
import itertools
import math

STEP = 1e-30


def gradient(f, x):
    """d f / d x for a list x and a number f, without a difference: exact to rounding."""
    return [f([complex(v, STEP * (k == j)) for j, v in enumerate(x)]).imag / STEP for k in range(len(x))]


def jacobian(f, x):
    """A list for each entry of x: the derivatives of all of f by it."""
    return [[y.imag / STEP for y in f([complex(v, STEP * (k == j)) for j, v in enumerate(x)])] for k in range(len(x))]


def lse(x):
    return cmath.log(sum(cmath.exp(v) for v in x))


def llsq(x, n):
    t = [-1 + 2 * i / (n - 1) for i in range(n)]
    return sum(((v > 0) - (v < 0) - sum(c * v ** j for j, c in enumerate(x))) ** 2 for v in t) / 2


def nearest(p, centroids):
    distances = [sum((a - b) ** 2 for a, b in zip(p, c)) for c in centroids]
    return distances.index(min(distances)), min(distances)


def kmeans_cost(points, centroids):
    return sum(nearest(p, centroids)[1] for p in points)


def kmeans_dir(points, centroids):
    """By hand: a centroid less the mean of the points that it is nearest to."""
    members = [[p for p in points if nearest(p, centroids)[0] == j] for j in range(len(centroids))]
    return [[c - sum(p[i] for p in of) / len(of) for i, c in enumerate(centroid)]
            for centroid, of in zip(centroids, members)]


def determinant(A):
    """By Leibniz's formula."""
    n, total = len(A), 0
    for order in itertools.permutations(range(n)):
        inversions = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        total += (-1) ** inversions * math.prod([A[i][order[i]] for i in range(n)], start=1)
    return total


def gmm(alpha, mu, q, l, x, m, gamma):
    """The logarithm of the posterior, by the definitions of the normal and the Wishart density."""
    d, k = len(mu[0]), len(alpha)
    precisions = []
    for component in range(k):
        entries = iter(l[component])
        Q = [[0] * d for _ in range(d)]
        for j in range(d):
            Q[j][j] = cmath.exp(q[component][j])
            for i in range(j + 1, d):
                Q[i][j] = next(entries)
        precisions.append([[sum(Q[i][a] * Q[i][b] for i in range(d)) for b in range(d)] for a in range(d)])
    share = sum(cmath.exp(a) for a in alpha)
    total = 0
    for point in x:
        density = 0
        for a, mean, P in zip(alpha, mu, precisions):
            r = [v - c for v, c in zip(point, mean)]
            form = sum(r[i] * P[i][j] * r[j] for i in range(d) for j in range(d))
            density += cmath.exp(a) / share * cmath.exp(-form / 2) * cmath.sqrt(determinant(P) / (2 * math.pi) ** d)
        total += cmath.log(density)
    n = d + m + 1
    log_gamma = d * (d - 1) / 4 * math.log(math.pi) + sum(math.lgamma((n - j) / 2) for j in range(d))
    for P in precisions:
        total += ((n - d - 1) / 2 * cmath.log(determinant(P)) - gamma ** 2 * sum(P[i][i] for i in range(d)) / 2
                  - n * d / 2 * math.log(2) + n * d * math.log(gamma) - log_gamma)
    return total


def lstm(main, extra, state, sequence):
    b, layers = len(extra[0]), len(main) // 2
    sigmoid = lambda v: 1 / (1 + cmath.exp(-v))
    state = [list(row) for row in state]
    total = 0
    for now, after in zip(sequence, sequence[1:]):
        y = []
        for i in range(b):
            x = now[i] * extra[0][i]
            for layer in range(layers):
                w, c, h, cell = main[2 * layer], main[2 * layer + 1], state[2 * layer], state[2 * layer + 1]
                forget, out = sigmoid(x * w[i] + c[i]), sigmoid(x * w[2 * b + i] + c[2 * b + i])
                read, change = sigmoid(h[i] * w[b + i] + c[b + i]), cmath.tanh(h[i] * w[3 * b + i] + c[3 * b + i])
                cell[i] = cell[i] * forget + read * change
                x = h[i] = out * cmath.tanh(cell[i])
            y.append(x * extra[1][i] + extra[2][i])
        norm = cmath.log(sum(cmath.exp(v) for v in y) + 2)
        total += sum(g * (v - norm) for g, v in zip(after, y))
    return -total / (b * (len(sequence) - 1))


def ode(x, s):
    slope = lambda y: [r * v for r, v in zip(x, [1] + y[:-1])]
    add = lambda y, h, k: [a + h * b for a, b in zip(y, k)]
    y, h = [0] * len(x), 2 / s
    for _ in range(s):
        k1 = slope(y)
        k2 = slope(add(y, h / 2, k1))
        k3 = slope(add(y, h / 2, k2))
        k4 = slope(add(y, h, k3))
        y = [v + h / 6 * (a + 2 * b + 2 * c + d) for v, a, b, c, d in zip(y, k1, k2, k3, k4)]
    return y


def product(A, B):
    return [[sum(a * b for a, b in zip(row, column)) for column in zip(*B)] for row in A]


def rotation(r):
    """exp of the matrix of r's cross product."""
    K = [[0, -r[2], r[1]], [r[2], 0, -r[0]], [-r[1], r[0], 0]]
    K2 = product(K, K)
    square = sum(v * v for v in r)
    a, b = 1, 0.5
    if square != 0:
        angle = cmath.sqrt(square)
        a, b = cmath.sin(angle) / angle, (1 - cmath.cos(angle)) / square
    return [[(i == j) + a * K[i][j] + b * K2[i][j] for j in range(3)] for i in range(3)]


def ba(z, feat):
    """The reprojection error of a camera's 11 numbers, a point's 3 and a weight."""
    at = product(rotation(z[:3]), [[z[11 + i] - z[3 + i]] for i in range(3)])
    u, v = at[0][0] / at[2][0], at[1][0] / at[2][0]
    scale = 1 + z[9] * (u * u + v * v) + z[10] * (u * u + v * v) ** 2
    return [z[14] * (u * scale * z[6] + z[7] - feat[0]), z[14] * (v * scale * z[6] + z[8] - feat[1])]


def ht(theta, us, data):
    """The errors, one point after the other."""
    model = data["model"]
    unit = lambda: [[complex(i == j) for j in range(4)] for i in range(4)]
    angles = {}  # of a bone: about x, about z
    for finger in range(5):
        t = theta[6 + 4 * finger:10 + 4 * finger]
        angles |= {2 + 4 * finger: (t[0], t[1]), 3 + 4 * finger: (t[2], 0), 4 + 4 * finger: (t[3], 0)}
    absolute, bones = [], []
    for b, parent in enumerate(model["parents"]):
        about_x, about_z = angles.get(b, (0, 0))
        X, Z = unit(), unit()
        X[1][1] = X[2][2] = cmath.cos(about_x)
        X[2][1], X[1][2] = cmath.sin(about_x), -cmath.sin(about_x)
        Z[0][0] = Z[1][1] = cmath.cos(about_z)
        Z[1][0], Z[0][1] = cmath.sin(about_z), -cmath.sin(about_z)
        bent = product(model["base_relatives"][b], product(Z, X))
        absolute.append(bent if parent < 0 else product(absolute[parent], bent))
        bones.append(product(absolute[b], model["inverse_base_absolutes"][b]))
    whole = rotation(theta[:3])

    def place(v):
        p = [0, 0, 0]
        for bone, w in zip(bones, model["weights"][v]):
            for i in range(3):
                p[i] += w * sum(a * x for a, x in zip(bone[i], model["base_positions"][v]))
        if model["is_mirrored"]:
            p[0] = -p[0]
        return [sum(a * x for a, x in zip(whole[i], p)) + theta[3 + i] for i in range(3)]

    errors = []
    for k, (seen, point) in enumerate(zip(data["correspondences"], data["points"])):
        if us:
            u = us[k]
            a, b, c = (place(v) for v in model["triangles"][seen])
            p = [u[0] * a[i] + u[1] * b[i] + (1 - u[0] - u[1]) * c[i] for i in range(3)]
        else:
            p = place(seen)
        errors += [point[i] - p[i] for i in range(3)]
    return errors


def least(value, slope, x):
    """Gradient descent with a step that adapts itself."""
    size = lambda v: math.sqrt(sum(a * a for a in v))
    rate, successes = 1e-5, 0
    while size(slope(x)) > 1e-5:
        if successes == 10:
            rate, successes = 2 * rate, 0
        following = [a - rate * g for a, g in zip(x, slope(x))]
        if size([a - b for a, b in zip(following, x)]) <= 1e-5:
            break
        if value(following) < value(x):
            x, successes = following, successes + 1
        else:
            rate, successes = rate / 2, 0
    return x


def particle(w):
    def miss(parameter):
        x, y, vx, vy = 0, 8, 0.75, 0
        charges = [(10, 10 - parameter[0]), (10, 0)]
        while True:
            ax = ay = 0
            for cx, cy in charges:
                cubed = cmath.sqrt((x - cx) ** 2 + (y - cy) ** 2) ** 3
                ax, ay = ax + (x - cx) / cubed, ay + (y - cy) / cubed
            x, y = x + 0.1 * vx, y + 0.1 * vy
            if complex(y).real <= 0:
                return (x - y / vy * vx) ** 2
            vx, vy = vx + 0.1 * ax, vy + 0.1 * ay

    return least(lambda p: miss(p).real, lambda p: gradient(miss, p), [w])[0]


def saddle(start):
    """x by descent of max f, whose slope is 2 x as the maximum does not move with x, then y by descent of -f."""
    square = lambda v: sum(a * a for a in v)
    y = least(square, lambda v: [2 * a for a in v], start)
    x = least(lambda v: square(v) - square(y), lambda v: [2 * a for a in v], start)
    return x + y
