"""Color names: which family people would call a single color."""

from functools import cache

import numpy as np

from lookalike.domain.arrays import Doubles, Floats
from lookalike.domain.color import FAMILIES
from lookalike.domain.features import Swatch

# Family, lightness, chroma, hue in degrees (OKLCh) of colors people name alike.  Placed by hand:
# chromatic ones near the centers of the XKCD survey's terms (Heer and Stone 2012, binned), the
# neutrals where product photographs put them (a black shirt is measured at L 0.25, not 0).
_PROTOTYPES: tuple[tuple[str, float, float, float], ...] = (
    ("black", 0.18, 0.004, 270), ("black", 0.22, 0.010, 45), ("black", 0.22, 0.010, 270),
    ("black", 0.25, 0.004, 270), ("black", 0.26, 0.008, 160), ("black", 0.27, 0.008, 278),
    ("black", 0.30, 0.006, 270), ("black", 0.30, 0.009, 45), ("black", 0.30, 0.010, 90),
    ("black", 0.32, 0.005, 270), ("black", 0.35, 0.009, 80), ("black", 0.36, 0.004, 270),
    ("gray", 0.42, 0.006, 270), ("gray", 0.42, 0.010, 265), ("gray", 0.48, 0.010, 60),
    ("gray", 0.50, 0.006, 270), ("gray", 0.55, 0.011, 255), ("gray", 0.58, 0.006, 270),
    ("gray", 0.62, 0.010, 60), ("gray", 0.66, 0.006, 270), ("gray", 0.66, 0.011, 255),
    ("gray", 0.74, 0.006, 270), ("gray", 0.76, 0.010, 80), ("gray", 0.76, 0.010, 255),
    ("gray", 0.80, 0.006, 270),
    ("white", 0.84, 0.004, 90), ("white", 0.84, 0.016, 82), ("white", 0.86, 0.010, 85),
    ("white", 0.88, 0.004, 90), ("white", 0.89, 0.019, 85), ("white", 0.91, 0.010, 250),
    ("white", 0.92, 0.016, 85), ("white", 0.93, 0.024, 88), ("white", 0.94, 0.004, 90),
    ("white", 0.96, 0.012, 90), ("white", 0.99, 0.001, 90),
    ("beige", 0.67, 0.036, 72), ("beige", 0.72, 0.060, 68), ("beige", 0.74, 0.026, 70),
    ("beige", 0.74, 0.042, 70), ("beige", 0.80, 0.055, 75), ("beige", 0.81, 0.036, 75),
    ("beige", 0.84, 0.028, 76), ("beige", 0.84, 0.042, 82), ("beige", 0.88, 0.033, 80),
    ("brown", 0.28, 0.024, 50), ("brown", 0.34, 0.017, 35), ("brown", 0.35, 0.035, 50),
    ("brown", 0.40, 0.075, 45), ("brown", 0.43, 0.045, 52), ("brown", 0.45, 0.025, 55),
    ("brown", 0.50, 0.065, 55), ("brown", 0.52, 0.100, 52), ("brown", 0.54, 0.030, 60),
    ("brown", 0.56, 0.060, 57), ("brown", 0.60, 0.085, 60),
    ("red", 0.27, 0.045, 15), ("red", 0.29, 0.032, 10), ("red", 0.32, 0.075, 15),
    ("red", 0.36, 0.110, 20), ("red", 0.40, 0.090, 10), ("red", 0.44, 0.160, 23),
    ("red", 0.52, 0.190, 25), ("red", 0.58, 0.210, 25), ("red", 0.60, 0.150, 22),
    ("red", 0.63, 0.255, 29),
    ("orange", 0.48, 0.115, 39), ("orange", 0.52, 0.120, 38), ("orange", 0.53, 0.150, 34),
    ("orange", 0.60, 0.130, 47), ("orange", 0.64, 0.160, 38), ("orange", 0.70, 0.170, 48),
    ("orange", 0.72, 0.120, 35), ("orange", 0.77, 0.140, 58), ("orange", 0.78, 0.085, 48),
    ("yellow", 0.66, 0.110, 82), ("yellow", 0.76, 0.125, 80), ("yellow", 0.77, 0.095, 80),
    ("yellow", 0.85, 0.160, 88), ("yellow", 0.86, 0.095, 90), ("yellow", 0.90, 0.150, 98),
    ("yellow", 0.92, 0.050, 97), ("yellow", 0.92, 0.075, 96), ("yellow", 0.94, 0.190, 108),
    ("green", 0.27, 0.018, 175), ("green", 0.28, 0.020, 130), ("green", 0.32, 0.045, 160),
    ("green", 0.35, 0.028, 108), ("green", 0.36, 0.055, 185), ("green", 0.42, 0.110, 145),
    ("green", 0.44, 0.034, 103), ("green", 0.44, 0.036, 93), ("green", 0.50, 0.075, 178),
    ("green", 0.53, 0.050, 106), ("green", 0.55, 0.140, 145), ("green", 0.62, 0.030, 112),
    ("green", 0.62, 0.040, 130), ("green", 0.62, 0.080, 110), ("green", 0.68, 0.090, 172),
    ("green", 0.68, 0.140, 142), ("green", 0.74, 0.034, 110), ("green", 0.74, 0.040, 140),
    ("green", 0.74, 0.130, 118), ("green", 0.80, 0.090, 150), ("green", 0.86, 0.045, 155),
    ("green", 0.87, 0.028, 126), ("green", 0.88, 0.190, 122),
    ("blue", 0.22, 0.022, 278), ("blue", 0.25, 0.018, 277), ("blue", 0.27, 0.024, 280),
    ("blue", 0.30, 0.028, 275), ("blue", 0.30, 0.050, 272), ("blue", 0.34, 0.028, 262),
    ("blue", 0.36, 0.026, 270), ("blue", 0.38, 0.055, 260), ("blue", 0.40, 0.200, 265),
    ("blue", 0.42, 0.060, 225), ("blue", 0.45, 0.130, 264), ("blue", 0.50, 0.025, 258),
    ("blue", 0.50, 0.055, 255), ("blue", 0.56, 0.080, 215), ("blue", 0.56, 0.130, 255),
    ("blue", 0.60, 0.026, 258), ("blue", 0.63, 0.048, 253), ("blue", 0.69, 0.027, 255),
    ("blue", 0.70, 0.100, 245), ("blue", 0.74, 0.060, 262), ("blue", 0.78, 0.085, 215),
    ("blue", 0.79, 0.035, 250), ("blue", 0.82, 0.080, 200), ("blue", 0.84, 0.045, 235),
    ("blue", 0.88, 0.018, 235),
    ("purple", 0.30, 0.045, 320), ("purple", 0.36, 0.100, 315), ("purple", 0.38, 0.060, 335),
    ("purple", 0.45, 0.120, 335), ("purple", 0.45, 0.190, 295), ("purple", 0.46, 0.140, 308),
    ("purple", 0.55, 0.120, 305), ("purple", 0.58, 0.045, 320), ("purple", 0.60, 0.033, 302),
    ("purple", 0.68, 0.080, 305), ("purple", 0.78, 0.050, 308),
    ("pink", 0.50, 0.180, 0), ("pink", 0.55, 0.200, 345), ("pink", 0.60, 0.200, 5),
    ("pink", 0.66, 0.190, 355), ("pink", 0.68, 0.080, 12), ("pink", 0.72, 0.130, 5),
    ("pink", 0.76, 0.055, 22), ("pink", 0.78, 0.040, 38), ("pink", 0.78, 0.100, 20),
    ("pink", 0.80, 0.030, 15), ("pink", 0.82, 0.080, 8), ("pink", 0.84, 0.050, 355),
    ("pink", 0.86, 0.040, 20), ("pink", 0.90, 0.020, 25),
)  # fmt: skip

REACH = 0.035  # standard deviation of a prototype in warped OKLab
LIGHTNESS_WEIGHT = 0.75  # light and shade change lightness, not the name
CHROMA_WARP = 0.35  # warped chroma is 0.35 sqrt(chroma): near gray, small tints change the name


def accent_colors(palette: tuple[Swatch, ...], family: str) -> tuple[str, ...]:
    """The other families of the palette, largest first; for multicolor, all of them."""
    shares: dict[str, float] = {}
    for swatch in palette:
        shares[swatch.family] = shares.get(swatch.family, 0.0) + swatch.share
    others = sorted((name for name in shares if name != family), key=lambda name: -shares[name])
    return tuple(others)


def family_votes(lab: Floats | Doubles) -> Doubles:
    """(count, families) how people would name each of (count, 3) OKLab colors; rows sum to 1.

    A mixture of prototypes; gold, silver and multicolor get nothing: no single color is one.
    """
    prototypes, lengths, families = _prototypes()
    # a prototype's squared distance less the color's own square, which all of them share
    gaps = lengths - _warped(lab) @ prototypes
    near = np.exp((gaps.min(axis=1, keepdims=True) - gaps) / (2 * REACH**2))
    votes = near @ families
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def _warped(lab: Floats | Doubles) -> Doubles:
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    stretch = CHROMA_WARP / np.sqrt(np.maximum(chroma, 1e-6))
    warped = lab * stretch[:, None].astype(np.float64)
    warped[:, 0] = LIGHTNESS_WEIGHT * lab[:, 0]
    return np.asarray(warped)


@cache
def _prototypes() -> tuple[Doubles, Doubles, Doubles]:
    """(3, prototypes) twice the warped OKLab, (prototypes,) its squared length, and
    (prototypes, families) one at each one's family."""
    values = np.array([row[1:] for row in _PROTOTYPES])
    hue = np.radians(values[:, 2])
    lab = np.stack([values[:, 0], values[:, 1] * np.cos(hue), values[:, 1] * np.sin(hue)], axis=-1)
    families = np.eye(len(FAMILIES))[[FAMILIES.index(row[0]) for row in _PROTOTYPES]]
    warped = _warped(lab)
    return 2 * warped.T, (warped**2).sum(axis=1), families
