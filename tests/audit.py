"""Are there known vulnerabilities in what we ship with?  One question to OSV about the lock file.

OSV (https://osv.dev) holds what PyPI's own advisory database does and answers for all packages in
one request, so this needs no tool and no further dependency (docs/decisions/0071).
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

LOCK = Path(__file__).parent.parent / "requirements" / "run.lock"
URL = "https://api.osv.dev/v1/querybatch"
TIMEOUT_S = 20.0
ACCEPTED: Mapping[str, str] = {}
"""Advisory -> why it does not concern us.  It goes when the version does."""


def pinned(lock: str) -> list[tuple[str, str]]:
    """(package, version) of every line of a lock file; some have one for each Python."""
    return re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock, flags=re.M)


def advisories(packages: Sequence[tuple[str, str]], *, url: str = URL) -> dict[str, list[str]]:
    """Name and version -> ids of its advisories; packages without any are left out.

    Raises httpx.HTTPError when the service cannot be asked.
    """
    asked = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in packages
    ]
    answer = httpx.post(url, json={"queries": asked}, timeout=TIMEOUT_S).raise_for_status()
    results = answer.json()["results"]
    told = {
        f"{name} {version}": [
            one["id"] for one in result.get("vulns", []) if one["id"] not in ACCEPTED
        ]
        for (name, version), result in zip(packages, results, strict=True)
    }
    return {name: ids for name, ids in told.items() if ids}


def main(*, lock: Path = LOCK, url: str = URL) -> int:
    """0 when nothing is known or the service cannot be reached, which is said; 1 when there is."""
    packages = pinned(lock.read_text())
    try:
        found = advisories(packages, url=url)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        reason = str(error) or type(error).__name__
        print(f"NOT CHECKED: {url} cannot be asked for advisories ({reason}).")
        return 0
    for name, ids in found.items():
        print(f"{name}: {', '.join(ids)}  https://osv.dev/{ids[0]}")
    print(f"{len(packages)} packages of {lock.name}, {len(found)} with known vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
