"""Parameters in flat form and back, and the pages of an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakealiyun import ApiError
from fakealiyun.wire.paging import Sizes, by_number, by_token
from fakealiyun.wire.parameters import Parameters, flatten
from fakealiyun.wire.request import HttpRequest, read
from tests.functional.fakealiyun.signed_requests import KEYS, acs3

names = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)
texts = st.text(min_size=1, max_size=12)
flat_objects = st.dictionaries(names, texts, min_size=1, max_size=3)


@given(st.dictionaries(names, st.lists(texts, min_size=1, max_size=12), max_size=3))
def test_lists_of_texts_come_back_in_their_order_from_the_flat_form(
    given_lists: dict[str, list[str]],
) -> None:
    parameters = Parameters(flatten(given_lists))

    assert {name: parameters.texts(name) for name in given_lists} == given_lists


@given(names, st.lists(flat_objects, min_size=1, max_size=12))
def test_lists_of_objects_come_back_from_the_flat_form(
    name: str, given_objects: list[dict[str, str]]
) -> None:
    parameters = Parameters(flatten({name: given_objects}))

    assert [one.values for one in parameters.objects(name)] == given_objects


@given(
    names,
    st.lists(
        st.dictionaries(names, st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=2), min_size=1
    ),
)
def test_lists_inside_of_objects_come_back_from_the_flat_form(
    name: str, given_objects: list[dict[str, list[str]]]
) -> None:
    parameters = Parameters(flatten({name: given_objects}))

    found = [
        {inner: one.texts(inner) for inner in asked}
        for one, asked in zip(parameters.objects(name), given_objects, strict=True)
    ]
    assert found == given_objects


@given(st.dictionaries(names, st.booleans() | st.integers()))
def test_booleans_and_numbers_come_back_from_the_flat_form(values: dict[str, Any]) -> None:
    parameters = Parameters(flatten(values))

    for name, value in values.items():
        assert (parameters.flag(name) if isinstance(value, bool) else parameters.integer(name)) == value


@given(st.dictionaries(names, texts | st.lists(texts, min_size=1), min_size=1))
def test_parameters_survive_the_query_of_a_request(values: dict[str, Any]) -> None:
    flat = flatten(values)
    url = f"https://ecs.aliyuncs.com/?{urlencode(flat)}"

    assert read(HttpRequest("GET", url, acs3(KEYS, "X"), b"")).parameters.values == flat


def test_absent_values_are_left_out_of_the_flat_form() -> None:
    assert flatten({"A": None, "B": [], "C": {}, "D": [None, "x"]}) == {"D.2": "x"}


@pytest.mark.parametrize(
    ("sent", "read_as"), [("True", True), ("true", True), ("False", False), ("false", False)]
)
def test_booleans_are_read_without_regard_to_case(sent: str, read_as: bool) -> None:
    assert Parameters({"ServiceManaged": sent}).flag("ServiceManaged") is read_as


def test_json_list_is_read_and_anything_else_in_its_place_refused() -> None:
    assert Parameters({"Ids": '["sg-1", "sg-2"]'}).json_texts("Ids") == ["sg-1", "sg-2"]
    for wrong in ("sg-1", '{"a": 1}', "[1]"):
        with pytest.raises(ApiError, match="InvalidParameter"):
            Parameters({"Ids": wrong}).json_texts("Ids")


def test_parameter_that_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(ApiError, match="PageSize is not a whole number"):
        Parameters({"PageSize": "ten"}).integer("PageSize")


# -- pages -------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=25))
def test_pages_by_token_make_up_the_whole_list(items: list[int], size: int) -> None:
    pages = [by_token(Parameters({"MaxResults": str(size)}), items, Sizes())]
    while pages[-1].next_token:
        sent = {"MaxResults": str(size), "NextToken": pages[-1].next_token}
        pages.append(by_token(Parameters(sent), items, Sizes()))

    assert [item for page in pages for item in page.items] == items
    assert len(pages) == max(1, -(-len(items) // size))


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=25))
def test_pages_by_number_make_up_the_whole_list_and_end_with_an_empty_one(
    items: list[int], size: int
) -> None:
    pages = [
        by_number(Parameters(flatten({"PageNumber": number, "PageSize": size})), items, Sizes())
        for number in range(1, len(items) // size + 3)
    ]

    assert [item for page in pages for item in page.items] == items
    assert list(pages[-1].items) == []
    assert {page.total for page in pages} == {len(items)}


def test_page_size_out_of_range_is_clamped_or_refused_as_the_api_has_it() -> None:
    parameters = Parameters({"MaxResults": "1000"})

    assert by_token(parameters, range(900), Sizes(10, 10, 500, clamped=True)).size == 500
    with pytest.raises(ApiError, match="InvalidParameter"):
        by_token(parameters, range(900), Sizes(10, 1, 100))


@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U=", "ZmFrZTp4", "cmVhbDox", "ü"])
def test_token_of_another_making_is_refused(token: str) -> None:
    with pytest.raises(ApiError, match="NextToken"):
        by_token(Parameters({"NextToken": token}), [1], Sizes())
