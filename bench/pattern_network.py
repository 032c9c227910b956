"""A network of one hidden layer, trained without any library of networks: for `fit_pattern.py`."""

import numpy as np

HIDDEN, EPOCHS, BATCH = 48, 25, 256
RATE, DECAY = 2e-3, 0.2  # AdamW; the rate falls to nothing on half a cosine
INPUT_DROP, DROP, SMOOTH = 0.2, 0.3, 0.03


def trained(inputs, truth, weight, classes, *, seed):
    """[hidden, its bias, last, its bias] of least cross-entropy; pictures are drawn by weight."""
    rng = np.random.default_rng(seed)
    size, chances = inputs.shape[1], weight / weight.sum()
    parts = [
        rng.normal(0, np.sqrt(2 / size), (size, HIDDEN)), np.zeros(HIDDEN),
        rng.normal(0, np.sqrt(1 / HIDDEN), (HIDDEN, classes)), np.zeros(classes),
    ]  # fmt: skip
    parts = [part.astype(np.float32) for part in parts]
    first, second = ([np.zeros_like(part) for part in parts] for _ in range(2))
    target = np.eye(classes, dtype=np.float32)[truth] * (1 - SMOOTH) + SMOOTH / classes
    steps = EPOCHS * len(inputs) // BATCH
    for step in range(steps):
        rows = rng.choice(len(inputs), BATCH, p=chances)
        slopes = gradients(parts, inputs[rows], target[rows], rng)
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        for place, slope in enumerate(slopes):
            first[place] = 0.9 * first[place] + 0.1 * slope
            second[place] = 0.999 * second[place] + 0.001 * slope**2
            move = first[place] / (1 - 0.9 ** (step + 1))
            move = move / (np.sqrt(second[place] / (1 - 0.999 ** (step + 1))) + 1e-8)
            if slope.ndim > 1:
                move = move + DECAY * parts[place]
            parts[place] = (parts[place] - rate * move).astype(np.float32)
    return parts


def gradients(parts, inputs, target, rng):
    hidden, hidden_bias, last, last_bias = parts
    inputs = inputs * kept(inputs.shape, INPUT_DROP, rng)
    active = np.maximum(inputs @ hidden + hidden_bias, 0)
    mask = kept(active.shape, DROP, rng)
    seen = active * mask
    gap = (np.exp(log_softmax(seen @ last + last_bias)) - target) / len(inputs)
    back = gap @ last.T * (active > 0) * mask
    return inputs.T @ back, back.sum(axis=0), seen.T @ gap, gap.sum(axis=0)


def kept(shape, drop, rng):
    return (rng.random(shape, dtype=np.float32) > drop) / np.float32(1 - drop)


def averaged(networks):
    """Several networks as one: their hidden layers side by side, their scores averaged."""
    hidden, hidden_bias, last, last_bias = zip(*networks, strict=True)
    return [
        np.concatenate(hidden, axis=1), np.concatenate(hidden_bias),
        np.concatenate(last) / len(networks), np.mean(last_bias, axis=0),
    ]  # fmt: skip


def scores(parts, inputs):
    hidden, hidden_bias, last, last_bias = parts
    return np.maximum(inputs @ hidden + hidden_bias, 0) @ last + last_bias


def log_softmax(values):
    values = values - values.max(axis=1, keepdims=True)
    return values - np.log(np.exp(values).sum(axis=1, keepdims=True))
