"""What is wrong in a manifest over an SDL is named at start, with its place and its remedy."""

from pathlib import Path

import pytest

from tests.adapters.conftest import made
from tests.adapters.graphql.conftest import placed

URL = "http://127.0.0.1:1"
FILE = "department.toml"
WITHDRAW = "mutation Back($no: ID!, $reason: String!) { withdraw(no: $no, reason: $reason) }"

MISTAKES = {
    "a field the SDL lacks": (
        "venue(no: $no) { no label",
        "venue(no: $no) { nom label",
        "registers.venue.lookups.name.operation: Cannot query field 'nom' on type 'Venue'"
        " — did you mean 'no' or 'name'?",
    ),
    "an operation that is none": (
        "query One(",
        "query One((",
        "registers.venue.lookups.name.operation: line 1: Syntax Error",
    ),
    "a file that is not there": (
        "contract/venues.graphql#Venues",
        "contract/venue.graphql#Venues",
        "registers.venue.lookups.no.operation: there is no file 'contract/venue.graphql' — write",
    ),
    "a file outside": (
        "contract/venues.graphql#Venues",
        "../outside.graphql#Venues",
        "registers.venue.lookups.no.operation: there is no file '../outside.graphql'",
    ),
    "an operation the file lacks": (
        "venues.graphql#Venues",
        "venues.graphql#Venue",
        "registers.venue.lookups.no.operation: there is no operation 'Venue'"
        " — did you mean 'Venues'?",
    ),
    "several and none named": (
        "venues.graphql#Venues",
        "venues.graphql",
        "registers.venue.lookups.no.operation: has no single operation — known: Of, Unused, Venues",
    ),
    "a read that changes something": (
        "query ByRef($ref: String!) { casesOf(ref: $ref) { no receivedAt } }",
        "mutation ByRef($ref: ID!) { withdraw(no: $ref, reason: $ref) }",
        "is a mutation, but this call only asks, and may be asked again — make it a query",
    ),
    "a filing that only asks": (
        WITHDRAW,
        "query Back($no: ID!) { venue(no: $no) { no } }",
        "is a query, but this call changes something — make it a mutation",
    ),
    "a variable the operation lacks": (
        'request.nos = "keys"',
        'request.numbers = "keys"',
        "request.numbers: the contract has no 'numbers' in the variables — known: nos",
    ),
    "a variable nobody fills": (
        'no = "receipt", reason = "reason"',
        'no = "receipt"',
        "verbs.withdraw.request.reason: the contract requires 'reason' in the variables — map it",
    ),
    "an input the SDL lacks": (
        'seats = "answers.diningSeats"',
        'seat = "answers.diningSeats"',
        "request.filing.seat: the contract has no 'seat' in filing — did you mean 'seats'?",
    ),
    "an input nobody fills": (
        'ref = "reference"\n',
        "",
        "request.filing.ref: the contract requires 'ref' in filing",
    ),
    "a constant the enum lacks": (
        "kind = \"'OPEN'\"",
        "kind = \"'OPENED'\"",
        "'OPENED' is no value",
    ),
    "a reply that was not selected": (
        'seats = ".seats"',
        'seats = ".inspector"',
        "registers.venue.reply.seats: the contract has no 'inspector' in venues",
    ),
    "rows that are not there": ('each = "venues"', 'each = "venue"', "did you mean 'venues'?"),
    "a code without meaning": ('GRANTED = "granted"\n', "", "'GRANTED' has no meaning"),
    "a code the enum lacks": (
        'CLOSED = "closed"',
        'CLOSED = "closed"\nSOLD = "sold"',
        "codes.state.SOLD",
    ),
    "a result type without meaning": (
        "faults = { Rejection",
        "faults = { Rejected",
        "the contract's code 'Rejection' has no meaning",
    ),
    "an inner document": (
        'each = "casesOf"',
        'each = "casesOf"\ninner = { at = "x", root = "y" }',
        "verbs.find_filing.inner: belongs to soap — remove it",
    ),
    "an ETag": (
        "batch = 10",
        "batch = 10\nconditional = true",
        "conditional: belongs to rest — remove it",
    ),
    "a signed header of SOAP": (
        'kind = "header"\nname = "X-Key"\nvalue = "password"',
        'kind = "username_token"\nusername = "user"\npassword = "password"',
        "auth.kind: 'username_token' is not for graphql",
    ),
    "a port of a WSDL": (
        'path = "/graphql"',
        'path = "/graphql"\nport = "P"',
        "contract.port: belongs to soap — remove it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_remedy(tmp_path: Path, name: str) -> None:
    old, new, sentence = MISTAKES[name]

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    folder = placed(tmp_path, change)
    (tmp_path / "outside.graphql").write_bytes((folder / "contract/venues.graphql").read_bytes())
    department, findings = made(folder, URL)

    assert department is None
    assert any(sentence in finding and finding.startswith(FILE) for finding in findings), findings


@pytest.mark.parametrize(
    ("sdl", "sentence"),
    [
        ("type Query {", "culture.graphql is no SDL: Syntax Error"),
        ("type Query { a: Nowhere }", "Unknown type: 'Nowhere'"),
        ("type Venue { no: ID! }", "culture.graphql: Query root type must be provided"),
    ],
)
def test_a_contract_that_is_none_is_said_to_be_none(
    tmp_path: Path, sdl: str, sentence: str
) -> None:
    folder = placed(tmp_path)
    (folder / "contract/culture.graphql").write_text(sdl)

    department, findings = made(folder, URL)

    assert department is None
    assert any(sentence in finding for finding in findings), findings
