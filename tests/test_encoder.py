"""Sentences as vectors, and what is remembered of them."""

import logging
from pathlib import Path

import numpy as np
import pytest

from handoff_app.answering.encoder import Encoder, Stopped

SAID = ["How long does delivery take?", "Wie lange dauert der Versand?", "Which tents are waterproof?"]


def test_what_means_the_same_is_near_in_any_language() -> None:
    english, german, tents = Encoder().questions(SAID)
    assert english @ german > 0.6 > english @ tents


def test_a_text_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "vectors.npz"
    first = Encoder(file).texts([*SAID, "", SAID[0]])
    assert np.array_equal(first[0], first[4])
    assert not first[3].any()
    again = Encoder(file)
    encoded: list[str] = []
    encode = again.questions
    monkeypatch.setattr(again, "questions", lambda texts: encoded.extend(texts) or encode(texts))
    assert np.array_equal(again.texts(SAID), first[:3])
    assert encoded == []
    again.texts([SAID[1], "Gift cards"])
    assert encoded == ["Gift cards"]
    again.texts(SAID)
    assert encoded == ["Gift cards", SAID[0], SAID[2]], "what no article says any more is forgotten"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"\x93NUMPY"])
def test_a_broken_file_is_made_again(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "vectors.npz"
    file.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        made = Encoder(file).texts(SAID)
    assert "made again" in caplog.text
    assert np.array_equal(Encoder(file).texts(SAID), made)


def test_it_stops_when_told_and_can_begin_again(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "vectors.npz")
    encoder.stop()
    with pytest.raises(Stopped):
        encoder.texts(SAID)
    assert not (tmp_path / "vectors.npz").exists()


def test_a_very_long_text_is_read_to_its_limit() -> None:
    assert Encoder().texts(["tent " * 100_000]).shape == (1, 512)


def test_half_a_character_is_read_as_a_question_mark() -> None:
    whole, half = Encoder().texts(["tent?", "tent\ud800"])
    assert np.array_equal(whole, half)


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Encoder(tmp_path / "nowhere" / "vectors.npz").texts(SAID).any()
    assert "cannot be written" in caplog.text
