"""Model packages by their content: copied in whole, never changed, never taken away."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from models.errors import ModelError
from models.files import CARD, check_file, check_files, digest, files_of

PLACE: Final = "registry/packages"
"""Below the data folder; then the fingerprint."""
_FINGERPRINT: Final = re.compile("[0-9a-f]{64}")
_REMEDY: Final = "restore it from a copy: whoever inspected parts stays as it was"


def manifest_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a package, card included, by its path in the folder. Raises
    ModelError for what cannot be read and for links.
    """
    try:
        return {name: digest(folder / name) for name in sorted({*files_of(folder), CARD})}
    except OSError as error:
        where = error.filename or folder
        raise ModelError(
            f"{where}: cannot be read ({error.strerror}); give the folder of a model package"
        ) from None


def fingerprint_of(manifest: Mapping[str, str]) -> str:
    """SHA-256 over the names and contents of all files, as `sha256sum` lists them."""
    lines = (f"{manifest[name]}  {name}\n" for name in sorted(manifest))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


class Shelf:
    """The packages of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / PLACE

    def folder(self, fingerprint: str) -> Path:
        """Where a package lies, or would. Raises ModelError for what is no fingerprint."""
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ModelError(f"{fingerprint!r:.80} is no fingerprint: give 64 hexadecimal digits")
        return self._root / fingerprint

    def put(self, folder: Path) -> tuple[str, dict[str, str]]:
        """Copy a package in; its fingerprint and the digests of its files. One that is there
        stays. Raises ModelError, also for a package that is changed meanwhile.
        """
        manifest = manifest_of(folder)
        fingerprint = fingerprint_of(manifest)
        place = self.folder(fingerprint)
        if place.is_dir():
            self.check(fingerprint, manifest)
            return fingerprint, manifest
        fresh = self._root / f".{secrets.token_hex(6)}.part"
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            _copy(folder, fresh, manifest)
            if manifest_of(fresh) != manifest:
                raise ModelError(f"{folder}: was changed while it was copied; try again")
            with contextlib.suppress(FileExistsError):  # somebody else has put the same one there
                fresh.rename(place)
        except OSError as error:
            why = error.strerror or str(error)
            raise ModelError(
                f"{folder}: cannot be kept in {self._root} ({why}); see to the data folder's disk"
            ) from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return fingerprint, manifest

    def unchanged(self, fingerprint: str) -> Path:
        """Where a package lies. Raises ModelError for one that is not as it was put there."""
        folder = self.folder(fingerprint)
        if not folder.is_dir():
            raise ModelError(f"{folder} is missing; {_REMEDY}")
        if fingerprint_of(manifest_of(folder)) != fingerprint:
            raise ModelError(
                f"{folder}: its files were changed, `cell model verify` says which; {_REMEDY}"
            )
        return folder

    def check(self, fingerprint: str, manifest: Mapping[str, str]) -> Path:
        """Where a package lies. Raises ModelError, which names the file, for one that is not as it
        was put there.
        """
        folder = self.folder(fingerprint)
        if not folder.is_dir():
            raise ModelError(f"{folder} is missing; {_REMEDY}")
        others = {name: sha256 for name, sha256 in manifest.items() if name != CARD}
        check_files(folder, others, _REMEDY)
        check_file(folder / CARD, manifest[CARD], _REMEDY)
        return folder


def _copy(folder: Path, to: Path, manifest: Mapping[str, str]) -> None:
    """Copy the files, read-only for everybody and on the disk when this is done."""
    for name in manifest:
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target)
        target.chmod(0o444)
        with target.open("rb") as written:
            os.fsync(written.fileno())
