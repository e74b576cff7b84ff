"""One look at a page: axe in both themes on a phone and a desk, and no scrolling sideways at any width."""

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
# The narrowest phone, a phone, a tablet, a desk, a wide desk; 640 and 960 are the desks at a zoom of 200 %.
WIDTHS = (320, 390, 640, 768, 960, 1280, 1920)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
# Colours are all that a theme changes: the other rules are asked once on each screen. Without `preload`, which writes a
# style into the page when sheets import each other: the page's own policy refuses that.
EVERYTHING: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    "preload": False,
}
CONTRAST: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": ["color-contrast"], "preload": False}
# What is half faded in has no contrast yet. Swagger's own parts are not ours to mend; what is around them is.
RUN = """async (options) => {
  for (const animation of document.getAnimations()) animation.finish();
  const results = await axe.run({ exclude: [[".swagger-ui"]] }, options);
  return results.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} at ${node.target.join(" ")}: ${[...node.any, ...node.all, ...node.none].map((c) => c.message)[0]}`));
}"""


def violations(page: Page, options: dict[str, Any] = EVERYTHING) -> list[str]:
    """What axe finds, a line for each element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(RUN, options))


def faults(page: Page, *, thorough: bool = True) -> list[str]:
    """Whatever is wrong with the page that is open; unless thorough, a phone by day and a desk by night."""
    found = []
    looks = [("phone", PHONE, "light", EVERYTHING), ("desk", DESK, "dark", EVERYTHING)]
    if thorough:
        looks += [("desk", DESK, "light", CONTRAST), ("phone", PHONE, "dark", CONTRAST)]
    for screen, size, theme, options in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        found += [f"{screen}, {theme}: {line}" for line in violations(page, options)]
    return found + wide(page)


def wide(page: Page) -> list[str]:
    """At which widths the page is wider than the window."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate(OVERFLOW)
        if over > 0:
            found.append(f"{over} px too wide at {width} px")
    return found


def report(found: dict[str, list[str]]) -> str:
    """The faults by page, for whoever reads the failed test."""
    return json.dumps(found, indent=1, ensure_ascii=False)
