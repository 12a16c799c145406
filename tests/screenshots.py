"""`make screenshots`: every page of a Weir that `weir demo` has sent traffic to.

At 1440 and 390 px, light and dark, as WebP under docs/screenshots/; docs/pages.md shows
them. A server of its own, in a folder of its own, with nobody's data in it.
"""

from __future__ import annotations

import argparse
import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.observe.browser import Browser, Page
from tests.observe.every_page import every_page
from tests.own_home import ROOT
from tests.server import WeirServer

INTO = ROOT / "docs" / "screenshots"
SIZES = {1440: 900, 390: 844}
QUALITY = 45
MINUTES = "1.5"


def main() -> int:
    options = _options()
    options.into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Browser() as browser,
        WeirServer(Path(folder), "") as weir,
    ):
        _demo(weir.url, options.minutes)
        taken = sum(_all(browser, weir.url, options.into))
    sys.stdout.write(f"{taken / 1e6:.1f} MB in {options.into}\n")
    return 0


def _demo(url: str, minutes: str) -> None:
    command = [sys.executable, "-m", "observe", "demo", "--server", url]
    subprocess.run([*command, "--minutes", minutes], check=True, cwd=ROOT)


def _all(browser: Browser, url: str, into: Path) -> Iterator[int]:
    """The bytes of each."""
    pages = every_page(url)
    for width, height in SIZES.items():
        for theme in ("light", "dark"):
            page = browser.open("about:blank", width, height)
            features = [{"name": "prefers-color-scheme", "value": theme}]
            page.command("Emulation.setEmulatedMedia", features=features)
            for name, path in pages.items():
                page.go(url + path)
                taken = _picture(page)
                (into / f"{name}-{width}-{theme}.webp").write_bytes(taken)
                yield len(taken)
            page.close()


def _picture(page: Page) -> bytes:
    # Opening a socket for live rows, and what loads behind the list, is no part of it.
    page.wait("!document.querySelector('#live:not([data-state=live]), .strip:empty')")
    told = page.command("Page.captureScreenshot", format="webp", quality=QUALITY)
    return base64.b64decode(told["data"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Screenshots of every page.")
    parser.add_argument("--into", type=Path, default=INTO)
    parser.add_argument("--minutes", default=MINUTES, help="of traffic")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
