"""The catalogue as it ships, and answers that stand against nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from schema.catalogue import LoadedCatalogue, load
from schema.domain.identifiers import resident_id_check, uscc_check
from schema.domain.one_thing import OneThing

USCC_BODY = "91310104MA1FR5TQ1"
ID_BODY = "31010419800101001"


@pytest.fixture(scope="session")
def catalogue() -> LoadedCatalogue:
    return load()


@pytest.fixture(scope="session")
def restaurant(catalogue: LoadedCatalogue) -> OneThing:
    found = catalogue.find("open_restaurant")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def lift(catalogue: LoadedCatalogue) -> OneThing:
    found = catalogue.find("install_lift")
    assert found is not None
    return found


@pytest.fixture
def restaurant_answers(good_answers: Mapping[str, Any]) -> dict[str, Any]:
    """Good answers a test may change."""
    return dict(good_answers)


@pytest.fixture(scope="session")
def good_answers() -> Mapping[str, Any]:
    """A restaurant with cold dishes and a hot kitchen, as JSON would bring it."""
    identity = ID_BODY + resident_id_check(ID_BODY)
    return {
        "enterpriseName": "上海徐汇小满餐饮有限公司",
        "uscc": USCC_BODY + uscc_check(USCC_BODY),
        "enterpriseType": "有限责任公司",
        "registeredCapital": 500000,
        "establishDate": "2020-03-02",
        "businessTerm": "长期",
        "businessScope": "餐饮服务",
        "registeredAddress": "上海市徐汇区天平路188号1层",
        "legalRepName": "沈若梅",
        "legalRepIdNo": identity,
        "legalRepPhone": "13800138000",
        "postalCode": "200030",
        "agentName": "陆知远",
        "agentIdNo": identity,
        "agentPhone": "021-64370000",
        "authorisationScope": "代为办理",
        "premisesAddress": "上海市徐汇区天平路188号1层",
        "districtCode": "310104",
        "street": "天平路街道",
        "propertyCertNo": "沪房地徐字2015第001号",
        "propertyOwner": "上海天平置业有限公司",
        "propertyUse": "商业",
        "leaseStart": "2026-01-01",
        "leaseEnd": "2030-12-31",
        "usableArea": 186.5,
        "floor": 1,
        "shopName": "小满",
        "businessForm": "饭店",
        "diningSeats": 60,
        "kitchenArea": 40,
        "investmentAmount": 800000,
        "openingDate": "2027-01-08",
        "onlineOrdering": False,
        "foodItems": "热食类、冷食类",
        "coldDish": True,
        "disinfectionMethod": "紫外线",
        "rawFood": False,
        "freshJuice": False,
        "centralKitchen": False,
        "foodSafetyManagerName": "周小满",
        "foodSafetyManagerIdNo": identity,
        "foodSafetyManagerCertNo": "SH-2025-0001",
        "employeeCount": 12,
        "healthCertCount": 12,
        "buildingHeight": 18.5,
        "buildingFireAcceptanceNo": "沪公消验字2015第0001号",
        "fireResistanceRating": "二级",
        "exitCount": 2,
        "extinguisherCount": 8,
        "sprinkler": True,
        "smokeDetector": True,
        "fireSafetyOwnerName": "沈若梅",
        "fireSafetyOwnerPhone": "13800138000",
        "signText": "小满",
        "signType": "横招",
        "signLength": 6,
        "signHeight": 1.2,
        "signThickness": 0.2,
        "installHeight": 3.5,
        "lightingType": "内透光",
    }


@pytest.fixture
def today() -> date:
    return date(2026, 11, 23)
