"""One bad event never costs another, whatever is wrong with it and however large the document is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eniguard.errors import InputError
from eniguard.events import documents, envelopes
from tests.unit.events.recorded import event, ids, joined, numbered, read, without

DEEP = 200_000


def texts(count: int) -> list[bytes]:
    return [json.dumps(body).encode() for body in numbered(count)]


def spoil(text: bytes, old: bytes, new: bytes) -> bytes:
    assert old in text
    return text.replace(old, new, 1)


def nested(text: bytes, depth: int) -> bytes:
    return spoil(text, b'{"Scheme": "https"}', b"[" * depth + b"]" * depth)


SPOILT = {
    "NUL byte": (lambda text: spoil(text, b"ecs-cn", b"ecs\0cn"), "invalid character"),
    "not UTF-8": (lambda text: spoil(text, b"linux", b"\xff\xfe"), "not UTF-8"),
    "not UTF-8 where nothing looks": (lambda text: spoil(text, b"https", b"\xff\xfe"), "not UTF-8"),
    "deep nesting": (lambda text: nested(text, DEEP), "nested too deeply"),
    "million characters": (lambda text: spoil(text, b"linux", b"x" * 1_000_000), "1000000"),
    "number for a text": (lambda text: spoil(text, b'"cn-hangzhou"', b"7"), "acsRegion is a number"),
    "number for a name": (
        lambda text: spoil(text, b'"AssignPrivateIpAddresses"', b"7"),
        "eventName is a number",
    ),
    "not a number": (lambda text: spoil(text, b'"https"', b"NaN"), "invalid character"),
    "number out of range": (lambda text: spoil(text, b"17049", b"1e999"), "out of range"),
    "lone surrogate": (lambda text: spoil(text, b"linux", rb"\ud800"), "expected an event as JSON"),
    "no event at all": (lambda text: b"-0.125", "is no event"),
    "not even JSON": (lambda text: b"<event/>", "is no event"),
}


@pytest.mark.parametrize("trouble", SPOILT)
@pytest.mark.parametrize("form", ["array", "lines"])
def test_one_bad_event_is_located_and_the_others_are_read(trouble: str, form: str) -> None:
    spoiled, message = SPOILT[trouble]
    good = texts(4)
    all_texts = [good[0], good[1], spoiled(good[2]), good[3]]
    document = b"[" + b",".join(all_texts) + b"]" if form == "array" else b"\n".join(all_texts)

    batch = read(document, path="trail.json")

    assert ids(batch) == ["e0", "e1", "e3"]
    (error,) = batch.errors
    assert message in error.problem
    assert (error.path, error.index) == ("trail.json", 2)
    begin = document.index(all_texts[2])
    assert error.offset is not None
    assert begin <= error.offset < begin + len(all_texts[2])


@pytest.mark.parametrize("byte", [b"\0", b"\xff"])
def test_offset_of_broken_text_is_that_of_the_byte(byte: bytes) -> None:
    good = texts(2)
    document = b"[" + good[0] + b", " + spoil(good[1], b"linux", b"li" + byte + b"ux") + b"]"

    (error,) = read(document).errors

    assert error.offset == document.index(byte)


def test_million_character_event_alone_in_its_file_is_refused() -> None:
    (error,) = read(event(userAgent="x" * 1_000_000)).errors

    assert "expected at most 1000000" in error.problem


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("cut", [3, 400])
def test_array_cut_in_the_middle_keeps_the_events_before_the_cut(indent: int | None, cut: int) -> None:
    document = json.dumps(numbered(3), indent=indent).encode()
    begin = document.index(b'"eventId": "e2"')

    batch = read(document[: begin + cut])

    assert ids(batch) == ["e0", "e1"]
    (error,) = batch.errors
    assert "ends in the middle" in error.problem
    assert error.offset == document.rindex(b"{", 0, begin)
    assert error.index == 2


def test_array_that_ends_between_events_says_so() -> None:
    document = b"[" + b",".join(texts(2)) + b","

    batch = read(document)

    assert ids(batch) == ["e0", "e1"]
    (error,) = batch.errors
    assert error.problem == "the array does not end; expected ]"
    assert error.offset == len(document)
    assert error.index is None


@pytest.mark.parametrize("lost", [b'", "eventVersion', b"eventVersion"])
def test_event_with_a_lost_quote_or_brace_costs_only_itself(lost: bytes) -> None:
    good = texts(4)
    broken = spoil(good[1], lost, lost.replace(b'"', b"") if b'"' in lost else b'x": {"y')

    batch = read(b"[" + b", ".join([good[0], broken, good[2], good[3]]) + b"]")

    assert ids(batch) == ["e0", "e2", "e3"]
    (error,) = batch.errors
    assert error.index == 1


def test_line_that_is_cut_costs_only_itself() -> None:
    good = texts(3)

    batch = read(b"\n".join([good[0][:300], good[1], good[2][:300]]))

    assert ids(batch) == ["e1"]
    assert [error.index for error in batch.errors] == [0, 2]


def test_heading_before_lines_is_an_error_of_its_own() -> None:
    batch = read(b"exported by a tool\n" + b"\n".join(texts(2)))

    assert ids(batch) == ["e0", "e1"]
    assert len(batch.errors) == 1


@pytest.mark.parametrize("between", [b"", b"\n", b" ", b"\r\n\r\n"])
@pytest.mark.parametrize("indent", [None, 2])
def test_documents_one_after_the_other_are_all_read(between: bytes, indent: int | None) -> None:
    one, two, three = numbered(3)
    document = between.join(json.dumps(part, indent=indent).encode() for part in ([one], [two], [], [three]))
    objects = between.join(json.dumps(part, indent=indent).encode() for part in (one, two, three))

    assert ids(read(document)) == ids(read(objects)) == ["e0", "e1", "e2"]


def test_odd_events_are_found_again_in_text_without_separators() -> None:
    bodies = [*numbered(3), without("eventType", eventId="e3"), *numbered(1), event(eventTime="x")]
    document = "".join(map(json.dumps, bodies)).encode()

    batch = read(document)

    assert ids(batch) == ["e0", "e1", "e2", "e3", "e0"]
    (error,) = batch.errors
    assert (error.index, error.offset) == (5, document.rindex(b'{"eventId"'))


def test_event_cut_in_the_middle_is_not_searched_for_events_in_it() -> None:
    forged = "\n".join(["{", '"eventName": "X", "requestParameters": [', json.dumps(event()), "]"])

    batch = read(forged)

    assert batch.concerned == []
    assert len(batch.errors) == 1


@pytest.mark.parametrize(
    "document", [b"[", b"[[", b"[}", b"]", b"[1", b'["', b"{", b'{"a', b"[,", b'[{"a":"}]']
)
def test_fragments_are_errors(document: bytes) -> None:
    assert read(document).errors


LARGE = 3_500


@pytest.mark.parametrize("form", ["array", "indented", "lines", "page"])
def test_document_of_several_megabytes_is_read_whole(form: str) -> None:
    bodies = numbered(LARGE)
    document = {
        "array": lambda: json.dumps(bodies, separators=(",", ":")),
        "indented": lambda: json.dumps(bodies, indent=1),
        "lines": lambda: "\n".join(json.dumps(body) for body in bodies) + "\n",
        "page": lambda: json.dumps({"Events": bodies}, indent=1),
    }[form]()
    data = document.encode()
    assert len(data) > 3 * documents.PIECE
    blocks = [data[at : at + 300_000] for at in range(0, len(data), 300_000)]

    batches = list(envelopes.read(blocks, path="large"))

    batch = joined(batches)
    assert batch.errors == []
    assert ids(batch) == [f"e{number}" for number in range(LARGE)]
    assert [concerned.index for concerned in batch.concerned] == list(range(LARGE))
    if form != "page":
        assert len(batches) > 3


def test_bad_events_in_a_large_array_are_located() -> None:
    good = texts(LARGE)
    good[700] = spoil(good[700], b"linux", b"li\0ux")
    good[1500] = spoil(good[1500], b"linux", b"x" * 2_500_000)
    good[1501] = spoil(good[1501], b'"eventVersion', b"eventVersion")
    good[-1] = good[-1][:200]
    document = b"[" + b",".join(good)

    batch = read(document)

    assert len(batch.concerned) == LARGE - 4
    assert [error.index for error in batch.errors] == [700, 1500, 1501, LARGE - 1]
    assert [error.offset for error in batch.errors[1:]] == [document.index(good[n]) for n in (1500, 1501, -1)]
    assert batch.errors[0].offset == document.index(b"\0")


def test_overlong_line_costs_only_itself() -> None:
    good = texts(3)
    long = spoil(good[1], b"linux", b"x" * 2_500_000)
    document = b"\n".join([good[0], long, good[2]])

    batch = joined(envelopes.read([document[:900_000], document[900_000:]], path="p"))

    assert ids(batch) == ["e0", "e2"]
    (error,) = batch.errors
    assert (error.index, error.offset) == (1, document.index(long))


def test_document_of_events_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_IN_VAIN", 100_000)

    batch = read(b"[" + b'{"k": [1,' * 2_000)

    assert "the rest is not read" in batch.errors[-1].problem
    assert len(batch.errors) < 10


@pytest.mark.parametrize("form", ["array", "lines"])
def test_error_at_the_end_of_the_blocks_comes_last_and_stands_for_the_cut_event(form: str) -> None:
    good = texts(2)
    document = b"[" + b",".join(good) if form == "array" else b"\n".join(good)
    trouble = InputError("the rest is lost", path="p", offset=len(document) - 50)

    batch = joined(envelopes.read([document[:-50], trouble], path="p"))

    assert ids(batch) == ["e0"]
    assert batch.errors == [trouble]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    """A document of plain events in one of the layouts, and the ids in it."""
    bodies = numbered(draw(st.integers(1, 12)))
    for body in bodies:
        body["additionalEventData"] = draw(
            st.sampled_from([{}, [{"eventId": 1}, {"eventId": 2}], {"a": '},{"eventId":'}, {"é": "\n"}])
        )
    indent = draw(st.sampled_from([None, 1]))
    rendered = [json.dumps(body, indent=indent, ensure_ascii=draw(st.booleans())) for body in bodies]
    separator = draw(st.sampled_from([",", ", ", " ,\n", "\n"]))
    text = separator.join(rendered)
    whole = text if separator == "\n" else f"[{text}]"
    return whole.encode(), [body["eventId"] for body in bodies]


@settings(max_examples=200, deadline=None)
@given(layouts(), st.integers(1, 4000), st.integers(1200, 6000))
def test_pieces_and_blocks_of_any_size_give_the_same_events(
    layout: tuple[bytes, list[str]], block: int, piece: int
) -> None:
    document, expected = layout
    blocks = [document[at : at + block] for at in range(0, len(document), block)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(documents, "PIECE", piece)
        patched.setattr(documents, "ONE_OBJECT", piece)
        batch = joined(envelopes.read(blocks, path="p"))

    assert batch.errors == []
    assert ids(batch) == expected


def every(pattern: bytes, text: bytes) -> list[Any]:
    return [found.start() for found in re.finditer(pattern, text)]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from([2_000, documents.PIECE]))
def test_a_bad_byte_costs_at_most_the_events_it_touches(data: st.DataObject, piece: int) -> None:
    document = json.dumps(numbered(9), separators=(",", ":")).encode()
    begins = every(rb'\{"eventId"', document)
    at = data.draw(st.integers(begins[0] + 1, len(document) - 3))
    byte = data.draw(st.integers(0, 255))
    hurt = max(number for number, begin in enumerate(begins) if begin <= at)
    spoilt = document[:at] + bytes([byte]) + document[at + 1 :]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(documents, "PIECE", piece)
        batch = read(spoilt)

    # A byte between two events, or the brace of one, can join it with its neighbour.
    kept = {f"e{number}" for number in range(9) if abs(number - hurt) > 1}
    assert kept <= set(ids(batch))
