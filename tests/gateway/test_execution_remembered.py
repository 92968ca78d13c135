"""Public answers are remembered by what was sent and the language, bounded, over one catalogue."""

from collections import Counter

from gateway.execution import remembered
from gateway.execution.remembered import PublicAnswer, Remembered, public_answer


class World:
    """A catalogue that may be exchanged, and how often something was found."""

    def __init__(self, **bounds: int) -> None:
        self.catalogue = object()
        self.found: Counter[str] = Counter()
        self.memory = Remembered(
            lambda: self.catalogue, found=lambda: self.found.update(["found"]), **bounds
        )

    def keep(self, sent: bytes, content: bytes = b"x") -> PublicAnswer:
        answer = public_answer(content, lasting=True)
        self.memory.keep(sent, "zh", answer)
        return answer


def test_an_answer_is_found_by_what_was_sent_and_the_language_alone() -> None:
    world = World()
    kept = world.keep(b"sent")

    assert world.memory.find(b"sent", "zh") is kept
    assert world.memory.find(b"sent", "en") is None
    assert world.memory.find(b"sent ", "zh") is None
    assert world.found["found"] == 1


def test_the_digest_is_of_the_bytes() -> None:
    first, same, other = (public_answer(content, lasting=True) for content in (b"a", b"a", b"b"))

    assert first.digest == same.digest != other.digest


def test_with_another_catalogue_all_answers_are_forgotten() -> None:
    world = World()
    world.keep(b"one")
    world.keep(b"two")

    world.catalogue = object()

    assert world.memory.find(b"one", "zh") is None
    assert (len(world.memory), world.memory.weight) == (0, 0)
    new = world.keep(b"one")
    assert world.memory.find(b"one", "zh") is new


def test_what_was_given_over_another_catalogue_is_gone_when_the_next_is_kept() -> None:
    world = World()
    world.keep(b"one")
    world.catalogue = object()

    world.keep(b"two")

    assert world.memory.find(b"one", "zh") is None
    assert len(world.memory) == 1


def test_the_least_recently_used_leaves_first() -> None:
    world = World(most=2)
    world.keep(b"1")
    world.keep(b"2")
    world.memory.find(b"1", "zh")

    world.keep(b"3")

    assert [world.memory.find(sent, "zh") is None for sent in (b"1", b"2", b"3")] == [
        False, True, False,
    ]  # fmt: skip


def test_bytes_are_bounded_and_counted_back() -> None:
    world = World(most_bytes=20_000)
    for number in range(100):
        world.keep(str(number).encode(), b"x" * 700)
        assert world.memory.weight <= 20_000

    assert 3 < len(world.memory) < 20
    weights = {weight for _, weight in world.memory._known._entries.values()}
    assert weights == {remembered.ENTRY + 2 + 700}
    assert world.memory.weight == len(world.memory) * weights.pop()


def test_what_is_too_large_or_hangs_on_more_than_was_sent_is_not_remembered() -> None:
    world = World(most_bytes=20_000)

    world.keep(b"large", b"x" * 3_000)
    world.keep(b"x" * 3_000)
    world.memory.keep(b"personal", "zh", public_answer(b"x", lasting=False))

    assert len(world.memory) == world.memory.weight == 0
