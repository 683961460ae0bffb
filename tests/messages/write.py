"""`make messages`: takes the texts of today up into the catalogue, and compiles it."""

from __future__ import annotations

from tests.messages.catalog import MO, PO, as_mo, as_po, brought_up_to_date, kept


def main() -> None:
    """Write the catalogue anew; says what is left to translate."""
    catalog = brought_up_to_date()
    PO.write_bytes(as_po(catalog))
    MO.write_bytes(as_mo(kept()))
    for message in catalog:
        if message.id and not (any(message.string) if message.pluralizable else message.string):
            print(f"not translated: {message.context or ''} {message.id}")  # noqa: T201


if __name__ == "__main__":
    main()
