"""What the contract offers besides look-ups, as sections that are commented out."""

from collections.abc import Iterator, Sequence

from adapters.drafting.page import Page, dotted
from adapters.drafting.places import Place, values
from adapters.drafting.purpose import Guess, Purpose, reads
from adapters.drafting.view import OperationView
from adapters.drafting.wording import identifier, quoted
from adapters.manifest.callkeys import REPLIES
from adapters.manifest.model import VERBS
from adapters.mapping.parse import BARE
from adapters.mapping.reserved import spelt

_SHOWN = 24  # values of one message that are shown


def write_outline(page: Page, guessed: Sequence[tuple[OperationView, Guess]]) -> None:
    """Every operation that is not live, under the verb it may be."""
    if not guessed:
        return
    page.blank()
    page.comment(
        "The other operations of the contract. Each purpose is a guess; nothing is filed by a "
        "guess. Uncomment what is right, and add [services.<id>] for every item that is filed."
    )
    filing = [operation.name for operation, guess in guessed if guess.purpose in VERBS]
    if filing:
        page.decide("verbs", f"which operation files, and which follow it: {', '.join(filing)}")
    for operation, guess in guessed:
        _operation(page, operation, guess)


def _operation(page: Page, operation: OperationView, guess: Guess) -> None:
    page.blank()
    said = f" — {operation.about}" if operation.about else ""
    page.comment(f"{operation.name}{said}")
    page.comment(f"guessed: {guess.purpose} ({guess.reason})")
    if operation.trouble:
        return
    if guess.purpose is Purpose.LOOKUP and not reads(operation):
        page.decide("registers", f"whether {operation.name} only reads; nothing here says so")
    table = _table(operation, guess)
    page.off(f"[{table}]")
    page.off(f"operation = {quoted(operation.name)}")
    for line in _request(operation):
        page.off(line)
    for line in _reply(operation, guess):
        page.off(line)


def _table(operation: OperationView, guess: Guess) -> str:
    if guess.purpose in VERBS:
        return f"verbs.{guess.purpose}"
    if guess.purpose is Purpose.FEED:
        return "feed"
    name = identifier(operation.name, "record")
    if guess.purpose is Purpose.VERIFICATION:
        return f"verifications.{name}"
    return f"registers.{name}.lookups.by_key"


def _request(operation: OperationView) -> Iterator[str]:
    places = operation.asked(through_lists=True)
    required = [place for place in places if not place.optional]
    optional = [place for place in places if place.optional]
    for place in [*required, *optional][:_SHOWN]:
        *way, last = place.path or (".",)
        yield f'request.{dotted((*way, spelt(last)))} = "…"  # {_described(place)}'
    if len(places) > _SHOWN:
        yield f"… and {len(places) - _SHOWN} more"
    if operation.caller:
        yield f"… and what is said of who calls: {', '.join('.'.join(p) for p in operation.caller)}"


def _reply(operation: OperationView, guess: Guess) -> Iterator[str]:
    found = [".".join(place.path) for place in values(operation.reply, through_lists=True)]
    if operation.reply.repeated:
        yield f"each = {quoted(BARE)}"
    if found:
        more = ", …" if len(found) > _SHOWN else ""
        yield f"the reply has {', '.join(found[:_SHOWN])}{more}"
    needed = [k.name for k in REPLIES.get(str(guess.purpose), ()) if k.merged or k.required]
    for name in needed:
        yield f'reply.{name} = "…"'


def _described(place: Place) -> str:
    words = ["optional" if place.optional else "required", str(place.shape.kind)]
    if place.repeated is not None:
        words.append("repeated")
    if place.shape.enum:
        words.append("one of " + ", ".join(place.shape.enum[:8]))
    return ", ".join(words)


def webhook_outline(page: Page, event: str) -> None:
    """A message of the department's own."""
    page.blank()
    page.comment('a message the department sends; it needs progress = "callback"')
    page.off("[callback]")
    page.off(f"event = {quoted(event)}")
    for name in ("timestamp", "signature", "secret"):
        page.off(f'{name} = "…"')
    page.off('scheme = "hmac_sha256"')
    page.off('reply = { receipt = "…", status = "… | code status", at = "…" }')
