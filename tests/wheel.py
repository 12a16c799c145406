"""Builds the wheel and plays its first user: `python -m tests.wheel`, the gate's step.

The wheel goes into an environment of its own with what requirements.lock holds. Then
`weir serve` starts in a directory that has no source, answers one call, and its pages
show what that cost.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
NOT_SOURCE = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "weir-data")
PIP = ("pip", "--disable-pip-version-check")
INSTALL = (*PIP, "install", "--quiet", "--no-compile", "--no-deps")
CALL = {"model": "weir-demo", "messages": [{"role": "user", "content": "Hello"}]}
LISTENS = re.compile(r"Weir listens on (http://\S+)")
PRICED = re.compile(r"weir-demo.*?\$0\.0*[1-9]", re.DOTALL)
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
SECONDS = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="weir-wheel-") as name:
        scratch = Path(name)
        wheel = build(scratch)
        weir = install(wheel, scratch / "venv")
        with served(weir, scratch / "elsewhere") as url:
            call(url)
            page = wait_for(lambda: priced_list(url), "the list shows a priced call")
            files = static_files(url, page)
        sys.stdout.write(f"{wheel.name}: serves, prices, {len(files)} static files.\n")


def build(scratch: Path) -> Path:
    """From a copy: what an earlier build left in the tree must not get into it."""
    source = scratch / "source"
    shutil.copytree(ROOT, source, symlinks=True, ignore=NOT_SOURCE)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir")
    python(sys.executable, *PIP, "wheel", *options, str(scratch), str(source))
    shutil.rmtree(source)
    (wheel,) = scratch.glob("*.whl")
    return wheel


def install(wheel: Path, home: Path) -> Path:
    """The installed `weir`."""
    venv.create(home, with_pip=True)
    own = str(home / "bin" / "python")
    python(own, *INSTALL, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    python(own, *INSTALL, str(wheel))
    python(own, *PIP, "check")
    return home / "bin" / "weir"


def python(executable: str, *module: str) -> None:
    subprocess.run([executable, "-m", *module], check=True, cwd="/")


@contextmanager
def served(weir: Path, directory: Path) -> Iterator[str]:
    """The address of `weir serve`, started with nothing around it but a stranger."""
    directory.mkdir()
    # A file of the user's with the name of one of our rooms must not be taken for it.
    (directory / "proxy.py").write_text("raise SystemExit('not our proxy')\n")
    log = directory / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [weir, "serve", "--port", "0"],
            cwd=directory,
            env={"PATH": os.environ["PATH"], "HOME": str(directory)},
            stdout=out,
            stderr=out,
        )
    try:
        yield wait_for(lambda: address(server, log), "weir serve listens")
    except BaseException:
        sys.stderr.write(log.read_text())
        raise
    finally:
        server.terminate()
        server.wait(SECONDS)


def address(server: subprocess.Popen[bytes], log: Path) -> str:
    found = LISTENS.search(log.read_text())
    if server.poll() is not None:
        raise SystemExit(f"weir serve ended with {server.returncode}.")
    return found[1] if found else ""


def call(url: str) -> None:
    headers = {"content-type": "application/json"}
    body = json.dumps(CALL).encode()
    answer = fetch(Request(f"{url}/v1/chat/completions", body, headers))
    assert json.loads(answer)["usage"], answer


def priced_list(url: str) -> str:
    """The page with the list, once it shows the call and its price; "" before."""
    page = fetch(f"{url}/")
    return page if PRICED.search(page) else ""


def static_files(url: str, page: str) -> list[str]:
    files = STATIC.findall(page)
    assert files, "the page names no static file"
    for file in files:
        assert fetch(urljoin(url, file)), f"{file} is empty"
    return files


def fetch(request: Request | str) -> str:
    """The answer's text; anything but 200 raises."""
    with urlopen(request, timeout=SECONDS) as answer:
        assert answer.status == 200, answer.status
        return str(answer.read().decode())


def wait_for(condition: Callable[[], str], what: str) -> str:
    deadline = time.monotonic() + SECONDS
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {SECONDS:g} s")
        time.sleep(0.1)
    return value


if __name__ == "__main__":
    main()
