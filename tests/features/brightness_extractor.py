"""An attribute extractor as somebody else would write it: is the product bright or dark?"""

from lookalike.domain.features import AttributeValue

BRIGHT = 0.5


class Brightness:
    version = "1"
    attributes = ("brightness",)

    def extract(self, image):
        if not image.palette:
            return {"brightness": AttributeValue("unknown", 0.0)}
        total = image.weights.sum()
        light = float((image.small.mean(axis=2) * image.weights).sum() / total / 255)
        word = "bright" if light >= BRIGHT else "dark"
        return {"brightness": AttributeValue(word, max(light, 1 - light)), "undeclared": None}
