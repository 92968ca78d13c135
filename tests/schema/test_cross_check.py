"""The catalogue against what departments publish: every promise it makes in their name."""

from schema.catalogue import LoadedCatalogue, cross_check
from schema.domain.department import (
    DepartmentInfo,
    Limits,
    Lookup,
    ProgressMode,
    Register,
    RegisterField,
    Repeats,
)
from schema.domain.text import Text

WORD = Text(zh="某", en="some")
SERVICES = {
    "planning": "lift_plan_notice lift_planning_permit",
    "housing": "lift_consent_plan joint_acceptance",
    "construction": "structural_review project_registration commencement",
    "market": "enterprise_registration food_permit lift_installation_notice lift_inspection"
    " lift_use_registration",
    "fire": "fire_safety_inspection",
    "greening": "signboard kitchen_waste",
    "police": "",
    "health": "",
}
REGISTERS = {
    "market": {
        "business_licence": "uscc enterprise_name enterprise_type registered_capital"
        " establish_date business_term business_scope registered_address legal_rep_name"
        " legal_rep_ref",
        "food_safety_manager": "uscc cert_no",
    },
    "police": {"person": "person_ref id_number"},
    "housing": {
        "property": "cert_no address owner_name use district_code street building_no parcel_no"
    },
    "construction": {
        "building": "building_no fire_acceptance_no fire_resistance_rating floors completed_on"
    },
    "planning": {"parcel": "parcel_no land_use"},
    "health": {"health_certificates": "uscc valid_count"},
}
LOOKUPS = ("uscc", "person_ref", "address", "building_no", "parcel_no")


def register(department: str, name: str, fields: str) -> Register:
    return Register(
        id=name,
        department=department,
        title=WORD,
        key=fields.split()[0],
        fields=tuple(
            RegisterField(name=field, kind="text", title=WORD, required=True)
            for field in fields.split()
        ),
        lookups=tuple(Lookup(name=lookup) for lookup in LOOKUPS),
    )


def departments(
    services: dict[str, str], registers: dict[str, dict[str, str]]
) -> list[DepartmentInfo]:
    limits = Limits(timeout_s=1, concurrency=1, rate_per_s=1, processing_s=1, lookup_lag_s=1)
    return [
        DepartmentInfo(
            id=name,
            name=WORD,
            owner="owner",
            protocol="rest",
            repeats=Repeats.KEY,
            progress=ProgressMode.POLL,
            limits=limits,
            services=tuple(decided.split()),
            registers=tuple(
                register(name, key, fields) for key, fields in registers.get(name, {}).items()
            ),
        )
        for name, decided in services.items()
    ]


def test_catalogue_that_fits_has_no_findings(catalogue: LoadedCatalogue) -> None:
    assert cross_check(catalogue, departments(SERVICES, REGISTERS)) == []


def test_service_nobody_decides_is_named(catalogue: LoadedCatalogue) -> None:
    less = SERVICES | {"greening": "signboards kitchen_waste"}
    found = [str(f) for f in cross_check(catalogue, departments(less, REGISTERS))]
    assert found == [
        'change_business_scope.toml:items.D.service: greening does not decide "signboard"'
        ' — did you mean "signboards"?',
        'open_restaurant.toml:items.D.service: greening does not decide "signboard"'
        ' — did you mean "signboards"?',
    ]


def test_missing_department_is_named_wherever_it_is_needed(catalogue: LoadedCatalogue) -> None:
    without = {name: decided for name, decided in SERVICES.items() if name != "construction"}
    found = cross_check(catalogue, departments(without, REGISTERS))
    places = {f.key for f in found if f.file == "install_lift.toml"}
    assert places == {
        "items.L4.department",
        "items.L5.department",
        "items.L6.department",
        "items.L10.with_departments",
        "sources.building.department",
    }
    assert "items.C.materials.C6.through" in {f.key for f in found}


def test_register_lookup_and_field_must_exist(catalogue: LoadedCatalogue) -> None:
    changed = REGISTERS | {
        "housing": {"property": "cert_no address owner use district_code street building_no"},
        "health": {"certificates": "uscc valid_count"},
    }
    found = [
        str(f)
        for f in cross_check(catalogue, departments(SERVICES, changed))
        if f.file != "change_business_scope.toml"
    ]
    assert found == [
        'install_lift.toml:fields.parcelNo.prefill.field: housing.property has no field "parcel_no"'
        ' — did you mean "cert_no"?',
        'install_lift.toml:sources.parcel.key: housing.property has no field "parcel_no"'
        ' — did you mean "cert_no"?',
        "open_restaurant.toml:fields.propertyOwner.prefill.field: "
        'housing.property has no field "owner_name" — did you mean "owner"?',
        "open_restaurant.toml:sources.health.register: "
        'health has no register "health_certificates" — did you mean "certificates"?',
    ]
