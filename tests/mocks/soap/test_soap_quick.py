"""What is read by its form and answered unchecked: the same answer, and valid by the contract."""

import base64
import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mocks.core import credentials
from mocks.core.city import City
from mocks.core.clock import real_now
from mocks.core.houses import building_number, parcel_number
from mocks.core.kit import Kit, assemble, department_module
from mocks.core.people import person_ref
from mocks.core.seed import keep_seed
from mocks.soap.forms import Forms
from mocks.soap.inner import InnerSchema
from mocks.soap.sent import sent_as
from mocks.soap.server import Endpoint, _at_once
from mocks.soap.wsse import WSSE, WSU
from tests.mocks.soap.conftest import START

DEPARTMENTS = ("planning", "construction", "greening", "police")
SEEDS = (20190830, 7)
PROFILE = WSSE.replace("wssecurity-secext-1.0.xsd", "username-token-profile-1.0#PasswordDigest")
RANDOM = random.Random(1)


class Unlearning(Forms[Any]):
    """Knows no form."""

    def learn(self, *_: Any) -> None:
        """Nothing."""


def building() -> str:
    return building_number(RANDOM.randrange(43), RANDOM.randrange(2000))


def parcel() -> str:
    return parcel_number(RANDOM.randrange(43), RANDOM.randrange(200))


def project(city: City) -> str:
    return next(one for one in iter(lambda: city.projects(parcel()), 0) if one)[0].project_no


def permit(city: City) -> str:
    return next(
        one for one in iter(lambda: city.permits(project(city)), 0) if one
    )[-1].permit_no  # fmt: skip


def identity(city: City) -> str:
    return city.person(RANDOM.randrange(10**6)).id_number


# of every operation that is read by forms or answered unchecked: what varies, and keys that exist
ASKED: Mapping[str, Sequence[tuple[str, Callable[[City], str]]]] = {
    "GetParcel": [("ParcelNo", lambda _: parcel())],
    "QueryCase": [("CaseRef", lambda _: "case:A:file:1")],
    "queryBuilding": [("JZWBM", lambda _: building())],
    "queryProjects": [("ZDDM", lambda _: parcel()), ("XMBH", project)],
    "queryPermits": [("XMBH", project), ("XKBH", permit)],
    "queryItems": [("SLBH", lambda _: "JS26092100001")],
    "queryByRef": [("WBLSH", lambda _: "case:A:file:1")],
    "findByRef": [("refNo", lambda _: "case:A:file:1")],
    "getApplication": [("applyNo", lambda _: "LH20260921-00001")],
    "listChanges": [("since", lambda _: str(RANDOM.randrange(1, 9)))],
    "nciicQueryPerson": [("RYBH", lambda _: person_ref(RANDOM.randrange(10**6)))],
    "nciicCheck": [("GMSFHM", identity)],
}


MOST = {"GetParcel": 1, "queryBuilding": 1}  # keys a request may name


def body_of(operation: str, element: str, values: Sequence[str]) -> str:
    """What stands in the body of a request."""
    said = "".join(f"<{element}>{value}</{element}>" for value in values)
    match operation:
        case "GetParcel" | "QueryCase":
            return said.replace("<", "<n:").replace("<n:/", "</n:")
        case "findByRef" | "getApplication":
            return f"<AppCode>{credentials.GREENING_APP_CODE}</AppCode>{said}"
        case "listChanges":
            return f"<AppCode>{credentials.GREENING_APP_CODE}</AppCode>{said}<max>9</max>"
        case "nciicQueryPerson" | "nciicCheck":
            return _of_police(operation, values)
        case _:
            return _of_construction(said)


def _of_construction(said: str) -> str:
    head = (
        f"<USERID>{credentials.CONSTRUCTION_USER}</USERID>"
        f"<PASSWORD>{credentials.CONSTRUCTION_PASSWORD}</PASSWORD>"
        f"<JYLSH>{RANDOM.getrandbits(64):x}</JYLSH>"
        f"<FSSJ>2026-09-21 09:00:{len(said) % 60:02}</FSSJ>"
    )
    inner = f"<REQUEST><HEAD>{head}</HEAD><BODY>{said}</BODY></REQUEST>"
    return f"<xmlParam>{escape(inner, quote=False)}</xmlParam>"


def _of_police(operation: str, values: Sequence[str]) -> str:
    rows = [f"<ROW><RYBH>{value}</RYBH></ROW>" for value in ("人员编号", *values)]
    if operation == "nciicCheck":
        named = [("公民身份号码", "姓名"), *((value, "沈若梅") for value in values)]
        rows = [f"<ROW><GMSFHM>{no}</GMSFHM><XM>{name}</XM></ROW>" for no, name in named]
    told = f"<ROWS><INFO><SBM>onething</SBM></INFO>{''.join(rows)}</ROWS>"
    return (
        f"<n:inLicense>{credentials.POLICE_LICENCE}</n:inLicense>"
        f"<n:inConditions>{escape(told, quote=False)}</n:inConditions>"
    )


def header_of(department: str) -> str:
    """The header a department wants."""
    if department != "planning":
        return ""
    nonce, created = RANDOM.randbytes(16), datetime.fromtimestamp(real_now(), UTC).isoformat()
    secret = credentials.PLANNING_PASSWORD.encode()
    digest = hashlib.sha1(nonce + created.encode() + secret).digest()  # noqa: S324 - as it says
    password, shown = (base64.b64encode(one).decode() for one in (digest, nonce))
    return (
        f'<e:Header><s:Security xmlns:s="{WSSE}" xmlns:u="{WSU}" e:mustUnderstand="1">'
        f"<s:UsernameToken><s:Username>{credentials.PLANNING_USER}</s:Username>"
        f'<s:Password Type="{PROFILE}">{password}</s:Password><s:Nonce>{shown}</s:Nonce>'
        f"<u:Created>{created}</u:Created></s:UsernameToken></s:Security></e:Header>"
    )


@dataclass(slots=True)
class Twice:
    """A department in two minds: one that learns forms, one that always goes the long way."""

    kit: Kit
    quick: Endpoint
    long: Endpoint

    def request(self, name: str, element: str, values: Sequence[str]) -> tuple[Any, bytes]:
        """Its scope and content."""
        endpoint = self.quick
        operation = endpoint.contract.named(name)
        space, _, tag = operation.request[1:].partition("}")
        content = (
            f'<?xml version="1.0" encoding="{endpoint.charset}"?><e:Envelope xmlns:e="'
            f'{endpoint.version.namespace}" xmlns:n="{space}">{header_of(self.kit.department)}'
            f"<e:Body><n:{tag}>{body_of(name, element, values)}</n:{tag}></e:Body></e:Envelope>"
        ).encode(endpoint.charset)
        action = operation.action.encode()
        media = f"{endpoint.version.media_type}; charset={endpoint.charset}".encode()
        headers = [(b"content-type", media + b'; action="%s"' % action), (b"soapaction", action)]
        return {"type": "http", "headers": headers}, content

    def both(self, name: str, element: str, values: Sequence[str]) -> tuple[Any, Any]:
        """What either answers to the same."""
        asked = self.request(name, element, values)
        said = [_at_once(endpoint, self.kit, *asked) for endpoint in (self.quick, self.long)]
        first, second = [(one.status_code, one.raw_headers, bytes(one.body)) for one in said]
        return first, second


@pytest.fixture(scope="module", params=[(name, seed) for name in DEPARTMENTS for seed in SEEDS])
def twice(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twice]:
    department, seed = request.param
    state = tmp_path_factory.mktemp(department)
    keep_seed(state, seed)
    kit = assemble(department, state)
    kit.clock.set(START, rate=0)
    if kit.desk.services:
        kit.desk.receive("case:A:file:1", next(iter(kit.desk.services)), {"": "违规"})
    build: Callable[[Kit], Endpoint] = department_module(department).build_endpoint
    quick, long = build(kit), build(kit)
    object.__setattr__(long, "forms", Unlearning())
    yield Twice(kit, quick, long)
    kit.ledger.close()


def asked_here(twice: Twice) -> list[tuple[str, str, Callable[[City], str]]]:
    return [
        (name, element, key)
        for name, handler in twice.quick.operations.items()
        if handler.proven or handler.varies
        for element, key in ASKED[name]
    ]


def test_a_known_form_is_answered_as_the_long_way_answers(twice: Twice) -> None:
    for name, element, key in asked_here(twice):
        for values in ([key(twice.kit.city)] for _ in range(40)):
            quick, long = twice.both(name, element, values)
            assert quick == long, (name, values)
        scope, content = twice.request(name, element, [key(twice.kit.city)])
        assert twice.quick.forms.find(sent_as(scope, twice.quick.version), content) is not None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_value_stands_there_the_answer_is_the_long_ways(twice: Twice, data: Any) -> None:
    name, element, key = data.draw(st.sampled_from(asked_here(twice)))
    place = twice.quick.operations[name].varies[element]
    known = [key(twice.kit.city)]
    odd = st.sampled_from(
        ["", " ", "a&lt;b", "<b/>", "&#48;", "<![CDATA[0]]>", "一", "0" * 300, "&"]
    )
    values = data.draw(
        st.lists(st.from_regex(place.pattern, fullmatch=True) | odd, min_size=1, max_size=3)
    )
    for _ in range(2):
        twice.both(name, element, known)

    quick, long = twice.both(name, element, values)

    assert quick == long


@pytest.mark.parametrize(
    "moment", [START, START.replace(month=1, day=1, hour=0), START + timedelta(seconds=1e-6)]
)
def test_every_reply_that_is_not_checked_is_valid_by_its_contract(
    twice: Twice, moment: datetime
) -> None:
    kit, endpoint = twice.kit, twice.quick
    kit.clock.set(moment, rate=0)
    proven = {name for name, handler in endpoint.operations.items() if handler.proven}
    for name, element, key in asked_here(twice):
        for number in range(60 if name in proven else 0):
            values = [key(kit.city) for _ in range(1 + number % MOST.get(name, 3))]
            said = _at_once(
                endpoint, kit, *twice.request(name, element, values if number else ["0"])
            )
            root = etree.fromstring(bytes(said.body))
            assert (said.status_code, root[-1][0].tag) == (200, endpoint.contract.named(name).reply)
            endpoint.contract.check(root[-1][0])
            for text in map(str, root[-1][0].itertext()):
                if text.startswith("<?xml"):
                    _check_inner(twice, name, text)


def _check_inner(twice: Twice, name: str, text: str) -> None:
    """InnerSchema reads nothing that breaks the schema."""
    inner = {"nciicCheck": "inner-check-response", "nciicQueryPerson": "inner-person-response"}
    file = twice.kit.contract_dir / f"{inner.get(name, f'inner-{name}')}.xsd"
    InnerSchema(file).read(text, twice.quick.charset)
