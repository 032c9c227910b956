"""What naming a product's color takes without Lookalike: a border mask, a clustering, CSS names.

Every baseline is a function of a sample of `bench/color.py` and returns (families,) chances.
The libraries come with the `bench` extra.  All but the first get the picture cut out by our own
border mask; all name the color they find by the same nearest CSS colors.
"""

import collections
import functools
import io

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.cluster.vq import kmeans2

from lookalike.domain.color import FAMILIES, ciede2000, cielab
from lookalike.features.foreground import foreground

# How the names of CSS fold into families; the first that a name contains counts.  Folded as
# photographs need it: black clothes measure as darkslategray, white ones as silver.
CSS = {
    "black": "black darkslategr",
    "brown": "saddlebrown sienna brown chocolate peru maroon rosybrown darkgoldenrod",
    "beige": "beige linen wheat bisque almond moccasin burlywood tan navajo papaya",
    "white": "white snow ivory seashell floralwhite oldlace mintcream azure honeydew aliceblue"
    " cornsilk lavenderblush gainsboro lightgray lightgrey silver",
    "gray": "gray grey",
    "purple": "purple violet orchid plum indigo lavender thistle",
    "pink": "pink fuchsia magenta rose",
    "orange": "orange coral tomato peach salmon",
    "red": "red crimson firebrick",
    "yellow": "yellow gold khaki lemon",
    "green": "green olive lime chartreuse teal aquamarine",
    "blue": "blue navy cyan aqua turquoise",
}
SAME = 12  # CIELAB distance from the border color that is still background; by eye
CLUSTERS = 5
SPREAD = 10  # CIEDE2000 over which a family's chance falls to 1 / e


def border_mask(sample):
    """A flood from the border in CIELAB, k-means of the rest, the largest cluster's name."""
    lab = cielab(sample.pixels)
    product = lab[~flooded(lab)]
    if len(product) == 0:
        product = lab.reshape(-1, 3)
    count = min(CLUSTERS, len(np.unique(product, axis=0)))
    centers, nearest = kmeans2(product, count, minit="++", rng=0)
    return by_css(centers[np.bincount(nearest).argmax()])


def flooded(lab):
    """(h, w) bool: near the median border color, and joined to the border by such pixels."""
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    near = np.linalg.norm(lab - np.median(border, axis=0), axis=-1) < SAME
    parts, count = ndimage.label(near)
    outer = np.zeros(count + 1, bool)
    outer[np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])] = True
    outer[0] = False
    return outer[parts]


def median_cut(sample):
    """Pillow's median cut into five colors: the most frequent one."""
    inside = np.asarray(cut_out(sample))
    rgb = inside[inside[..., 3] > 0][:, :3]
    coded = Image.fromarray(rgb[None]).quantize(CLUSTERS, method=Image.Quantize.MEDIANCUT)
    _, most = max(coded.getcolors())
    return by_css(cielab(np.array(coded.getpalette()[3 * most : 3 * most + 3], np.uint8)))


def color_thief(sample):
    from colorthief import ColorThief

    file = io.BytesIO()
    cut_out(sample).save(file, "PNG")
    return by_css(cielab(np.array(ColorThief(file).get_color(quality=1), np.uint8)))


def ext_colors(sample):
    from extcolors import extract_from_image

    colors, _ = extract_from_image(cut_out(sample), tolerance=32, limit=CLUSTERS)
    return by_css(cielab(np.array(colors[0][0][:3], np.uint8)))


BASELINES = {
    "border mask": border_mask,
    "median cut": median_cut,
    "colorthief": color_thief,
    "extcolors": ext_colors,
}


def cut_out(sample):
    """The picture as RGBA: transparent where it looks like its border."""
    found = foreground(sample.pixels, alpha=sample.alpha, encoder_mask=None)
    opaque = np.where(found.weights > 0.5, 255, 0).astype(np.uint8)
    return Image.fromarray(np.dstack([sample.pixels, opaque]))


def by_css(lab):
    """(families,) chances that fall with the CIEDE2000 to each family's nearest CSS color."""
    gaps = {family: ciede2000(own, lab[None]).min() for family, own in css_colors().items()}
    row = placed({family: np.exp(-gap / SPREAD) for family, gap in gaps.items()})
    return row / row.sum()


@functools.cache
def css_colors():
    """Family -> CIELAB of its CSS colors; a name that has no family is left out."""
    import webcolors

    found = collections.defaultdict(list)
    for name in webcolors.names("css3"):
        if family := css_family(name):
            found[family].append(webcolors.name_to_rgb(name))
    return {family: cielab(np.array(rgb, np.uint8)) for family, rgb in found.items()}


def css_family(name):
    for family, words in CSS.items():
        if any(word in name for word in words.split()):
            return family
    return None


def placed(chances):
    """(families,) of family -> chance."""
    row = np.zeros(len(FAMILIES))
    for name, chance in chances.items():
        row[FAMILIES.index(name)] = chance
    return row
