"""Which files a folder holds: Type.ndjson, Type.000.ndjson, gzip or not, what manifest.json says, and Bundles.

Source: FHIR Bulk Data Access 2.0, "Response - Complete Status" (the manifest).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from keepwell.ehr.problems import ImportRefused, Problem

_NAMED = re.compile(r"^([A-Z][A-Za-z]+)(?:[._-].*)?\.ndjson(?:\.gz)?$")
_NDJSON = (".ndjson", ".ndjson.gz")
_BUNDLE = (".json", ".json.gz")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file. kind: the resource type that name or manifest says, "" when each line must say it itself."""

    path: Path
    kind: str
    bundle: bool = False

    @property
    def name(self) -> str:
        """The name without its folder, as people are told it."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """What is in the folder. complete: it claims to hold all there is of each type (no `_since`, and no Bundles)."""

    files: tuple[ExportFile, ...]
    problems: tuple[Problem, ...]
    source: str
    complete: bool


def open_folder(folder: Path) -> ExportFolder:
    """Look at `folder` without reading its data. Raises ImportRefused where there is no FHIR."""
    if not folder.is_dir():
        raise ImportRefused(f"{folder} is not a folder.")
    manifest, problems = _manifest(folder / MANIFEST)
    kinds, errors = dict(_listed(manifest, "output")), dict(_listed(manifest, "error"))
    missing = [Problem(MANIFEST, 0, f"names {n}, which is not there", warning=True) for n in _absent(folder, kinds)]
    deleted = [
        Problem(MANIFEST, 0, f"{n} lists deleted resources; they are not taken out here", warning=True)
        for n, _ in _listed(manifest, "deleted")
    ]
    skipped = {name for name, _ in _listed(manifest, "deleted")}
    files = tuple(_files(folder, kinds, set(errors), skipped))
    if not files:
        raise ImportRefused(f"No FHIR found in {folder}: no *.ndjson, *.ndjson.gz or *.json file is there.")
    request = str(manifest.get("request") or "")
    complete = not any(f.bundle for f in files) and "_since=" not in request and "_typeFilter=" not in request
    return ExportFolder(files, (*problems, *missing, *deleted), _source(request), complete)


def _manifest(path: Path) -> tuple[Mapping[str, Any], list[Problem]]:
    if not path.is_file():
        return {}, []
    try:
        content = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return {}, [Problem(MANIFEST, 0, f"not JSON ({error}); the files are taken by their names", warning=True)]
    if not isinstance(content, dict) or "output" not in content:
        return {}, [Problem(MANIFEST, 0, "has no list of files; they are taken by their names", warning=True)]
    return content, []


def _listed(manifest: Mapping[str, Any], part: str) -> Iterator[tuple[str, str]]:
    """(name, type) of each file in a part of the manifest; the name is the url's last segment."""
    items = manifest.get(part)
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and isinstance(item.get("url"), str):
            name = unquote(urlsplit(item["url"]).path.rstrip("/").rsplit("/", 1)[-1])
            if name:
                yield name, str(item.get("type") or "")


def _absent(folder: Path, kinds: Mapping[str, str]) -> list[str]:
    return [name for name in kinds if not (folder / name).is_file() and not (folder / f"{name}.gz").is_file()]


def _files(folder: Path, kinds: Mapping[str, str], errors: set[str], skipped: set[str]) -> Iterator[ExportFile]:
    """Files that can hold resources. Beside a manifest, other *.json files (statistics, notes) are no part of it."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if not path.is_file() or name.startswith(".") or name == MANIFEST or name in skipped:
            continue
        listed = kinds.get(name) or kinds.get(name.removesuffix(".gz"))
        named = _NAMED.match(name)
        if listed and not name.endswith(_BUNDLE):
            yield ExportFile(path, listed)
        elif name.endswith(_NDJSON):
            yield ExportFile(path, "" if name in errors or not named else named[1])
        elif name.endswith(_BUNDLE) and (listed or not kinds):
            yield ExportFile(path, "", bundle=True)


def _source(request: str) -> str:
    """The server that the export came from, as a name for people."""
    parts = urlsplit(request)
    base = parts.path.split("/$")[0]
    for segment in ("/Group/", "/Patient"):
        base = base.split(segment)[0]
    return f"{parts.netloc}{base}".rstrip("/") or "FHIR export"
