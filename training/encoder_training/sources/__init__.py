"""Where training photos come from: each module reads one layout into `packs.Photo` values."""
