"""Public answers are remembered by all they depend on, bounded, over one catalogue only."""

from gateway.execution import remembered
from gateway.execution.remembered import Asked, Remembered

ONE, OTHER = object(), object()  # two catalogues


def asked(document: str = "{ a }", **other: object) -> Asked:
    return Asked(document, None, b"", "zh")._replace(**other)  # type: ignore[arg-type]


def test_an_answer_is_found_by_document_name_variables_and_language_alone() -> None:
    memory = Remembered()
    kept = memory.keep(asked(), ONE, b"answer")

    assert memory.find(asked(), ONE) is kept
    for other in (
        asked("{ b }"), asked(name="A"), asked(variables=b'{"x":1}'), asked(language="en"),
    ):  # fmt: skip
        assert memory.find(other, ONE) is None


def test_the_digest_is_of_the_bytes() -> None:
    memory = Remembered()

    first, same, other = (
        memory.keep(asked(str(n)), ONE, content) for n, content in enumerate((b"a", b"a", b"b"))
    )

    assert first.digest == same.digest != other.digest


def test_with_another_catalogue_all_answers_are_forgotten() -> None:
    memory = Remembered()
    memory.keep(asked(), ONE, b"old")

    assert memory.find(asked(), OTHER) is None
    assert (len(memory), memory.bytes) == (0, 0)

    new = memory.keep(asked(), OTHER, b"new")
    assert memory.find(asked(), OTHER) is new
    assert memory.find(asked(), ONE) is None


def test_the_least_recently_used_leaves_first() -> None:
    memory = Remembered(most=2)
    for name in ("1", "2"):
        memory.keep(asked(name), ONE, b"x")
    memory.find(asked("1"), ONE)

    memory.keep(asked("3"), ONE, b"x")

    assert [memory.find(asked(name), ONE) is None for name in ("1", "2", "3")] == [
        False, True, False,
    ]  # fmt: skip


def test_bytes_are_bounded_and_counted_back() -> None:
    memory = Remembered(most_bytes=10_000)
    for number in range(100):
        memory.keep(asked(str(number)), ONE, b"x" * 700)
        assert memory.bytes <= 10_000

    assert 3 < len(memory) < 13
    assert memory.bytes == sum(
        remembered._weight(asked, answer) for asked, answer in memory._known.items()
    )


def test_what_is_too_large_is_answered_and_not_remembered() -> None:
    memory = Remembered(most_bytes=10_000)

    answer = memory.keep(asked(), ONE, b"x" * 2_000)

    assert answer.content == b"x" * 2_000
    assert memory.find(asked(), ONE) is None
