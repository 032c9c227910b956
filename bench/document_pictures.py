"""Pages of text, tables, app screens and logos, drawn at random, for `bench/fit_documents.py`."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

TEXT = """size chart returns shipping free delivery add to cart checkout order total the of and
with for your new sale cotton wash waist hips chest length inch cm small medium large view details
sign in search menu home profile settings price color fabric care policy terms contact help
about us privacy"""
WORDS = TEXT.split()


def documents(seed, count):
    """File bytes of `count` pictures, of the four kinds in turn."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        drawn = (page, table, screen, logo)[number % 4](rng)
        file = io.BytesIO()
        drawn.save(file, "PNG")
        yield file.getvalue()


def page(rng):
    wide, high = int(rng.integers(300, 900)), int(rng.integers(300, 1200))
    image, draw, _, ink = sheet(rng, wide, high)
    size, margin = int(rng.integers(9, 34)), int(rng.integers(5, wide // 6))
    y, leading = int(rng.integers(4, high // 8)), rng.uniform(1.1, 1.8)
    if rng.random() < 0.5:
        draw.text((margin, y), words(rng, 3), font=font(int(size * 1.8)), fill=ink)
        y += int(size * 2.6)
    bottom = high if rng.random() < 0.7 else high * rng.uniform(0.4, 1)
    while y < bottom - size:
        if rng.random() > 0.12:
            line = filled_line(rng, draw, size, wide - 2 * margin)
            if rng.random() < 0.15:
                line = line[: int(len(line) * rng.uniform(0.2, 0.9))]
            draw.text((margin, y), line, font=font(size), fill=ink)
        y += int(size * leading)
    return image


def table(rng):
    wide, high = int(rng.integers(320, 900)), int(rng.integers(240, 800))
    image, draw, paper, ink = sheet(rng, wide, high)
    columns, rows, margin = (int(rng.integers(*ends)) for ends in ((3, 8), (4, 14), (2, 30)))
    size = max(9, min(int(high / rows * 0.45), int(wide / columns / 6)))
    across, down = (wide - 2 * margin) / columns, (high - 2 * margin) / rows
    has_grid, line = rng.random() < 0.7, between(ink, paper, 0.4)
    if rng.random() < 0.5:
        draw.rectangle((margin, margin, wide - margin, margin + down), fill=line)
    for row in range(rows):
        for column in range(columns):
            x, y = margin + across * column, margin + down * row
            if has_grid:
                draw.rectangle((x, y, x + across, y + down), outline=line)
            is_head = row == 0 or column == 0
            text = words(rng, 1) if is_head else str(rng.integers(20, 180))
            draw.text((x + 4, y + down / 4), text, font=font(size), fill=ink)
    return image


def screen(rng):
    wide = int(rng.integers(320, 500))
    high = int(wide * rng.uniform(1.3, 2.1))
    if rng.random() < 0.3:
        wide, high = wide * 2, int(wide * 1.25)
    image, draw, paper, ink = sheet(rng, wide, high)
    accent, pale = color(rng, 20, 235), between(ink, paper, 0.15)
    bar, size = int(high * rng.uniform(0.05, 0.1)), int(rng.integers(11, 20))
    draw.rectangle((0, 0, wide, bar), fill=accent if rng.random() < 0.6 else pale)
    draw.text((12, bar * 0.3), words(rng, 2), font=font(int(size * 1.3)), fill=ink)
    y, right, write = bar + 12, wide - 14, font(size)
    while y < high - 40:
        kind = rng.integers(6)
        if kind == 0:  # a button
            draw.rounded_rectangle((14, y, right, y + size * 2.4), 8, fill=accent)
            draw.text((wide * 0.35, y + size * 0.6), words(rng, 2), font=write, fill=paper)
            y += int(size * 3.2)
        elif kind == 1:  # a field
            draw.rounded_rectangle((14, y, right, y + size * 2.2), 6, outline=pale)
            draw.text((22, y + size * 0.5), words(rng, 2), font=write, fill=pale)
            y += int(size * 3)
        elif kind == 2:  # an entry of a list
            side = size * 2.4
            draw.ellipse((14, y, 14 + side, y + side), fill=accent if rng.random() < 0.5 else pale)
            draw.text((26 + side, y), words(rng, 3), font=write, fill=ink)
            draw.text((26 + side, y + size * 1.3), words(rng, 4), font=font(size - 3), fill=ink)
            y += int(size * 3.4)
            draw.line((14, y - 4, right, y - 4), fill=pale)
        elif kind == 3:  # a picture that has not loaded
            draw.rectangle((14, y, right, y + size * 5), fill=pale)
            y += int(size * 6)
        else:
            for _ in range(int(rng.integers(1, 5))):
                draw.text((14, y), words(rng, int(wide / size / 5)), font=write, fill=ink)
                y += int(size * 1.5)
            y += size
    return image


def logo(rng):
    wide, high = int(rng.integers(200, 600)), int(rng.integers(150, 500))
    image, draw, paper, ink = sheet(rng, wide, high)
    if rng.random() < 0.5:
        ink = color(rng, 0, 200) if sum(paper) > 380 else color(rng, 120, 256)
    text = words(rng, int(rng.integers(1, 3)))
    text = text.upper() if rng.random() < 0.6 else text.title()
    share, size = rng.uniform(0.5, 0.85), 8
    while draw.textlength(text, font=font(size)) < wide * share and size < high / 2:
        size += 4
    middle = wide / 2, high / 2
    draw.text(middle, text, font=font(size), fill=ink, anchor="mm")
    if rng.random() < 0.4:
        below, small = (middle[0], middle[1] + size * 0.9), font(max(8, size // 3))
        draw.text(below, words(rng, 3), font=small, fill=ink, anchor="mm")
    if rng.random() < 0.2:
        draw.rectangle(box(middle, size * 1.5, size), outline=ink, width=max(1, size // 12))
    elif rng.random() < 0.2:
        draw.ellipse(box((middle[0], middle[1] - size * 1.2), size * 0.4, size * 0.4), fill=ink)
    return image


def sheet(rng, wide, high):
    """A blank picture, what draws on it, and the colors of paper and ink."""
    kind = rng.integers(5)
    if kind < 3:
        paper = (255, 255, 255) if rng.random() < 0.6 else color(rng, 235, 256)
        ink = color(rng, 0, 90)
    elif kind == 3:
        paper, ink = color(rng, 10, 50), color(rng, 190, 256)
    else:
        paper, ink = color(rng, 190, 256), color(rng, 0, 80)
    image = Image.new("RGB", (wide, high), paper)
    return image, ImageDraw.Draw(image), paper, ink


def color(rng, low, high):
    return tuple(int(part) for part in rng.integers(low, high, 3))


def between(one, other, share):
    return tuple(
        int(first * share + second * (1 - share)) for first, second in zip(one, other, strict=True)
    )


def box(middle, across, down):
    return middle[0] - across, middle[1] - down, middle[0] + across, middle[1] + down


def words(rng, count):
    return " ".join(rng.choice(WORDS, count))


def filled_line(rng, draw, size, width):
    line = ""
    while draw.textlength(more := f"{line}{words(rng, 1)} ", font=font(size)) <= width:
        line = more
    return line


def font(size):
    return ImageFont.load_default(max(size, 7))
