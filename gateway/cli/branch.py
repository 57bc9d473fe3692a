"""A branch of the command tree, whose commands may take the options they share as one value."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import typer

Command = TypeVar("Command", bound=Callable[..., None])


class Branch(typer.Typer):
    """A branch of the command tree, in plain text; named alone it prints its help.

    A command's parameter ``options`` is of a class in :mod:`gateway.cli.options`; on the command
    line stand the options of that class in its place.
    """

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - typer's settings
        super().__init__(no_args_is_help=True, rich_markup_mode=None, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - typer's
        """Hang a command into the branch; what is decorated stays as it is."""
        hang = super().command(name, **settings)

        def hung(command: Command) -> Command:
            hang(_spread(command))
            return command

        return hung


def _spread(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with each option in the place of ``options``."""
    whole = inspect.signature(command)
    if "options" not in whole.parameters:
        return command
    kind = whole.parameters["options"].annotation
    shared = inspect.signature(kind).parameters
    # What a class adds stands before what it inherits: where to work, then how to speak of it.
    order = [shared[name] for one in kind.__mro__ for name in inspect.get_annotations(one)]

    @wraps(command)
    def spread(**values: object) -> None:
        options = kind(**{name: values.pop(name) for name in shared})
        command(**values, options=options)

    own = [one for name, one in whole.parameters.items() if name != "options"]
    spread.__signature__ = whole.replace(parameters=[*own, *order])  # type: ignore[attr-defined]
    return spread
