"""A real Chromium for the tests of pages; without one they skip, with the reason."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
"""Debian's: Playwright's own is a download."""


@pytest.fixture(scope="session")
def browser() -> "Iterator[object]":
    """Chromium, without a window."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install Debian's package chromium")
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def browse(browser: object) -> "Iterator[Callable[..., object]]":
    """Opens a file's page, `browse(path, width, dark=…, javascript=…)`: an `Opened`."""
    from tests.browser.pages import opened

    with ExitStack() as stack:
        yield lambda path, width=1440, **how: stack.enter_context(
            opened(browser, path, width, **how)
        )
