"""Time and size of an exported model."""

import time

import numpy as np

from encoder_training.evaluation.served_model import SIDE_PX, ServedModel

BATCHES = (1, 8)
REPEATS = 20


def speed(model: ServedModel) -> dict[str, float]:
    """Size in MB and milliseconds an image, least and median over REPEATS runs."""
    dice = np.random.default_rng(0)
    figures = {"MB": model.path.stat().st_size / 1e6}
    for batch in BATCHES:
        images = dice.integers(0, 255, (batch, SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
        model.run(images)
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            model.run(images)
            times.append((time.perf_counter() - start) * 1e3 / batch)
        figures[f"batch {batch}, least ms"] = min(times)
        figures[f"batch {batch}, median ms"] = float(np.median(times))
    return figures
