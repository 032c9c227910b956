"""A contact sheet of what the network sees in training, to look at before a long run."""

from pathlib import Path

import torch
from PIL import Image
from torch.nn import functional

from encoder_training.augmentation.extras import extra_pictures
from encoder_training.augmentation.views import odd_pictures, product_views
from encoder_training.batches import Supply

COLUMNS, TILE_PX = 12, 112
VIEWS, EXTRAS, EXTRAS_SHOWN, ODD = 24, 96, 48, 12


@torch.no_grad()
def write_sheet(path: Path, supply: Supply) -> None:
    """Rows of views and their masks, extra pictures and their masks, then odd pictures."""
    canvas, photos = supply.canvas, supply.photos
    views = product_views(canvas, photos, supply.sampler.draw(VIEWS))
    extras = extra_pictures(canvas, photos, supply.pools, EXTRAS).pictures
    odd = odd_pictures(canvas, photos, ODD, first=views.images, second=views.images)
    shown = torch.linspace(0, len(extras.images) - 1, EXTRAS_SHOWN).long().to(canvas.device)
    tiles = torch.cat(
        [
            views.images,
            views.masks.expand(-1, 3, -1, -1),
            extras.images[shown],
            extras.masks[shown].expand(-1, 3, -1, -1),
            odd,
        ]
    )
    tiles = functional.interpolate(tiles, size=(TILE_PX, TILE_PX), mode="bilinear", antialias=True)
    rows = len(tiles) // COLUMNS
    grid = tiles[: rows * COLUMNS].view(rows, COLUMNS, 3, TILE_PX, TILE_PX)
    sheet = grid.permute(0, 3, 1, 4, 2).reshape(rows * TILE_PX, COLUMNS * TILE_PX, 3)
    pixels = (sheet.clamp(0, 1) * 255).to(torch.uint8).cpu().numpy()
    Image.fromarray(pixels).save(path)
