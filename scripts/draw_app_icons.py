"""Draw the app's icons from the programme's mark: `python scripts/draw_app_icons.py` after static/img/mark.svg changed.

Needs Chromium (CHROMIUM names it). The result is committed: static/img/app/*.png.
"""

import base64
import os
import re
import shutil
import struct
import sys
import zlib
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from members.app_icons import INK, SIGNATURE, chunk, palette, transparency  # noqa: E402 - after the path above
from members.colours import parse  # noqa: E402

# Systems cut a maskable icon to a circle of four fifths of it, so its mark is smaller and its colour goes to the edge.
DRAWINGS = {"app-192": (192, 7, 1.16), "app-512": (512, 7, 1.16)} | {
    f"{name}-{size}": (size, 0, 1.02) for name, size in (("maskable", 192), ("maskable", 512), ("apple", 180))
}
# Red is the ink, green what is inside the icon.
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 32 32">
<rect width="32" height="32" rx="{corner}" fill="#0f0"/>
<g transform="translate(16 16) scale({scale}) translate(-16.3 -15.75)" fill="none" stroke="#ff0" stroke-width="1.6"
stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></g></svg>"""
PIXELS = """async ([svg, size]) => {
  const image = new Image();
  image.src = "data:image/svg+xml;base64," + btoa(svg);
  await image.decode();
  const canvas = new OffscreenCanvas(size, size).getContext("2d");
  canvas.drawImage(image, 0, 0);
  let text = "";
  for (const value of canvas.getImageData(0, 0, size, size).data) text += String.fromCharCode(value);
  return btoa(text);
}"""


def draw(page: Page, name: str, path: str) -> bytes:
    size, corner, scale = DRAWINGS[name]
    svg = SVG.format(size=size, corner=corner, scale=scale, path=path)
    pixels = base64.b64decode(page.evaluate(PIXELS, [svg, size]))
    indices = [index(*pixels[place : place + 4]) for place in range(0, len(pixels), 4)]
    rows = b"".join(b"\0" + bytes(indices[start : start + size]) for start in range(0, size * size, size))
    return SIGNATURE + b"".join(
        [
            chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette(parse("#b5421c"))),
            *([chunk(b"tRNS", transparency())] if corner else []),
            chunk(b"IDAT", zlib.compress(rows, 9)),
            chunk(b"IEND", b""),
        ]
    )


def index(red: int, _green: int, _blue: int, alpha: int) -> int:
    # The mark never touches the edge, so a pixel is either part of it or part of the corner.
    return round(red / 255 * INK) if alpha == 255 else 255 - round(alpha / 255 * (255 - INK))  # noqa: PLR2004 - opaque


def main() -> None:
    mark = (ROOT / "static/img/mark.svg").read_text()
    paths = re.findall(r'<path d="([^"]+)"', mark)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name in DRAWINGS:
            (ROOT / "static/img/app" / f"{name}.png").write_bytes(draw(page, name, " ".join(paths)))
        browser.close()


if __name__ == "__main__":
    main()
