"""The police's identity service: SOAP 1.1, one XML string in, one out, errors as XML too."""

from collections.abc import Callable, Mapping
from typing import Any

from mocks.core.credentials import POLICE_LICENCE
from mocks.core.direct import Direct
from mocks.core.filed import Service
from mocks.core.kit import Kit
from mocks.soap.envelope import SoapFault, Version, Whose
from mocks.soap.forms import Varies
from mocks.soap.inner import InnerSchema
from mocks.soap.server import Endpoint, Handler, Reply, application
from mocks.soap.wsdl import load
from mocks.soap.xml import Element, Unreadable, record

NUMBER = "{seq}"  # takes no filings in
SERVICES: tuple[Service, ...] = ()

SAME, OTHER = "一致", "不一致"
NOT_FOUND = "库中无此号，请到户籍所在地进行核实！"
NO_SUCH_PERSON = "库中无此人"
_CHECK_TITLES = {"GMSFHM": "公民身份号码", "XM": "姓名"}
_PERSON_TITLES = {"RYBH": "人员编号"}
_ERRORS = {
    "-10": "条件格式错误",
    "-80": "授权文件错误或无权限",
    "-91": "系统繁忙，请求未处理",
}
_VARIES = {
    "RYBH": Varies("RY[0-9]{9}", "RY000000000"),
    "GMSFHM": Varies(r"[0-9]{17}[0-9X]", "0" * 18),
    "XM": Varies("[\u4e00-\u9fa5]{1,30}", "某某"),
    "SBM": Varies("[0-9A-Za-z:._-]{1,96}", "0"),
}
Row = dict[str, str]


class Question:
    """One operation: reads the conditions, answers row by row."""

    def __init__(
        self, kit: Kit, name: str, titles: Row, answer: Callable[[Row], Mapping[str, Any]]
    ) -> None:
        self._asked = InnerSchema(kit.contract_dir / f"inner-{name}-request.xsd")
        self._answered_in = InnerSchema(kit.contract_dir / f"inner-{name}-response.xsd")
        self._titles = titles
        self._answer = answer

    def handler(self) -> Handler:
        """What the server calls."""
        return Handler(act=self._answered, read=self._read, varies=_VARIES, proven=True)

    def _answered(self, said: tuple[str, list[Row] | None]) -> Reply:
        """The answer as a string; a wrong licence or wrong conditions are an error document."""
        licence, rows = said
        if licence != POLICE_LICENCE:
            return {"out": self._error("-80")}
        if rows is None:
            return {"out": self._error("-10")}
        answers = [{"@no": number, **self._answer(row)} for number, row in enumerate(rows, start=1)]
        told = self._answered_in.write("ROWS", {"ROW": answers}, "UTF-8", check=False)
        return {"out": told}

    def _read(self, body: Element) -> tuple[str, list[Row] | None]:
        """The licence shown, and the conditions row by row; None when they are wrong."""
        fields = record(body)
        try:
            found = record(self._asked.read(fields["inConditions"], "UTF-8"), frozenset({"ROW"}))
        except Unreadable:
            return fields["inLicense"], None
        titles, *rows = found["ROW"]
        return fields["inLicense"], list(rows) if titles == self._titles else None

    def _error(self, code: str) -> str:
        return error(self._answered_in, code)


def error(schema: InnerSchema, code: str) -> str:
    """An error document."""
    row = {"ErrorCode": code, "ErrorMsg": _ERRORS[code]}
    return schema.write("RESPONSE", {"@errorcode": code, "ROWS": {"ROW": row}}, "UTF-8")


class Police:
    """What the population register says."""

    def __init__(self, kit: Kit) -> None:
        self._city = kit.city

    def check(self, row: Row) -> Mapping[str, Any]:
        """Whether number and name belong together."""
        number, name = row["GMSFHM"], row["XM"]
        person = self._city.person_by_id_number(number)
        items: list[Row] = [{"errormesage": NOT_FOUND}]
        if person is not None:
            named = SAME if person.name == name else OTHER
            items = [
                {"gmsfhm": number, "result_gmsfhm": SAME},
                {"xm": name, "result_xm": named},
            ]
        return {"INPUT": {"gmsfhm": number, "xm": name}, "OUTPUT": {"ITEM": items}}

    def person(self, row: Row) -> Mapping[str, Any]:
        """Who bears this reference."""
        person = self._city.person_by_ref(row["RYBH"])
        output: Row = {"errormesage": NO_SUCH_PERSON}
        if person is not None:
            output = {"gmsfhm": person.id_number, "xm": person.name, "gxsj": "20260101030000"}
        return {"INPUT": {"rybh": row["RYBH"]}, "OUTPUT": output}


def build_endpoint(kit: Kit) -> Endpoint:
    """How the department speaks."""
    police = Police(kit)
    errors = InnerSchema(kit.contract_dir / "inner-error.xsd")
    check = Question(kit, "check", _CHECK_TITLES, police.check)
    person = Question(kit, "person", _PERSON_TITLES, police.person)
    return Endpoint(
        contract=load(kit.contract_dir / "nciic.wsdl"),
        version=Version.SOAP11,
        namespace="http://serv.rkxt.gaj.sh.gov.example",
        operations={"nciicCheck": check.handler(), "nciicQueryPerson": person.handler()},
        malformed=lambda text: SoapFault(Whose.SENDER, f"报文不符合接口：{text}"),
        busy=lambda: {"out": error(errors, "-91")},
        stranger=lambda: {"out": error(errors, "-80")},
    )


def build(kit: Kit) -> Direct:
    """The department's web application."""
    return application(build_endpoint(kit), kit)
