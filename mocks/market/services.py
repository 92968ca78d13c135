"""What the market department decides, and the papers it issues."""

from mocks.core.filed import Paper, Service, Status, Step, decided_within

_OFFICE = "11310000MB2F30400M"
_MINISTRY = "11100000MB0143028R"

KINDS = {
    "enterprise_registration": "enterprise-registration",
    "food_permit": "food-business-licence",
    "lift_installation_notice": "lift-installation-notice",
    "lift_inspection": "lift-supervised-inspection",
    "lift_use_registration": "lift-use-registration",
}


def _paper(name: str, number: str, code: str, years: int | None = None) -> Paper:
    return Paper(name=name, number=number, type_code=_MINISTRY + code, issuer=_OFFICE, years=years)


SERVICES: tuple[Service, ...] = (
    decided_within(
        1,
        id="enterprise_registration",
        name="企业登记",
        paper=_paper("营业执照", "31010400{day:%Y%m%d}{seq:06d}", "001"),
        defers=True,
    ),
    decided_within(
        5,
        id="food_permit",
        name="食品经营许可",
        paper=_paper("食品经营许可证", "JY23101040{seq:06d}", "011", years=5),
        defers=True,
    ),
    decided_within(
        0,
        id="lift_installation_notice",
        name="特种设备安装告知",
        paper=_paper("特种设备安装告知书(回执)", "沪特告{day:%Y}{seq:06d}", "031"),
        defers=True,
    ),
    decided_within(
        7,
        Step(status=Status.INSPECTION, working_days=1),
        id="lift_inspection",
        name="电梯监督检验",
        paper=_paper("电梯监督检验合格证明", "沪检梯{day:%Y}{seq:06d}", "032"),
        defers=True,
    ),
    decided_within(
        5,
        id="lift_use_registration",
        name="特种设备使用登记",
        paper=_paper("特种设备使用登记证", "梯11沪A{seq:05d}({day:%y})", "033"),
        defers=True,
    ),
)
