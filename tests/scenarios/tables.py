"""Both permission tables, row by row: the account tries, the service does, and the contract is broken."""

from __future__ import annotations

from collections.abc import Callable

from fakealiyun import Keys
from tests.functional.fakealiyun.managed_rows import ENI_ROWS, GROUP_ROWS, Parameters, Scene
from tests.scenarios.stage import Form, Stage

_FORMS: tuple[Form, ...] = ("bare", "eventbridge", "sls", "lines", "oss")
_Rows = dict[str, tuple[bool, Callable[[Scene], Parameters]]]
_TABLES: tuple[tuple[str, _Rows], ...] = (("eni", ENI_ROWS), ("sg", GROUP_ROWS))
#: Seconds between the rows that the account tries: refusals that come one upon the other are another case.
_APART = 3600


class _Tried(Scene):
    """One row on a cloud that others rows are tried on as well."""

    def __init__(self, stage: Stage, prepared: Callable[[Scene], Parameters]) -> None:
        super().__init__(cloud=stage)
        self.parameters = prepared(self)


def _prepared(stage: Stage) -> dict[str, dict[str, _Tried]]:
    """A scene a row, by table."""
    return {
        table: {action: _Tried(stage, prepared) for action, (_, prepared) in rows.items()}
        for table, rows in _TABLES
    }


def account(stage: Stage) -> None:
    """The account tries every row of both tables on managed resources."""
    scenes = _prepared(stage)
    stage.share("tables")
    for table, rows in _TABLES:
        for number, (action, (may, _)) in enumerate(rows.items(), start=1):
            scene, name = scenes[table][action], action.replace(":", "-")
            allowed = "it may" if may else "refused"
            form: Form = _FORMS[number % len(_FORMS)]
            if action.partition(":")[2].startswith("Describe"):
                form = "lookup"
            path = f"tables/{table}-{number:02d}-{name}"
            stage.clock.advance(_APART)
            with stage.case(path, f"The account calls {action}: {allowed}.", form, state="shared"):
                refusal = scene.tried(scene.alice, action, scene.parameters)
            if (refusal is None) != may:
                raise AssertionError(f"{action}: {refusal}")


def owner(stage: Stage) -> None:
    """A service whose role has every action does every row of both tables on what is its own."""
    scenes = _prepared(stage)
    for table, rows in _TABLES:
        said = "The service that manages them does every row."
        with stage.case(f"{table}/owner-does-every-row", said, "oss"):
            for action in rows:
                scene = scenes[table][action]
                _succeed(scene, action, scene.owner)


def broken(stage: Stage) -> None:
    """Every row succeeds for the account, which the platform should have refused."""
    scenes = _prepared(stage)
    for table, rows in _TABLES:
        said = "Every row succeeds for the account."
        with stage.case(f"{table}/every-row-succeeds", said, "lines"), stage.assuming(contract_broken=True):
            for action in rows:
                scene = scenes[table][action]
                _succeed(scene, action, scene.alice)


def _succeed(tried: _Tried, action: str, keys: Keys) -> None:
    refusal = tried.tried(keys, action, tried.parameters)
    if refusal is not None:
        raise AssertionError(f"{action}: {refusal}")


def retries(stage: Stage) -> None:
    """A tool like Terraform repeats a delete that is refused."""
    scene = Scene(cloud=stage)
    terraform = stage.role("terraform", session="apply")
    eni = scene.managed_eni()
    with stage.case("eni/terraform-retries", "A refused delete is repeated five times.", "sls"):
        for _ in range(5):
            scene.tried(terraform, "ecs:DeleteNetworkInterface", {"NetworkInterfaceId": eni})
