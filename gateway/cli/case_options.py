"""What every `onething cases` command may be told, before its own name or after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption
from gateway.cli.output import Speaker

UrlOption: TypeAlias = Annotated[
    str | None, typer.Option("--url", help="The gateway's address; that of the settings if absent.")
]
TokenOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--token-file", help="A token with the role it needs; made by itself in dev."),
]
ChineseOption: TypeAlias = Annotated[bool, typer.Option("--zh", help="用中文显示 (in Chinese).")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOptions:
    """Which gateway, as whom, and how its answers are shown. Each field is an option."""

    url: UrlOption = None
    token_file: TokenOption = None
    config: ConfigOption = None
    profile: ProfileOption = None
    pairs: SetOption = None
    as_json: JsonOption = False
    chinese: ChineseOption = False

    def then(self, later: "CaseOptions") -> "CaseOptions":
        """Both: what was said later counts; settings add up."""
        pairs: Sequence[str] = [*(self.pairs or ()), *(later.pairs or ())]
        said = {f.name: getattr(later, f.name) or getattr(self, f.name) for f in fields(self)}
        return CaseOptions(**{**said, "pairs": pairs})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said before a command's own name."""

    speaker: Speaker
    options: CaseOptions


Callback = Callable[..., None]
OpenDesk = Callable[[], Any]  # opens the casework; asked for when the command's own words are right


def before_the_command() -> Callback:
    """A group that keeps what is said before its command's name."""

    def group(context: typer.Context, **words: Any) -> None:
        context.obj = Told(speaker=context.obj, options=CaseOptions(**words))

    return _taking(group, ())


def at_the_desk(work: Callback) -> Callback:
    """The same command, taking the options of all; `work` is given the desk they lead to."""

    def command(context: typer.Context, **words: Any) -> None:
        told: Told = context.obj
        options = told.options.then(CaseOptions(**{name: words.pop(name) for name in _NAMES}))

        def desk() -> Any:
            from gateway.cli.casework import casework

            return casework(told.speaker, options)

        work(desk, **words)

    _, *own = signature(work).parameters.values()
    command.__name__, command.__doc__ = work.__name__, work.__doc__
    return _taking(command, own)


def _taking(command: Callback, own: Sequence[Parameter]) -> Callback:
    """The command, seen from outside with these parameters and the options of all."""
    context = Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)
    keyword = (p.replace(kind=Parameter.KEYWORD_ONLY) for p in (*own, *_SHARED))
    command.__signature__ = Signature([context, *keyword])  # type: ignore[attr-defined]
    return command


_SHARED = tuple(signature(CaseOptions).parameters.values())
_NAMES = tuple(parameter.name for parameter in _SHARED)
