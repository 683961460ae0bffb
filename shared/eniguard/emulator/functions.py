"""What a template.yml says of each function, as far as running it takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from eniguard.deployment.reading import read_template
from eniguard.errors import ConfigError

#: Where a function finds its code in the cloud; in its environment it stands for the folder on this machine.
CODE_PATH = "/code"

#: Bounds and defaults are those of fc3's schema (docs/sources.md, Local running).
_Seconds = Annotated[int, Meta(ge=1, le=86_400)]
_Port = Annotated[int, Meta(ge=1, le=65_535)]


class Initializer(Struct, frozen=True):
    """What is called once in each instance."""

    handler: str | None = None
    timeout: _Seconds = 3


class Lifecycle(Struct, frozen=True):
    """The hooks of an instance."""

    initializer: Initializer | None = None


class Destination(Struct, frozen=True):
    """Where the outcome of an asynchronous call goes, as an ARN."""

    destination: str | None = None


class Destinations(Struct, frozen=True, rename="camel"):
    """The destinations by outcome."""

    on_success: Destination = Destination()
    on_failure: Destination = Destination()


class AsyncInvocation(Struct, frozen=True, rename="camel"):
    """How often, and for how many seconds, an asynchronous call is tried."""

    max_async_retry_attempts: Annotated[int, Meta(ge=0, le=8)] = 3
    max_async_event_age_in_seconds: Annotated[int, Meta(ge=1, le=2_592_000)] = 18_000
    destination_config: Destinations = Destinations()


class CustomRuntime(Struct, frozen=True):
    """How the server of a custom runtime is started, and the port it listens at."""

    command: list[str] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    port: _Port = 9000


class Trigger(Struct, frozen=True, rename="camel"):
    """What calls a function."""

    trigger_name: str = ""
    trigger_type: str = ""
    source_arn: str | None = None
    trigger_config: dict[str, Any] = field(default_factory=dict)


class Concurrency(Struct, frozen=True, rename="camel"):
    """How many instances there may be at once."""

    reserved_concurrency: Annotated[int, Meta(ge=1)] | None = None


class Props(Struct, frozen=True, rename="camel"):
    """The props of fc3 that matter here; others are left to the deployment."""

    function_name: str
    runtime: str
    region: str = "cn-hangzhou"
    handler: str = ""
    code: str | dict[str, str] = "."
    role: str | None = None
    timeout: _Seconds = 3
    memory_size: Annotated[int, Meta(ge=128, le=32_768)] = 512
    environment_variables: dict[str, str] = field(default_factory=dict)
    instance_lifecycle_config: Lifecycle = Lifecycle()
    async_invoke_config: AsyncInvocation = AsyncInvocation()
    custom_runtime_config: CustomRuntime = CustomRuntime()
    concurrency_config: Concurrency = Concurrency()
    triggers: list[Trigger] = field(default_factory=list)


class Function(Struct, frozen=True):
    """A function, and the folder its code lies in."""

    props: Props
    folder: Path

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.props.function_name

    @property
    def custom(self) -> bool:
        """Whether it brings its own server."""
        return self.props.runtime.startswith("custom")

    @property
    def bundled(self) -> bool:
        """Whether its dependencies lie beside its code, as `make package` puts them."""
        return (self.folder / "python").is_dir()

    def environment(self) -> dict[str, str]:
        """Its environment variables, with the folder in place of ``/code``."""
        return {name: self._local(value) for name, value in self.props.environment_variables.items()}

    def _local(self, value: str) -> str:
        return os.pathsep.join(
            f"{self.folder}{part[len(CODE_PATH) :]}"
            if part == CODE_PATH or part.startswith(f"{CODE_PATH}/")
            else part
            for part in value.split(os.pathsep)
        )


def functions_of(path: Path, environment: Mapping[str, str] | None = None) -> list[Function]:
    """The functions of a template, in its order.

    Parameters
    ----------
    path
        The template.yml; code lies relative to it.
    environment
        What ``${env()}`` reads; the environment of the process by default.

    Raises
    ------
    ConfigError
        The template cannot be read, or a function in it cannot be run here.
    """
    template = read_template(path, environment)
    if template.problems:
        raise ConfigError(f"{path}: {'; '.join(template.problems)}")
    resources = template.document.get("resources")
    if not isinstance(resources, dict) or not resources:
        raise ConfigError(f"{path}: there are no resources; expected functions under `resources`")
    functions = {name: one["props"] for name, one in resources.items() if _is_function(one)}
    found = [_function(path, name, props) for name, props in functions.items()]
    if not found:
        raise ConfigError(f"{path}: has no function; expected resources of the component fc3")
    for clash in (_twice([one.name for one in found]), _twice(_ports(found))):
        if clash is not None:
            raise ConfigError(f"{path}: two functions share {clash}; each needs its own here")
    return found


def _function(path: Path, resource: str, props: dict[str, Any]) -> Function:
    where = f"{path}: resources.{resource}.props"
    try:
        read = msgspec.convert(props, Props)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}") from None
    if not read.runtime.startswith(("python3", "custom")) or read.runtime == "custom-container":
        raise ConfigError(f"{where}: runtime {read.runtime} cannot be run here; expected python3.x or custom")
    code = read.code if isinstance(read.code, str) else read.code.get("src", ".")
    folder = (path.parent / code).resolve()
    if not folder.is_dir():
        raise ConfigError(f"{where}: code: there is no folder {folder}; `make package` builds the bundles")
    return Function(read, folder)


def _is_function(resource: Any) -> bool:
    return isinstance(resource, dict) and resource.get("component") == "fc3" and "props" in resource


def _ports(functions: list[Function]) -> list[str]:
    return [f"port {one.props.custom_runtime_config.port}" for one in functions if one.custom]


def _twice(texts: list[str]) -> str | None:
    return next((text for text in texts if texts.count(text) > 1), None)
