"""A manifest as it is written: lines, comments, and the decisions left to people."""

from dataclasses import dataclass, field

from adapters.drafting.wording import clean, key

_WIDE = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What only a person can decide: the key it stands at, and the question."""

    key: str
    question: str

    def __str__(self) -> str:
        return f"{self.key}: {self.question}"


@dataclass(slots=True)
class Page:
    """The manifest so far. Every decision stands in it as a comment and in `decisions`."""

    lines: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def text(self) -> str:
        """The whole file."""
        return "\n".join(self.lines) + "\n"

    def blank(self) -> None:
        """An empty line."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def comment(self, text: str) -> None:
        """A comment, broken into lines that can be read."""
        line = "#"
        for word in clean(text).split(" "):
            if len(line) + len(word) > _WIDE and line != "#":
                self.lines.append(line)
                line = "#"
            line += f" {word}"
        self.lines.append(line)

    def off(self, line: str) -> None:
        """A line of TOML that is commented out."""
        self.lines.append(f"# {clean(line)}")

    def decide(self, at: str, question: str) -> None:
        """A decision that stands before the line it is about."""
        self.comment(f"DECIDE: {question}")
        self.decisions.append(Decision(key=at, question=question))

    def table(self, *steps: str) -> None:
        """The head of a table."""
        self.blank()
        self.lines.append(f"[{dotted(steps)}]")

    def put(self, name: str, value: str, note: str = "") -> None:
        """A key with its value, both as TOML writes them."""
        self.lines.append(f"{name} = {value}" + (f"  # {clean(note)}" if note else ""))


def dotted(steps: tuple[str, ...]) -> str:
    """A path of keys as TOML writes it."""
    return ".".join(key(step) for step in steps)
