"""Runs the command line: `python -m encoder_training`."""

import sys

from encoder_training.cli import main

sys.exit(main())
