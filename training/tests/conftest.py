"""Values that several tests share."""

import numpy as np
import pytest
import torch

from encoder_training.drawn.canvas import Canvas
from encoder_training.encoder import Encoder
from encoder_training.vocabulary import Classes

torch.set_num_threads(1)


@pytest.fixture
def canvas() -> Canvas:
    return new_canvas(0)


@pytest.fixture(scope="session")
def classes() -> Classes:
    return Classes(product_type=("Shirts", "Jeans", "Bags"), subcategory=("Top",), fine=("Apple",))


@pytest.fixture(scope="session")
def encoder(classes: Classes) -> Encoder:
    torch.manual_seed(0)
    return Encoder(classes).eval()


def new_canvas(seed: int) -> Canvas:
    device = torch.device("cpu")
    generator = torch.Generator(device).manual_seed(seed)
    return Canvas(device, generator, np.random.RandomState(seed))
