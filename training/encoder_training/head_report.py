"""Tells how the finished heads do on the held-out photos."""

from collections.abc import Callable, Sequence

from encoder_training.encoder import Encoder
from encoder_training.evaluation.judged import head_score
from encoder_training.held_out import HeldOutSet, answers
from encoder_training.packs import Report
from encoder_training.photo_labels import PhotoLabels

# Weak labels are judged only where a word of the name states them.
SURE_PATTERN, SURE_MATERIAL = 1.0, 0.8


def report_heads(student: Encoder, sets: Sequence[HeldOutSet], report: Report) -> None:
    """One line a set: accuracy and calibration error of each head with enough labels."""
    for held_out in sets:
        logits = answers(student, held_out.images).logits
        figures = []
        for head, truth in TRUTH.items():
            probabilities = logits[head].softmax(1).cpu().numpy()
            score = head_score(probabilities, [truth(photo) for photo in held_out.labels])
            if score:
                figures.append(
                    f"{head} {score.accuracy:.3f}"
                    f" (ECE {score.calibration_error:.3f}, n {score.judged})"
                )
        if figures:
            report(f"{held_out.name}: {'; '.join(figures)}")


def _known(number: int) -> tuple[int, ...]:
    return (number,) if number >= 0 else ()


TRUTH: dict[str, Callable[[PhotoLabels], tuple[int, ...]]] = {
    "product_type": lambda photo: photo.types,
    "category": lambda photo: _known(photo.category),
    "color": lambda photo: _known(photo.color),
    "style": lambda photo: _known(photo.style),
    "gender": lambda photo: _known(photo.gender),
    "pattern": lambda photo: photo.patterns if photo.pattern_weight >= SURE_PATTERN else (),
    "material": lambda photo: (
        _known(photo.material) if photo.material_weight >= SURE_MATERIAL else ()
    ),
}
