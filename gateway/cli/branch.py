"""A branch of the command tree, whose commands may take the options they share as one value."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import typer

Command = TypeVar("Command", bound=Callable[..., None])

AS_WRITTEN = "\b"
"""A line that tells the writer of help to leave the paragraph as it stands."""
EXAMPLE_WIDTH = 74
"""What an example may fill of a terminal of 80 columns, indented as it is."""


class Branch(typer.Typer):
    """A branch of the command tree, in plain text; named alone it prints its help.

    A command's parameter ``options`` is of a class in :mod:`gateway.cli.options`; on the command
    line stand the options of that class in its place.
    """

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - typer's settings
        super().__init__(no_args_is_help=True, rich_markup_mode=None, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - typer's
        """Hang a command into the branch; what is decorated stays as it is."""
        hang = super().command

        def hung(command: Command) -> Command:
            text = _with_examples_as_written(inspect.getdoc(command) or "")
            hang(name, **{"help": text, **settings})(_spread(command))
            return command

        return hung


def _with_examples_as_written(text: str) -> str:
    """Return a command's help with examples that a terminal takes as they are printed.

    Folded as prose a long command would break in the middle, and its first half would run.
    """
    said, example, commands = text.partition("\nExample:\n")
    if not example:
        return text
    folded = [_folded(one.strip()) for one in commands.splitlines() if one.strip()]
    return f"{said}\n{AS_WRITTEN}\nExample:\n" + f"\n\n{AS_WRITTEN}\n".join(folded)


def _folded(command: str) -> str:
    """Return the command in lines that a shell reads as one."""
    lines = [""]
    for word in re.findall(r'(?:--[a-z-]+ (?=[^-]))?(?:"[^"]*"|\S)+', command):
        if lines[-1] and len(lines[-1]) + len(word) + 3 > EXAMPLE_WIDTH:
            lines.append(" ")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\n".join(f"  {one}" for one in " \\\n".join(lines).splitlines())


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
