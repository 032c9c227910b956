"""How much of the bare model's speed survives around it: indexing speed as a ratio.

    python bench/encode.py FOLDER [--limit 400] [--threads N] [--encoder default] [--table]

FOLDER holds images (searched through).  The floor is ONNX Runtime alone on ready tensors, with the
same number of cores, in the same run; every other figure is given as a ratio to it.  `--table` adds
the measurement behind the choice of batch size: threads inside one call x pictures in one call.
"""

import argparse
import os
import platform
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime

from lookalike import registry
from lookalike.features.encoder import DEFAULT_MODEL, usable_cores
from lookalike.features.image import ImageProblem, decode
from lookalike.features.image_fit import fit_square, thumbnail, unpad
from lookalike.features.pipeline import ANALYSIS_PX, Extractor

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"}
ROUNDS = 3  # alternating, the best counts: other work on the machine only ever slows a round
CHUNK = 64  # images between two reports of progress, as a catalog is indexed


def main():
    arguments = parsed_arguments()
    files = [
        path.read_bytes()
        for path in sorted(arguments.folder.rglob("*"))
        if path.suffix.lower() in ENDINGS
    ][: arguments.limit]
    if not files:
        raise SystemExit(f"{arguments.folder} holds no images.")
    print(f"{platform.processor() or platform.machine()}, {usable_cores()} cores, ", end="")
    print(f"onnxruntime {onnxruntime.__version__}, load {os.getloadavg()[0]:.1f}")

    encoder = registry.make_encoder(arguments.encoder, threads=arguments.threads)
    extractor = Extractor(encoder)
    usable = [data for data in files if is_usable(extractor, data)]
    print(f"{len(usable)} images, {len(files) - len(usable)} unusable")
    stages(extractor, usable)
    ratios(extractor, usable, arguments.threads)
    single_photo(extractor, usable[0])
    if arguments.table:
        table(extractor, usable)


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=400)
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--encoder", default="default")
    parser.add_argument("--table", action="store_true")
    return parser.parse_args()


def is_usable(extractor, data):
    try:
        extractor.prepare(data)
    except ImageProblem:
        return False
    return True


def stages(extractor, files):
    """Processor time of every stage on one thread, milliseconds an image."""
    from lookalike.features.color_family import color_family
    from lookalike.features.foreground import foreground
    from lookalike.features.palette import color_channel, palette
    from lookalike.features.shape import silhouette

    spent = {}

    def timed(name, work, values):
        started = time.process_time()
        results = [work(*value) for value in values]
        spent[name] = (time.process_time() - started) / len(values) * 1e3
        return results

    extractor.extract(files[0])  # libraries and tables load on first use
    some = files[:100]
    spec = extractor.encoder.input
    limits, target = extractor.limits, 2 * spec.size_px
    images = timed("decode", lambda d: decode(d, limits=limits, target_px=target), zip1(some))
    squares = timed("fit", lambda d: fit_square(d.pixels, spec.size_px), zip1(images))
    small = timed("thumbnail", lambda d: thumbnail(d, ANALYSIS_PX), zip1(images))
    encoded = timed("encoder", lambda s: extractor.encoder.encode(s[None]), zip1(squares))
    if encoded[0].mask is not None:
        sizes = [(pixels.shape[1], pixels.shape[0]) for pixels, _ in small]
        masks = [one.mask[0] for one in encoded]
        masks = timed("mask to image", unpad, list(zip(masks, sizes, strict=True)))
    else:
        masks = [None] * len(small)
    products = timed(
        "foreground",
        lambda s, m: foreground(s[0], alpha=s[1], encoder_mask=m),
        list(zip(small, masks, strict=True)),
    )
    pairs = [(s[0], product.weights) for s, product in zip(small, products, strict=True)]
    swatches = timed("palette", palette, pairs)
    timed("color channel", color_channel, pairs)
    timed("color names", lambda p: color_family(p), zip1(swatches))
    timed("silhouette", lambda _, weights: silhouette(weights), pairs)
    print("processor time, ms an image:")
    for name, value in spent.items():
        print(f"  {name:<14}{value:7.2f}")
    print(f"  {'all but model':<14}{sum(spent.values()) - spent['encoder']:7.2f}")


def zip1(values):
    return [(value,) for value in values]


def ratios(extractor, files, threads):
    """Images a second: the bare model, then everything, with the same number of cores."""
    prepared = [extractor.prepare(data) for data in files]
    squares = np.stack([one.square for one in prepared])
    bare = bare_runner(squares, threads)

    def encode_only():
        extractor.encoder.encode(squares)

    def staged():
        with ThreadPoolExecutor(threads) as pool:
            for at in range(0, len(files), CHUNK):
                ready = list(pool.map(extractor.prepare, files[at : at + CHUNK]))
                encoded = extractor.encode(ready)
                list(pool.map(extractor.finish, ready, encoded))

    def whole_images():
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(extractor.extract, files))

    ways = {
        "bare ONNX Runtime": bare,
        "encoder alone": encode_only,
        "prepare, encode, finish": staged,
        "extract in threads": whole_images,
    }
    times = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - started)
    floor = min(times["bare ONNX Runtime"])
    print(f"{threads} threads, best of {ROUNDS}:")
    for name, taken in times.items():
        rate = len(files) / min(taken)
        print(f"  {name:<25}{rate:8.1f} images/s   {floor / min(taken):5.2f} of the bare model")


def bare_runner(squares, threads):
    """The model called on ready tensors of one picture, from as many threads as cores."""
    if squares.shape[1] != 224:
        print("  (the bare figure is for the default model)")
    session = session_with(1)
    tensors = [np.ascontiguousarray(s[None].transpose(0, 3, 1, 2)) for s in squares]
    wanted = [output.name for output in session.get_outputs() if output.name != "features"]

    def run():
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda tensor: session.run(wanted, {"image": tensor}), tensors))

    return run


def session_with(threads):
    import lookalike

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    path = Path(lookalike.__file__).parent / "models" / f"{DEFAULT_MODEL}.onnx"
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def single_photo(extractor, data):
    taken = []
    for _ in range(30):
        started = time.perf_counter()
        extractor.extract(data)
        taken.append((time.perf_counter() - started) * 1e3)
    print(f"one photo: {min(taken):.1f} ms at best, {statistics.median(taken):.1f} median")


def table(extractor, files):
    """Milliseconds a picture and the largest difference to batches of one on one thread."""
    squares = np.stack([extractor.prepare(data).square for data in files[:64]])
    tensors = np.ascontiguousarray(squares.transpose(0, 3, 1, 2))
    reference = None
    print("threads in a call x pictures in a call: ms a picture (largest difference)")
    for threads in sorted({1, 2, usable_cores()}):
        session = session_with(threads)
        cells = []
        for batch in (1, 2, 4, 8, 16, 32):
            rows, best = [], np.inf
            for at in range(0, len(tensors) - batch + 1, batch):
                feed = {"image": tensors[at : at + batch]}
                started = time.perf_counter()
                rows.append(session.run(["embedding"], feed)[0])
                best = min(best, (time.perf_counter() - started) / batch * 1e3)
            got = np.concatenate(rows)
            reference = got if reference is None else reference
            cells.append(f"{best:6.1f} ({np.abs(got - reference[: len(got)]).max():.0e})")
        print(f"  {threads:>3}  " + "  ".join(cells))


if __name__ == "__main__":
    main()
