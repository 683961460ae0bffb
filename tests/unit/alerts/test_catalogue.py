"""The catalogue holds every text of the code and of the rules, in good Chinese as far as a test can tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

import eniguard
from eniguard.alerts.words import EVIDENCE, INVENTORY, KINDS, LIMITS, NOTES, OUTCOMES
from eniguard.events.outcomes import Outcome
from eniguard.model import kinds
from tests.messages.cases import RULES
from tests.messages.catalog import MO, PO, as_mo, as_po, brought_up_to_date, kept, template

PACKAGE = Path(eniguard.__file__).parent
PLACEHOLDER = re.compile(r"\{[a-z_]*\}")
#: Commas, stops and brackets of half width beside Chinese.
HALF_WIDTH = re.compile(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]|[一-鿿]\.(\s|$)|\"")


def messages() -> list[Message]:
    return [message for message in kept() if message.id]


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def key(message: Message) -> tuple[str | None, tuple[str, ...]]:
    return message.context, ids(message)


def test_catalogue_has_the_texts_of_code_and_rules_and_no_others() -> None:
    wanted = {key(message) for message in template() if message.id}

    assert {key(message) for message in messages()} == wanted


def test_catalogue_stands_as_make_messages_writes_it() -> None:
    assert PO.read_bytes() == as_po(brought_up_to_date())


def test_compiled_catalogue_is_that_of_the_source() -> None:
    assert MO.read_bytes() == as_mo(kept())


@pytest.mark.parametrize("code", RULES)
def test_each_packaged_rule_has_a_title_a_reason_and_an_advice(code: str) -> None:
    contexts = {message.context for message in messages() if all(strings(message))}

    assert {f"{code} title", f"{code} why", f"{code} advice"} <= contexts


def test_no_rule_is_left_over() -> None:
    assert {message.context.split()[0] for message in messages() if message.context} == set(RULES)


def test_every_text_is_translated_and_none_is_a_guess() -> None:
    assert [message.id for message in messages() if not all(strings(message)) or message.fuzzy] == []


def test_translations_have_the_placeholders_of_their_texts() -> None:
    for message in messages():
        wanted = set(PLACEHOLDER.findall(ids(message)[-1]))
        for text in strings(message):
            assert set(PLACEHOLDER.findall(text)) == wanted, message.id
            assert text.count("{") == text.count("}") == len(PLACEHOLDER.findall(text)), message.id


def test_chinese_has_one_form_for_every_number() -> None:
    assert kept().num_plurals == 1
    assert all(len(strings(message)) == 1 for message in messages())


def test_chinese_has_full_width_punctuation_and_quotes() -> None:
    assert [text for message in messages() for text in strings(message) if HALF_WIDTH.search(text)] == []


def test_chinese_quotes_and_brackets_are_paired() -> None:
    for message in messages():
        for text in strings(message):
            for opening, closing in ("“”", "\uff08\uff09", "【】"):
                assert text.count(opening) == text.count(closing), text


def test_titles_end_without_a_stop_and_reasons_and_advice_with_one() -> None:
    for message in messages():
        if message.context:
            (text,) = strings(message)
            assert text.endswith("。") is not message.context.endswith(" title"), text


def test_every_kind_outcome_and_state_of_the_facts_has_a_word() -> None:
    assert set(KINDS) == {value for name, value in vars(kinds).items() if name.isupper()}
    assert set(OUTCOMES) == set(Outcome.__args__)
    assert set(INVENTORY) == {"partial", "unknown"}
    assert set(LIMITS) == {"approve", "auto"}


def constants(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        if not path.name.startswith("test_"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_names_and_notes_of_evidence_that_are_translated_are_said_somewhere() -> None:
    # given: some names begin with the family of addresses
    said = {
        text
        for folder in ("rules", "facts", "sources", "replay", "remediation")
        for text in constants(PACKAGE / folder)
    }

    # when
    unsaid = [text for text in (*EVIDENCE, *NOTES) if text not in said]

    # then
    assert [text for text in unsaid if re.sub(r"^IPv[46]", "", text) not in said] == []
