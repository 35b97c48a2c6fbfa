"""Inputs of GradBench's evals, of any size, from Python's random numbers."""
import random


def uniform(rng, *shape):
    return [uniform(rng, *shape[1:]) for _ in range(shape[0])] if shape else rng.random()


def normal(rng, *shape):
    return [normal(rng, *shape[1:]) for _ in range(shape[0])] if shape else rng.gauss(0, 1)


def lse(rng, n):
    return {"x": uniform(rng, n)}


def llsq(rng, n, m):
    return {"x": uniform(rng, m), "n": n}


def kmeans(rng, k, n, d):
    points = uniform(rng, n, d)
    return {"points": points, "centroids": points[-k:]}


def gmm(rng, d, k, n=1000):
    return {"d": d, "k": k, "n": n, "x": normal(rng, n, d), "m": 0, "gamma": 1.0, "alpha": normal(rng, k),
            "mu": uniform(rng, k, d), "q": normal(rng, k, d), "l": normal(rng, k, d * (d - 1) // 2)}


def lstm(rng, layers, characters, bits=14):
    return {"main_params": uniform(rng, 2 * layers, 4 * bits), "extra_params": uniform(rng, 3, bits),
            "state": uniform(rng, 2 * layers, bits),
            "sequence": [[float(rng.randrange(2)) for _ in range(bits)] for _ in range(characters)]}


def det(rng, n):
    return {"A": uniform(rng, n * n), "ell": n}


def ode(rng, n, s):
    return {"x": uniform(rng, n), "s": s}


def ba(rng, n, m, p):
    return {"n": n, "m": m, "p": p, "cam": normal(rng, 3) + [3.0, -4.0, 5.0, 420.0, 6.0, -8.0, 0.09, 0.003],
            "x": [7.0, 0.5, 3.0], "w": 0.4, "feat": [270.0, 830.0]}


def ht(rng, bones, vertices, correspondences, triangles=0, mirrored=False):
    """A hand of random transformations; with places in triangles if there are some."""
    weights = [[w if rng.random() < 0.3 else 0.0 for w in row] for row in uniform(rng, vertices, bones)]
    model = {"bone_count": bones, "bone_names": [f"bone{i}" for i in range(bones)],
             "parents": [-1] + [rng.randrange(b) for b in range(1, bones)],
             "base_relatives": normal(rng, bones, 4, 4), "inverse_base_absolutes": normal(rng, bones, 4, 4),
             "base_positions": [row + [1.0] for row in normal(rng, vertices, 3)], "weights": weights,
             "triangles": [[rng.randrange(vertices) for _ in range(3)] for _ in range(triangles)],
             "is_mirrored": mirrored}
    seen = [rng.randrange(triangles or vertices) for _ in range(correspondences)]
    return {"theta": normal(rng, 26), "data": {"model": model, "correspondences": seen,
                                               "points": normal(rng, correspondences, 3)},
            "us": uniform(rng, correspondences, 2) if triangles else []}


def hand_of_files(folder, model, has_places):
    """ADBench's files: a hand, and what was seen of it."""
    bones = [line.split(":") for line in (model / "bones.txt").read_text().split()]
    vertices = [line.split(":") for line in (model / "vertices.txt").read_text().split()]
    matrix = lambda numbers: [[float(x) for x in numbers[4 * i:4 * i + 4]] for i in range(4)]
    weights = []
    for v in vertices:
        weights.append([0.0] * len(bones))
        for i in range(int(v[8])):
            weights[-1][int(v[9 + 2 * i])] = float(v[10 + 2 * i])
    lines = [line.split() for line in folder.read_text().splitlines()]
    n = int(lines[0][0])
    rest = lines[1 + n:]
    us = [[float(x) for x in line] for line in rest[:n]] if has_places else []
    return {"theta": [float(line[0]) for line in rest[len(us):] if line],
            "data": {"model": {"bone_count": len(bones), "bone_names": [b[0] for b in bones],
                               "parents": [int(b[1]) for b in bones],
                               "base_relatives": [matrix(b[2:18]) for b in bones],
                               "inverse_base_absolutes": [matrix(b[18:34]) for b in bones],
                               "base_positions": [[float(x) for x in v[:3]] + [1.0] for v in vertices],
                               "weights": weights,
                               "triangles": [[int(x) for x in t.split(":")]
                                             for t in (model / "triangles.txt").read_text().split()],
                               "is_mirrored": False},
                     "correspondences": [int(line[0]) for line in lines[1:1 + n]],
                     "points": [[float(x) for x in line[1:4]] for line in lines[1:1 + n]]},
            "us": us}


def generator():
    return random.Random(24)
