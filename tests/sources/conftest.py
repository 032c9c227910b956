"""What the tests of the sources share: write a catalogue, read it, split what comes out."""

import pytest
from outcomes import split

from lookalike.sources.catalog import open_source


@pytest.fixture
def read(tmp_path):
    """Write bytes or text to a file and read it: (products, problems)."""

    def read_catalog(content, name="catalog.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return split(open_source(path, **options))

    return read_catalog
