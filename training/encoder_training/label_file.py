"""labels.json: what the exported model's input and outputs mean, and where its data came from.

Programs read this file, so its keys stay as they were first published, spelling included.
"""

from pathlib import Path
from typing import Any

from encoder_training.backbone import FEATURES
from encoder_training.checkpoint import Checkpoint
from encoder_training.encoder import KEPT_SIZE, MASK_SIDE_PX, SIDE_PX, TUNED_SIZE
from encoder_training.json_files import write_json
from encoder_training.vocabulary import HEADS

UNSTATED: dict[str, Any] = {
    "data": [{"name": "unstated", "license": "unstated"}],
    "teachers": [],
    "caveats": ["nobody wrote down what this encoder was trained on; see training/README.md"],
}


def write_label_file(
    path: Path, checkpoint: Checkpoint, provenance: dict[str, Any] | None = None
) -> None:
    """Write labels.json for a checkpoint.

    provenance  "data", "teachers" and "caveats", in place of the checkpoint's own
    """
    write_json(
        path,
        {
            "input": {
                "name": "image",
                "type": "uint8",
                "layout": "NCHW",
                "color": "RGB",
                "size": [SIDE_PX, SIDE_PX],
                "fit": "pad to a square with white, centred, then resize (bicubic)",
                "normalisation": "inside the model: (x - 127) / 128",
            },
            "outputs": _outputs(checkpoint),
            "training": {
                "script": "training/encoder_training",
                "backbone": "EfficientNet-Lite2 (ImageNet)",
                "weight_average_alpha": checkpoint.alpha,
                "arguments": checkpoint.arguments,
            },
            **(provenance or checkpoint.provenance or UNSTATED),
        },
    )


def _outputs(checkpoint: Checkpoint) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "embedding": {
            "dim": TUNED_SIZE + KEPT_SIZE,
            "l2_normalised": True,
            "parts": {"fine_tuned": TUNED_SIZE, "keeps_imagenet_geometry": KEPT_SIZE},
            "share_of_kept_part": checkpoint.kept_share,
        },
        "features": {
            "dim": FEATURES,
            "l2_normalised": True,
            "meaning": "pooled backbone features; five times larger, a little better on products"
            " unlike the training data",
        },
        "mask": {
            "size": [MASK_SIDE_PX, MASK_SIDE_PX],
            "meaning": "probability that the pixel belongs to the product",
        },
    }
    for head in HEADS:
        classes = list(checkpoint.classes.of_head(head))
        outputs[head] = {"kind": "softmax probabilities", "classes": classes}
    return outputs
