"""Made-up purchase logs over a real catalog, to fit and check the feed on.

    python bench/feed_logs.py fashion catalog.csv OUT.jsonl [--users 3000] [--seed 1]
    python bench/feed_logs.py outfits catalog.csv OUT.jsonl --looks outfits.json
    python bench/feed_logs.py trend|taste|together|mixed catalog.csv OUT.jsonl
        --fields SEX,TYPE,COLOR

fashion  users like one to three types of article in a color, buy by appeal and freshness, and
         mostly for their own gender; half of them buy three times or less; a third of the
         catalog comes in during the last two months
outfits  users buy pieces of stylists' outfits that share a piece with the last one: what goes
         together, not what looks alike
trend, taste, together, mixed
         what most shops are a mixture of: what everybody buys now (products come in all the time,
         catch on and fade), a user's types and colors, and what goes with the last product by
         hidden rules between types and colors; visits of one to three products, repeat
         purchases in `mixed`.  SHARES has the proportions.
"""

import argparse
import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

END = datetime(2026, 6, 30, tzinfo=UTC)
DAYS = 180
# Of what moves a user: what is in, their tastes, what goes with the last, the same again.
SHARES = {
    "trend": (1.0, 0.0, 0.0, 0.0),
    "taste": (0.4, 0.6, 0.0, 0.0),
    "together": (0.4, 0.0, 0.6, 0.0),
    "mixed": (0.35, 0.25, 0.3, 0.1),
}
LIFE_D = 30.0  # in which the appeal of a product halves, more or less


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["fashion", "outfits", *SHARES])
    parser.add_argument("catalog")
    parser.add_argument("out")
    parser.add_argument("--looks")
    parser.add_argument("--fields", default="gender,articleType,colorgroup")
    parser.add_argument("--users", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    with Path(asked.catalog).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if asked.kind == "fashion":
        lines = fashion(rows, asked.users, rng)
    elif asked.kind in SHARES:
        lines = shop(rows, asked.fields.split(","), SHARES[asked.kind], asked.users, rng)
    else:
        lines = outfits(json.loads(Path(asked.looks).read_text()), asked.users, rng)
    lines.sort(key=lambda one: one["time"])
    with Path(asked.out).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in lines)
    print(
        f"{len(lines):,} purchases of {asked.users:,} users; split at "
        f"{(END - timedelta(days=30)).isoformat()}"
    )


def fashion(rows, users, rng):
    order = np.argsort([f"{row['year']}{row['season']}" for row in rows], kind="stable")
    launch = np.empty(len(rows))
    launch[order] = np.linspace(0, DAYS * 1.5, len(rows)) - DAYS / 2
    launch += rng.normal(0, 10, len(rows))
    appeal = rng.lognormal(0, 1.2, len(rows))
    columns = {
        name: np.array([row[name] for row in rows])
        for name in ("gender", "articleType", "colorgroup")
    }
    types, counts = np.unique(columns["articleType"], return_counts=True)
    lines = []
    for user in range(users):
        gender = str(
            rng.choice(
                ["Men", "Women", "Unisex", "Girls", "Boys"], p=[0.44, 0.44, 0.04, 0.04, 0.04]
            )
        )
        tastes = [
            (
                str(rng.choice(types, p=counts / counts.sum())),
                str(rng.choice(columns["colorgroup"])),
            )
            for _ in range(int(rng.integers(1, 4)))
        ]
        for day in np.sort(rng.uniform(0, DAYS, 1 + rng.geometric(0.25))):
            what = rng.random()
            mask = launch <= day
            if what < 0.85:
                mask &= (columns["gender"] == gender) | (columns["gender"] == "Unisex")
            if what < 0.55:
                kind, color = tastes[int(rng.integers(len(tastes)))]
                mask &= columns["articleType"] == kind
                if rng.random() < 0.5:
                    mask &= columns["colorgroup"] == color
            weight = np.where(mask, appeal * np.exp(-(day - launch) / 60), 0)
            if not weight.sum():
                continue
            chosen = int(rng.choice(len(rows), p=weight / weight.sum()))
            lines.append(line(f"u{user}", rows[chosen]["id"], day, len(lines)))
    return lines


def outfits(looks, users, rng):
    looks = [look for look in looks.values() if len(look) > 1]
    of = defaultdict(list)
    for number, look in enumerate(looks):
        for sku in look:
            of[sku].append(number)
    appeal = rng.lognormal(0, 1.0, len(looks))
    season = rng.uniform(-60, DAYS - 5, len(looks))
    lines = []
    for user in range(users):
        current = None
        for day in np.sort(rng.uniform(0, DAYS, rng.geometric(0.25))):
            weight = appeal * np.exp(-np.abs(day - season) / 30) * (season <= day)
            near = [n for sku in looks[current] for n in of[sku]] if current is not None else []
            if near and rng.random() < 0.6:
                chance = weight[near] + 1e-9
                current = near[int(rng.choice(len(near), p=chance / chance.sum()))]
            elif weight.sum():
                current = int(rng.choice(len(looks), p=weight / weight.sum()))
            else:
                continue
            for sku in rng.permutation(looks[current])[: int(rng.integers(1, 3))]:
                lines.append(line(f"u{user}", str(sku), day, len(lines)))
    return lines


@dataclass
class Street:
    """Products in the eyes of one user on one day.

    partners  type or color -> those that go with it
    """

    rows: list
    sex: np.ndarray
    kind: np.ndarray
    color: np.ndarray
    launch: np.ndarray
    appeal: np.ndarray
    kinds: dict
    colors: dict
    sold: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, rows, fields, rng):
        sex, kind, color = (np.array([row[name] or "" for row in rows]) for name in fields)
        return cls(
            rows,
            sex,
            kind,
            color,
            rng.uniform(-DAYS / 2, DAYS, len(rows)),
            rng.lognormal(0, 1.2, len(rows)),
            partners(kind, 3, rng),
            partners(color, 3, rng),
            np.zeros(len(rows)),
        )

    def weight(self, day):
        """What is in on a day: fresh, good, and bought by others."""
        age = day - self.launch
        return np.where(age >= 0, self.appeal * np.exp2(-age / LIFE_D) * np.sqrt(1 + self.sold), 0)


def partners(values, count, rng):
    names = np.unique(values)
    return {
        str(one): {str(other) for other in rng.choice(names, min(count, len(names)), replace=False)}
        for one in names
    }


def shop(rows, fields, shares, users, rng):
    street = Street.of(rows, fields, rng)
    visits = [
        (float(day), user)
        for user in range(users)
        for day in rng.uniform(0, DAYS, rng.geometric(0.35))
    ]
    who = {}
    sexes, counts = np.unique(street.sex, return_counts=True)
    lines = []
    for day, user in sorted(visits):
        if user not in who:
            of = int(rng.integers(1, 4))
            likes = [int(rng.integers(len(rows))) for _ in range(of)]
            who[user] = (str(rng.choice(sexes, p=counts / counts.sum())), likes, [])
        street.sold *= 1 - 0.5 / (len(visits) / DAYS * 7)  # half of it is gone in about ten days
        for _ in range(int(rng.integers(1, 4))):
            chosen = pick(street, who[user], day, shares, rng)
            if chosen is not None:
                who[user][2].append(chosen)
                street.sold[chosen] += 1
                sku = rows[chosen].get("id") or rows[chosen]["sku"]
                lines.append(line(f"u{user}", sku, day, len(lines)))
    return lines


def pick(street, user, day, shares, rng):
    sex, likes, past = user
    weight = street.weight(day)
    if rng.random() < 0.85:
        weight = np.where(street.sex == sex, weight, 0)
    why = rng.choice(4, p=shares)
    if why == 1:
        liked = likes[int(rng.integers(len(likes)))]
        fits = (street.kind == street.kind[liked]) & (street.color == street.color[liked])
        weight = np.where(fits, np.sqrt(weight), 0)
    elif why == 2 and past:
        last = past[-1]
        fits = np.isin(street.kind, list(street.kinds[str(street.kind[last])]))
        fits &= np.isin(street.color, list(street.colors[str(street.color[last])]))
        weight = np.where(fits, np.sqrt(weight), 0)
    elif why == 3 and past:
        return past[int(rng.integers(len(past)))]
    total = weight.sum()
    return int(rng.choice(len(weight), p=weight / total)) if total > 0 else None


def line(user, sku, day, number):
    time = END - timedelta(days=DAYS - float(day))
    return {
        "event_id": f"e{number}",
        "user_id": user,
        "kind": "purchase",
        "product_id": sku,
        "time": time.replace(microsecond=0).isoformat(),
    }


if __name__ == "__main__":
    main()
