"""The departments of the natural Python gateway: httpx and zeep as documented."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from lxml import etree
from zeep import AsyncClient
from zeep.transports import AsyncTransport
from zeep.wsse.username import UsernameToken

from tests.bench.peers.replies import DEPARTMENTS

_WSDLS = {
    "police": ("nciic.wsdl", "NciicServicesHttpPort"),
    "planning": ("plan-case.wsdl", "PlanCaseSoap"),
    "construction": ("jzgl-service.wsdl", "JzglSoap12Port"),
}
_PATHS = {
    "police": "/nciic_ws/services/NciicServices",
    "planning": "/PlanCase/PlanCaseService.asmx",
    "construction": "/services/JzglService",
}


class Departments:
    """Every system the queries touch."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._http = httpx.AsyncClient(base_url=base, trust_env=False)
        secret = "planning-demo-secret"
        planning = UsernameToken("onething", secret, use_digest=True)  # type: ignore[no-untyped-call]
        self._police = self._service("police")
        self._planning = self._service("planning", wsse=planning)
        self._construction = self._service("construction")

    def _service(self, department: str, **options: Any) -> Any:
        name, port = _WSDLS[department]
        wsdl = str(DEPARTMENTS / department / "contract" / name)
        http = httpx.AsyncClient(trust_env=False)
        transport = AsyncTransport(client=http)  # type: ignore[no-untyped-call]
        client = AsyncClient(wsdl, transport=transport, **options)  # type: ignore[no-untyped-call]
        # create_service gives a proxy that does not await: only bind does, at the WSDL's address
        service: Any = client.bind(port_name=port)
        service._binding_options["address"] = self._base + _PATHS[department]
        return service

    async def licence(self, uscc: str) -> Mapping[str, Any]:
        """The business licence."""
        headers = {"authorization": "Bearer canned"}
        reply = await self._http.get("/licences", params={"uscc": uscc}, headers=headers)
        found: Mapping[str, Any] = reply.json()["licences"][0]
        return found

    async def health(self, uscc: str) -> Mapping[str, Any]:
        """The summary of health certificates."""
        asked, headers = {"creditCode": uscc}, {"x-api-key": "health-demo-key"}
        reply = await self._http.get("/health-certificates/summary", params=asked, headers=headers)
        found: Mapping[str, Any] = reply.json()["data"]
        return found

    async def property(self, cert_no: str) -> Mapping[str, Any]:
        """The property register."""
        asked, headers = {"certNos": [cert_no]}, {"x-app-key": "housing-demo-key"}
        reply = await self._http.post("/property/batch", json=asked, headers=headers)
        found: Mapping[str, Any] = reply.json()["data"]["list"][0]
        return found

    async def person(self, person_ref: str) -> Any:
        """A row of the register of persons: an XML document inside one string."""
        rows = etree.Element("ROWS")
        etree.SubElement(etree.SubElement(rows, "INFO"), "SBM").text = "onething"
        for asked in ("人员编号", person_ref):
            etree.SubElement(etree.SubElement(rows, "ROW"), "RYBH").text = asked
        document = etree.tostring(rows, encoding="unicode")
        told = await self._police.nciicQueryPerson("police-demo-licence", document)
        return etree.fromstring(told.encode()).find("ROW")

    async def parcel(self, parcel_no: str) -> Any:
        """The parcel."""
        return await self._planning.GetParcel(ParcelNo=parcel_no)

    async def projects(self, parcel_no: str) -> Sequence[Any]:
        """The projects on a parcel: an XML document inside one string, in GB18030."""
        request = etree.Element("REQUEST")
        head = {"USERID": "onething", "PASSWORD": "construction-demo-secret"}
        head |= {"JYLSH": "call-1", "FSSJ": "2026-03-02 09:00:00"}
        told = etree.SubElement(request, "HEAD")
        for name, value in head.items():
            etree.SubElement(told, name).text = value
        etree.SubElement(etree.SubElement(request, "BODY"), "ZDDM").text = parcel_no
        reply = await self._construction.queryProjects(etree.tostring(request, encoding="unicode"))
        return etree.fromstring(reply.encode("gb18030")).findall("BODY/XMLIST/XM")
