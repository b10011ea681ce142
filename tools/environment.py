"""Makes `.venv` in the checkout, with the versions of requirements.lock, and again only when those changed.

Standard library only: it runs before anything is installed. A folder that a kill left half-made is made anew.
Usage: python tools/environment.py [--tests]
"""

import ast
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
STAMP = "keepwell-environment.json"

# What pip is told about where packages come from, and the variable that tells uv the same. uv reads nothing of pip's.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
}


def main(arguments: Sequence[str]) -> int:
    """Bring the environment up to date; 0 when it is ready."""
    sets = {"tests"} if "--tests" in arguments else set()
    if "--tests" in arguments and shutil.which("java"):
        sets.add("spark")
    folder = CHECKOUT / ".venv"
    try:
        with _alone():
            make(folder, sets)
    except KeyboardInterrupt:
        say("Stopped. The next start goes on from here.")
        return 130
    except subprocess.CalledProcessError as error:
        say(f"The environment could not be made: {Path(error.cmd[0]).name} ended with {error.returncode}.")
        say("What it said stands above. Packages come from where pip's configuration says (`pip config list`).")
        return 1
    except OSError as error:
        say(f"The environment could not be made: {error}.")
        return 1
    return 0


def make(folder: Path, sets: set[str]) -> None:
    """Make or renew the environment in `folder` so that it holds the package and `sets` of further dependencies."""
    stamp = read_stamp(folder)
    inputs = fingerprint(CHECKOUT)
    todo = what_to_do(stamp, inputs=inputs, place=str(folder), sets=sets, works=python_works(folder))
    if todo == "nothing":
        return
    sets = sets | set(stamp.get("sets", []))
    if todo == "remake":
        say(f"Making the environment in {folder.name} with Python {sys.version.split()[0]}, once …")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        write_stamp(folder, state="making", sets=sets, inputs="", place=str(folder))
        venv.create(folder, with_pip=True)
    else:
        say("Bringing the environment up to date …")
        write_stamp(folder, state="making", sets=sets, inputs="", place=str(folder))
    install(folder, requirements(CHECKOUT, sets))
    write_stamp(folder, state="ready", sets=sets, inputs=inputs, place=str(folder))


def what_to_do(stamp: Mapping[str, object], *, inputs: str, place: str, sets: set[str], works: bool) -> str:
    """ "nothing", "install" into what is there, or "remake" from nothing.

    stamp: what the last run wrote, empty when the folder was made by somebody else; place: where it stands now, because
    an environment does not survive being moved.
    """
    if not works or stamp.get("state", "ready") != "ready" or stamp.get("place", place) != place:
        return "remake"
    held = stamp.get("sets", [])
    if stamp.get("inputs") == inputs and isinstance(held, list) and sets <= set(held):
        return "nothing"
    return "install"


def requirements(checkout: Path, sets: set[str]) -> list[str]:
    """What to ask the installer for; the group of test tools is spelled out, since older pips know no groups."""
    wanted = ["-e", ".[spark]" if "spark" in sets else "."]
    if "tests" in sets:
        project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
        wanted += project["dependency-groups"]["dev"]
    return wanted


def install(folder: Path, wanted: Sequence[str]) -> None:
    """Install with uv where it can be had, else with pip, which is slower. Raises CalledProcessError."""
    python = str(folder / "bin" / "python")
    constrained = ["-c", "requirements.lock", *wanted]
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "ensurepip"], stdout=subprocess.DEVNULL, check=True)
    had = subprocess.run([*pip, "install", "--quiet", "uv"], cwd=CHECKOUT, stderr=subprocess.DEVNULL)
    if had.returncode == 0:
        listed = subprocess.run([*pip, "config", "list"], cwd=CHECKOUT, capture_output=True, text=True).stdout
        environment = {**uv_settings(pip_settings(listed)), **os.environ}
        uv = [str(folder / "bin" / "uv"), "pip", "install", "--quiet", "--no-config", "--python", python]
        if subprocess.run([*uv, *constrained], cwd=CHECKOUT, env=environment).returncode == 0:
            return
        say("uv could not; trying pip, which takes longer …")
    subprocess.run([*pip, "install", "--quiet", *constrained], cwd=CHECKOUT, check=True)


def pip_settings(listed: str) -> dict[str, str]:
    """The settings in force from `pip config list`: later lines win, as for pip (files, `install`, environment)."""
    settings = {}
    for line in listed.splitlines():
        name, separator, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if separator and section in {"global", "install", ":env:"}:
            settings[key] = str(ast.literal_eval(value))
    return settings


def uv_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """The same as environment variables of uv."""
    variables = {UV_NAMES[key]: value for key, value in pip.items() if key in UV_NAMES and value}
    if "UV_FIND_LINKS" in variables:
        variables["UV_FIND_LINKS"] = ",".join(variables["UV_FIND_LINKS"].split())
    if "UV_INDEX" in variables:
        # pip takes the best version of all indexes together; uv by itself stops at the first that knows the name.
        variables["UV_INDEX"] = " ".join(variables["UV_INDEX"].split())
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return variables


def fingerprint(checkout: Path) -> str:
    """Changes when what is to be installed changes."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "requirements.lock"):
        digest.update((checkout / name).read_bytes())
    return digest.hexdigest()


def python_works(folder: Path) -> bool:
    """Whether the environment's Python starts; it does not when the Python that it was made from is gone."""
    try:
        return subprocess.run([str(folder / "bin" / "python"), "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False


def read_stamp(folder: Path) -> dict[str, object]:
    """What the last run wrote; a stamp cut off by a kill counts as half-made."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {"state": "making"}
    return stamp if isinstance(stamp, dict) else {"state": "making"}


def write_stamp(folder: Path, *, state: str, sets: set[str], inputs: str, place: str) -> None:
    """Say in the environment how far it is."""
    stamp = {"state": state, "sets": sorted(sets), "inputs": inputs, "place": place}
    (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the checkout, so that two starts at once do not make one environment both."""
    descriptor = os.open(CHECKOUT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is making the environment; waiting for it …")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def say(line: str) -> None:
    """A line for the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
