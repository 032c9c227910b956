"""The array types, by element; shapes stand in the docstrings that use them."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
"""(height, width, 3) RGB, or (height, width) where a single plane is meant."""
