"""A page of documentation for each rule, and one that lists them, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from eniguard.cli.json_text import json_text
from eniguard.cli.markdown import bullets, code, codes, fenced, prose, table
from eniguard.cli.rule_examples import Example, shortened
from eniguard.cli.rule_sheets import ParameterSheet, RuleSheet, judged
from eniguard.model import Fix, Reference

#: What the packaged families are about, by the letters of their codes.
_FAMILIES = {
    "ENI": "managed ENIs",
    "SG": "managed security groups",
    "PFX": "IP prefixes",
    "SLR": "service-linked roles",
    "QTA": "quotas",
    "EXP": "exposure of ordinary security groups",
    "SELF": "the guard itself",
}
_INTRODUCTION = """\
Each rule has a code and a name that stay as they are. Under `rules`, guard.yml switches a rule off or on by
its code, and gives it another severity or other parameters. A severity drops one step when a fact that adds
detail is not known. When the condition itself is not known, there is no finding: the rule is undecided.

These pages are generated from the rules; their examples are recorded calls and what the rules say of them."""
#: What of a finding does not repeat the call or the rule.
_SAID = ("severity", "resources", "inventory", "summary", "evidence", "advice", "fix")
_LIMITS = {
    "auto": "It may be carried out by itself, where guard.yml lets it.",
    "approve": "It may be carried out only after a person has approved it.",
}


def pages(sheets: Iterable[RuleSheet], examples: Mapping[str, Example]) -> dict[str, str]:
    """Markdown by file name: a page for each rule, and ``index.md``.

    Parameters
    ----------
    sheets
        The rules, in the order of the catalogue.
    examples
        Examples by the code of the rule; a rule without one has a page without one.
    """
    rules = list(sheets)
    found = {f"{sheet.code}.md": page(sheet, examples.get(sheet.code)) for sheet in rules}
    return {"index.md": index(rules), **found}


def index(sheets: Iterable[RuleSheet]) -> str:
    """The page that lists the rules, by family."""
    families: dict[str, list[RuleSheet]] = {}
    for sheet in sheets:
        families.setdefault(sheet.code[:-3], []).append(sheet)
    blocks = ["# Rules", _INTRODUCTION]
    for letters, rules in families.items():
        about = _FAMILIES.get(letters)
        blocks.append(f"## {letters}: {about}" if about else f"## {letters}")
        blocks.append(table(map(_row, rules), ("rule", "name", "severity", "what it reports")))
    return _joined(blocks)


def page(sheet: RuleSheet, example: Example | None) -> str:
    """The page of one rule."""
    blocks = [
        f"# {sheet.code} {sheet.name}",
        prose(sheet.summary),
        prose(sheet.why),
        table(_declared(sheet), ("declared", "as")),
        *("## What to do", prose(sheet.advice)),
        *("## False positives", prose(sheet.false_positives) or "None known."),
        *("## Parameters", *_parameters(sheet)),
        *("## Fix", _fix(None if example is None else example.fix)),
    ]
    if example is not None:
        blocks += ["## Example", *_example(sheet, example)]
    blocks += ["## Sources", bullets(map(_reference, sheet.references)) or "None."]
    return _joined([*blocks, "[All rules](index.md)"])


def _row(sheet: RuleSheet) -> tuple[str, ...]:
    summary = prose(sheet.summary) if sheet.enabled else f"{prose(sheet.summary)} Off by default."
    return f"[{sheet.code}]({sheet.code}.md)", sheet.name, sheet.severity, summary


def _declared(sheet: RuleSheet) -> Iterator[tuple[str, str]]:
    yield "severity", sheet.severity
    yield "enabled", "yes" if sheet.enabled else "only if guard.yml enables it"
    yield "asked", judged(sheet)
    if sheet.module is not None:
        yield "defined in", code(sheet.module)
    if sheet.actions:
        yield "calls", codes(sheet.actions)
        yield "outcomes", codes(sheet.outcomes)
        yield "callers", codes(sheet.actors)
    if sheet.kinds:
        yield "resources", codes(sheet.kinds)
    yield "permissions for its look-ups", codes(sheet.permissions) or "none"


def _parameters(sheet: RuleSheet) -> Iterator[str]:
    if not sheet.params:
        yield "None."
        return
    yield prose(sheet.notes)
    yield bullets(map(_parameter, sheet.params))
    lines = [f"      {one.name}: {json_text(one.value)}" for one in sheet.params]
    yield "\n".join(
        ["In guard.yml:", "", "```yaml", "rules:", f"  {sheet.code}:", "    params:", *lines, "```"]
    )


def _parameter(one: ParameterSheet) -> str:
    said = [f"{key} {code(_text(value))}" for key, value in one.constraints.items()]
    return f"{code(one.name)}: {'; '.join([*said, f'default {code(json_text(one.default))}'])}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_text(value)


def _fix(fix: Fix | None) -> str:
    if fix is None:
        return "None: the rule reports only."
    return f"{code(fix.action)}; for one recorded call: {prose(fix.summary)}. {_LIMITS[fix.limit]}"


def _example(sheet: RuleSheet, example: Example) -> Iterator[str]:
    yield _where(example)
    yield fenced(example.seen)
    yield "What the rule says:"
    said = msgspec.to_builtins(example.finding)
    if said["advice"] == sheet.advice:
        del said["advice"]
    yield fenced(shortened({name: said.get(name) for name in _SAID}))


def _where(example: Example) -> str:
    if not example.path:
        return "What the guard noted of itself:"
    resource, call = "what the guard reads of the resource", "with the parameters that the guard reads"
    return f"From {code(example.path)}, {resource if example.swept else call}:"


def _reference(one: Reference) -> str:
    return prose(f"{one.document}: {one.row}" if one.row else one.document)


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"
