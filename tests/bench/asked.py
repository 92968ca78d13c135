"""What mock departments are asked when a core of theirs is measured, as bytes.

`file` and `status` are the same again and again, as a poll is; `register` is about another record
each time, as an uncached case is, in the form the gateway sends.
"""

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha1
from itertools import count, repeat

from mocks.core import credentials
from mocks.core.city import City
from mocks.core.clock import real_now
from mocks.core.contract import Contract
from mocks.core.houses import NUMBERS, PLACES, PLOTS, building_number, parcel_number
from mocks.core.kit import Kit
from mocks.core.names import ROADS
from mocks.soap.wsdl import load
from tests.mocks.faults.wire import Talk, greening, housing, request

Asked = Mapping[str, Iterator[bytes]]

_INNER = (
    '<?xml version="1.0" encoding="gb18030"?><REQUEST><HEAD><USERID>{user}</USERID>'
    "<PASSWORD>{password}</PASSWORD><JYLSH>{serial}</JYLSH><FSSJ>2026-03-02 09:00:00</FSSJ></HEAD>"
    "<BODY><JZWBM>{number}</JZWBM></BODY></REQUEST>"
)
_SOAP12 = (
    '<?xml version="1.0" encoding="gb18030"?>'
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:n1="http://service.jzgl.sh.gov.example/"><env:Body><n1:queryBuilding><xmlParam>{inner}'
    "</xmlParam></n1:queryBuilding></env:Body></env:Envelope>"
)
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_SOAP11 = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:n1="http://ghzyj.sh.gov.example/plancase/types"><env:Header>'
    f'<wsse:Security xmlns:wsse="{_WSSE}-wssecurity-secext-1.0.xsd"'
    f' xmlns:wsu="{_WSSE}-wssecurity-utility-1.0.xsd" env:mustUnderstand="1"><wsse:UsernameToken>'
    f"<wsse:Username>{credentials.PLANNING_USER}</wsse:Username>"
    f'<wsse:Password Type="{_WSSE}-username-token-profile-1.0#PasswordDigest">{{digest}}'
    "</wsse:Password><wsse:Nonce>{nonce}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"
    "</wsse:UsernameToken></wsse:Security></env:Header><env:Body><n1:GetParcel>"
    "<n1:ParcelNo>{number}</n1:ParcelNo></n1:GetParcel></env:Body></env:Envelope>"
)


def _of_housing(kit: Kit, _: int) -> Asked:
    status, filing = housing(kit)
    return {"status": repeat(status), "register": _titles(kit), "file": repeat(filing)}


def _titles(kit: Kit) -> Iterator[bytes]:
    headers = {"X-App-Key": credentials.HOUSING_APP_KEY, "content-type": "application/json"}
    path = Contract.of(kit.contract_dir).operations["queryPropertyBatch"].path
    for title in City().titles(0, PLACES):
        body = json.dumps({"certNos": [title.cert_no]}, ensure_ascii=False).encode()
        yield request("POST", path, headers, body)


def _of_greening(kit: Kit, _: int) -> Asked:
    status, filing = greening(kit)
    return {"status": repeat(status), "file": repeat(filing)}


def _of_market(kit: Kit, port: int) -> Asked:
    return {"register": _licences(port)}


def _licences(port: int) -> Iterator[bytes]:
    city, headers = City(), {"authorization": f"Bearer {_token(port)}"}
    for index in count(1000):
        yield request("GET", f"/licences?uscc={city.company(index).uscc}", headers)


def _token(port: int) -> str:
    client, secret = credentials.MARKET_CLIENT, credentials.MARKET_SECRET
    form = f"grant_type=client_credentials&client_id={client}&client_secret={secret}"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    line = Talk(port)
    heard = line.ask(request("POST", "/oauth/token", kind, form.encode()))
    line.close()
    return str(json.loads(heard.body)["access_token"])


def _of_health(kit: Kit, _: int) -> Asked:
    return {"register": _certificates()}


def _certificates() -> Iterator[bytes]:
    city, headers = City(), {"X-Api-Key": credentials.HEALTH_API_KEY}
    for index in count(1000):
        code = city.company(index).uscc
        yield request("GET", f"/health-certificates/summary?creditCode={code}", headers)


def _of_construction(kit: Kit, _: int) -> Asked:
    return {"register": _buildings(load(kit.contract_dir / "jzgl-service.wsdl").path)}


def _buildings(path: str) -> Iterator[bytes]:
    kind = {"content-type": 'application/soap+xml; charset=gb18030; action="urn:queryBuilding"'}
    told = {"user": credentials.CONSTRUCTION_USER, "password": credentials.CONSTRUCTION_PASSWORD}
    for index in count():
        number = building_number(index % len(ROADS), 1 + index // len(ROADS) % (NUMBERS - 1))
        inner = _INNER.format(**told, serial=secrets.token_hex(16), number=number)
        escaped = inner.replace("<", "&lt;").replace(">", "&gt;")
        yield request("POST", path, kind, _SOAP12.format(inner=escaped).encode("gb18030"))


def _of_planning(kit: Kit, _: int) -> Asked:
    contract = load(kit.contract_dir / "plan-case.wsdl")
    return {"register": _parcels(contract.path, contract.named("GetParcel").action)}


def _parcels(path: str, action: str) -> Iterator[bytes]:
    kind = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}
    for index in count():
        number = parcel_number(index % len(ROADS), index // len(ROADS) % PLOTS)
        nonce = secrets.token_bytes(16)
        created = datetime.fromtimestamp(real_now(), UTC).isoformat()
        secret = credentials.PLANNING_PASSWORD.encode()
        shown = sha1(nonce + created.encode() + secret).digest()  # noqa: S324 - as the profile says
        told = {"digest": _base64(shown), "nonce": _base64(nonce)}
        envelope = _SOAP11.format(**told, created=created, number=number)
        yield request("POST", path, kind, envelope.encode())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


ASKED: Mapping[str, Callable[[Kit, int], Asked]] = {  # by department; at its port
    "greening": _of_greening,
    "housing": _of_housing,
    "market": _of_market,
    "health": _of_health,
    "construction": _of_construction,
    "planning": _of_planning,
}
