"""A page as Chromium shows it, and what can be asked of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

WIDTHS = (360, 768, 1440)
"""A phone's, a tablet's, a desk's."""

OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth, scrolls = element => {
    for (let box = element.parentElement; box; box = box.parentElement)
      if (/auto|scroll|hidden/.test(getComputedStyle(box).overflowX) && box !== document.body)
        return true;
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter(x => { const r = x.getBoundingClientRect();
      return r.width > 1 && r.height > 1 && (r.right > wide + 0.5 || r.left < -0.5); })
    .filter(x => !scrolls(x))
    .map(x => x.tagName + "." + x.getAttribute("class") + ": " + x.textContent.slice(0, 60));
}"""

OVERLAPPING = """() => {
  const seen = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, box = node.parentElement;
    if (!node.textContent.trim() || box.closest("script, style, title, desc")) continue;
    if (!box.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (getComputedStyle(box.closest("thead") || box).clipPath !== "none") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects())
      if (r.width > 1 && r.height > 1) seen.push([r, node]);
  }
  const pairs = [], inset = 2, words = node => node.textContent.trim().slice(0, 40);
  seen.sort((a, b) => a[0].top - b[0].top);
  for (let i = 0; i < seen.length; i++)
    for (let j = i + 1; j < seen.length && seen[j][0].top < seen[i][0].bottom - inset; j++) {
      const [a, one] = seen[i], [b, other] = seen[j];
      if (one !== other && a.left + inset < b.right && b.left + inset < a.right
          && a.top + inset < b.bottom && b.top + inset < a.bottom)
        pairs.push(words(one) + " / " + words(other));
    }
  return pairs;
}"""


@dataclass
class Opened:
    """An open page: what it logged, asked for and threw up since it was opened."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether it has no error, no dialog, and asked for nothing but itself."""
        return not (self.errors or self.requests or self.dialogs)

    def overflowing(self) -> list[str]:
        """What reaches over the page's edges and is in no box that scrolls."""
        wide: list[str] = self.page.evaluate(OVERFLOWING)
        over = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return [*wide, *([f"the page, by {over} pixels"] if over > 0 else [])]

    def overlapping(self) -> list[str]:
        """Pairs of texts that are painted over each other."""
        pairs: list[str] = self.page.evaluate(OVERLAPPING)
        return pairs

    def violations(self) -> list[str]:
        """What axe-core finds, contrast and names of pictures among it."""
        every: list[dict[str, Any]] = axe().run(self.page).response["violations"]
        return [
            f"{x['id']}: {x['help']}: {node['html'][:200]}" for x in every for node in x["nodes"]
        ]

    def picture(self, path: Path) -> Path:
        """The whole page as PNG, to be looked at."""
        self.page.screenshot(path=path, full_page=True)
        return path


@lru_cache
def axe() -> Axe:
    """axe-core, read once."""
    return Axe()


@contextmanager
def opened(
    browser: Browser,
    path: Path,
    width: int = 1440,
    *,
    dark: bool = False,
    javascript: bool = True,
) -> Iterator[Opened]:
    """The page of a file, without a network, at that width in pixels."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        offline=True,
    )
    try:
        page = context.new_page()
        seen = Opened(page, path.resolve().as_uri())
        page.on("console", lambda x: seen.errors.append(x.text) if x.type == "error" else None)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "request",
            lambda x: seen.requests.append(x.url) if x.url.split("#")[0] != seen.address else None,
        )
        page.on("dialog", lambda x: (seen.dialogs.append(x.message), x.dismiss()))
        page.goto(seen.address)
        yield seen
    finally:
        context.close()
