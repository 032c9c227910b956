"""How well pair scores fill blanks in looks: rules, learned parts and plain baselines side by side.

    python bench/looks_learning.py DATA --workspace DIR [--part test] [--seed 0]
    python bench/looks_learning.py DATA --workspace DIR --hues

DATA holds `outfits/` (catalog.csv, outfits.json) and `rooms/` (catalog.csv, rooms.json) as in
docs/reference/measurements.md.  Outfits are split by the CRC-32 of their ids: below 70 of 100 are
learned from, 70 to 79 validate, the rest test; rooms by their place: three of five are learned
from.  The workspaces are made below DIR, indexed once, and reused.  Nothing is written to DATA.
"""

import argparse
import json
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from lookalike.engine import Engine
from lookalike.journeys.looks.learn_looks import known_looks
from lookalike.journeys.looks.pieces import pieces_of
from lookalike.journeys.looks.read_looks import read_looks
from lookalike.journeys.looks.trial import Trial, each, pair_totals, similarity
from lookalike.ranking.compatibility import Basis, compatibility
from lookalike.ranking.harmony import hue_harmony
from lookalike.ranking.pair_features import word_codes
from lookalike.ranking.pieces import code
from lookalike.settings import Settings

COLORED = 0.3  # share of a hue from which a product counts as colored, for --hues


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hues", action="store_true")
    asked = parser.parse_args()
    asked.workspace.mkdir(parents=True, exist_ok=True)
    for name, times in (("outfits", 1), ("rooms", 8)):
        parts = _parts(asked.data / name / f"{name}.json", name)
        files = {part: asked.workspace / f"{name}-{part}.json" for part in parts}
        for part, looks in parts.items():
            files[part].write_text(json.dumps(looks))
        with Engine.open(Settings.load({"workspace": str(asked.workspace / name)})) as engine:
            if "default" not in engine.collections():
                engine.index(str(asked.data / name / "catalog.csv"))
            if asked.hues:
                _hues(engine, str(files["train"]), name)
            else:
                part = "test" if name == "rooms" else asked.part
                _figures(engine, files, part, times=times, seed=asked.seed)


def _parts(path: Path, name: str) -> dict[str, dict[str, list[str]]]:
    content = json.loads(path.read_text())
    if name == "rooms":
        looks = {str(i): [one["id"] for one in room["items"]] for i, room in enumerate(content)}
        return {
            "train": {key: look for key, look in looks.items() if int(key) % 5 < 3},
            "test": {key: look for key, look in looks.items() if int(key) % 5 >= 3},
        }
    found: dict[str, dict[str, list[str]]] = {"train": {}, "validation": {}, "test": {}}
    for key, look in content.items():
        place = zlib.crc32(key.encode()) % 100
        found["train" if place < 70 else "validation" if place < 80 else "test"][key] = look
    return found


def _figures(engine: Engine, files: dict[str, Path], part: str, *, times: int, seed: int) -> None:
    stylist = engine.stylist()
    report = stylist.learn(str(files["train"]))
    print(f"\n{part} of {files[part].name}; learned from {report.looks} looks: {report.reason}")
    print(f"  {report.seconds:.1f} s, {report.steps} steps, share {report.share:.2f}")
    seen = stylist.seen()
    pieces = pieces_of(seen.view, seen.products, seen.table)
    looks = known_looks(read_looks(str(files[part])), pieces)
    model = stylist.models.newest(now=True)
    basis = Basis(seen.view.index.layout, seen.view.calibration)
    tried = {
        "guessing": each(np.random.default_rng(1).random(len(pieces))),
        "look channel alone": similarity(pieces, basis.layout.part("look")),
        "color channel alone": similarity(pieces, basis.layout.part("color")),
        "rules": pair_totals(pieces, basis),
    }
    if model is not None:
        maps = model.maps
        alone = replace(maps, share=1.0)
        counts = dict(zip(maps.members.tolist(), model.popularity.tolist(), strict=True))
        codes = np.array([code(sku) for sku in pieces.skus])
        tried["popularity"] = each(np.array([float(counts.get(one, 0)) for one in codes.tolist()]))
        types, slots = word_codes(pieces, "category"), pieces.slots
        tried["types"] = lambda a, b: maps.types.lift((types[a], slots[a]), (types[b], slots[b]))
        nothing = replace(alone, own=np.zeros_like(maps.own))
        for name, one in (
            ("learned, as for new products", nothing),
            ("learned alone", alone),
            ("learned and rules", maps),
        ):
            tried[name] = pair_totals(pieces, replace(basis, learned=one))
    print(f"  {'':30}  random negatives        same category")
    trials = [
        Trial.of(looks.looks, pieces, kind, seed, times=times)
        for kind in ("random", "same_category")
    ]
    for name, totals in tried.items():
        cells = []
        for trial in trials:
            found, _ = trial.figures(totals, seed=seed)
            low, high = found.intervals["fitb"]
            cells.append(f"{found.fitb:.3f} ({low:.2f} to {high:.2f}) {found.auc:.3f}")
        print(f"  {name:30}  {cells[0]}  {cells[1]}")
    repeated = np.isin(looks.digests, model.digests) if model is not None else looks.digests < 0
    sizes = ", ".join(str(len(trial.blanks)) for trial in trials)
    print(f"  blanks {sizes}; FITB with its interval over looks, then AUC")
    print(f"  {repeated.sum()} of {len(looks.looks)} looks are also among those learned from")
    if repeated.any():
        told = [trial.fitb(totals)[~repeated[trial.numbers]].mean() for trial in trials]
        print(f"  without these, {name}: {told[0]:.3f}  {told[1]:.3f}")


def _hues(engine: Engine, file: str, name: str) -> None:
    """How much more often than by chance two colored pieces of a look have hues so far apart."""
    stylist = engine.stylist()
    seen = stylist.seen()
    pieces = pieces_of(seen.view, seen.products, seen.table)
    looks = known_looks(read_looks(file), pieces).looks
    pairs = np.array(
        [
            (a, b)
            for look in looks
            for i, a in enumerate(look.tolist())
            for b in look.tolist()[:i]
            if pieces.of[a].slot != pieces.of[b].slot
        ]
    )
    mixed = np.stack([pairs[:, 0], np.random.default_rng(0).permutation(pairs[:, 1])], axis=1)
    angles, weights = pieces.hue_angles[:, 0], pieces.hue_weights[:, 0]
    edges = np.arange(0, 181, 15)
    counted = []
    for some in (pairs, mixed):
        both = (weights[some] > COLORED).all(axis=1)
        turn = np.abs((angles[some[:, 0]] - angles[some[:, 1]] + 180) % 360 - 180)[both]
        counted.append(np.histogram(turn, bins=edges)[0])
    print(f"\n{name}: {len(pairs):,} pairs of {len(looks):,} looks")
    for low, real, chance in zip(edges.tolist(), *counted, strict=False):
        told = float(hue_harmony(np.array(low + 7.5)))
        lift = real / max(chance, 1)
        print(f"  {low:3} to {low + 15:3} degrees: {lift:5.2f} times  ({real:4})  term {told:+.2f}")
    neutral = [(1 - pieces.hue_weights.sum(axis=1))[some] > 1 - COLORED for some in (pairs, mixed)]
    for word, count in (("two neutrals", 2), ("one neutral", 1)):
        rate = [(one.sum(axis=1) == count).mean() for one in neutral]
        print(f"  {word}: {rate[0] / rate[1]:.2f} times")
    sample = pieces.take(np.random.default_rng(2).integers(len(pieces), size=200))
    rules = compatibility(sample, sample, stylist.basis(seen.view)).totals
    print(f"  mean score of random pairs {rules.mean():+.3f}")


if __name__ == "__main__":
    main()
