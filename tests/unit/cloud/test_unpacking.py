"""gzip unpacked from chunks of any size."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.cloud.unpacking import unpacked
from eniguard.errors import InputError


def in_chunks(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(
    members=st.lists(
        st.binary(max_size=300) | st.integers(0, 5000).map(lambda n: b"a" * n), min_size=1, max_size=4
    ),
    size=st.integers(1, 700),
    chunk=st.integers(1, 700),
    padding=st.integers(0, 3),
)
def test_members_come_out_one_after_the_other_in_small_chunks(
    members: list[bytes], size: int, chunk: int, padding: int
) -> None:
    stored = b"".join(gzip.compress(one) for one in members) + b"\0" * padding

    found = list(unpacked(iter(in_chunks(stored, size)), name="example", chunk=chunk))

    assert b"".join(found) == b"".join(members)
    assert all(0 < len(one) <= chunk for one in found)


@given(
    data=st.binary(max_size=300).filter(lambda data: not data.startswith(b"\x1f\x8b")), size=st.integers(1, 7)
)
def test_what_is_not_gzip_passes_as_it_is(data: bytes, size: int) -> None:
    assert b"".join(unpacked(iter(in_chunks(data, size)), name="example", chunk=64)) == data


@given(data=st.binary(min_size=1, max_size=300), lost=st.integers(1, 15), size=st.integers(1, 700))
def test_gzip_that_ends_early_is_an_input_error(data: bytes, lost: int, size: int) -> None:
    stored = gzip.compress(data)[:-lost]

    with pytest.raises(InputError, match="example: no whole gzip file"):
        list(unpacked(iter(in_chunks(stored, size)), name="example", chunk=64))


@given(data=st.binary(max_size=300), tail=st.binary(min_size=1, max_size=9), size=st.integers(1, 700))
def test_bytes_after_the_end_of_gzip_are_an_input_error(data: bytes, tail: bytes, size: int) -> None:
    stored = gzip.compress(data) + b"x" + tail

    with pytest.raises(InputError, match="example: no whole gzip file: bytes that are no gzip data follow"):
        list(unpacked(iter(in_chunks(stored, size)), name="example", chunk=64))
