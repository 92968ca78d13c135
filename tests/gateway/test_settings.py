"""Settings: layers, sources, every mistake at once, and no insecure installation by accident."""

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import EXIT_SETTINGS, Settings, SettingsInvalid, load_settings
from gateway.settings_addresses import without_password
from gateway.settings_demo import DEPARTMENTS
from gateway.settings_doc import render

ROOT = Path(__file__).parents[2]

SOUND: dict[str, Any] = {
    "identity.issuer": "https://id.example",
    "identity.jwks_url": "https://id.example/jwks",
    "store.url": "postgresql://onething:k7Qm2xVb@db.example/onething",
    "materials.folder": "/var/lib/onething/materials",
    "issuing.key_file": "/etc/onething/issuing.pem",
    "issuing.check_url": "https://gov.example/onething",
    "departments.fire.url": "https://fire.example",
    "departments.fire.token": "h3avily-guarded",
}


def load(values: dict[str, Any], environ: dict[str, str] | None = None) -> Settings:
    return load_settings(values, environ=environ or {})


def problems(values: dict[str, Any], environ: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as caught:
        load(values, environ)
    assert caught.value.exit_code == EXIT_SETTINGS == 78
    return caught.value.problems


def test_dev_needs_nothing_but_its_name() -> None:
    settings = load({"profile": "dev"})
    assert settings.dev
    assert settings.dev_issuer
    assert settings.store_url == "sqlite:///.dev/onething.sqlite"
    assert settings.departments.keys() == set(DEPARTMENTS)
    assert settings.departments["market"].url == "http://127.0.0.1:8104"
    assert settings.departments["market"].credentials["client_secret"] == "market-demo-secret"


def test_without_a_profile_production_rules_hold_and_every_gap_is_named() -> None:
    assert [p.partition(" ")[0] for p in problems({})] == [
        "default:identity.issuer:",
        "default:store.url:",
        "default:materials.folder:",
        "default:issuing.key_file:",
        "default:issuing.check_url:",
    ]


def test_a_sound_production_has_no_demo_values() -> None:
    settings = load(SOUND)
    assert not settings.dev_issuer
    assert settings.clock.follow is None
    assert settings.departments.keys() == {"fire"}
    assert settings.departments["fire"].credentials == {"token": "h3avily-guarded"}
    assert settings.log.format == "json"


def test_the_environment_is_over_the_file_and_flags_are_over_both(tmp_path: Path) -> None:
    file = tmp_path / "onething.toml"
    file.write_text(
        'profile = "dev"\n[server]\nport = 1\n'
        "[deadlines]\noperation_s = 7\n[polling]\nevery_s = 9\n",
        encoding="utf-8",
    )
    settings = load_settings(
        {"server.port": 3, "server.host": None},
        file=file,
        environ={"ONETHING__SERVER__PORT": "2", "ONETHING__DEADLINES__OPERATION_S": "8", "X": "y"},
    )
    assert (settings.server.port, settings.deadlines.operation_s, settings.polling.every_s) == (
        3,
        8.0,
        9.0,
    )
    keys = ("server.port", "deadlines.operation_s", "polling.every_s", "store.url", "cache.url")
    assert [settings.source(k) for k in keys] == [
        "flag",
        "environment",
        "onething.toml",
        "profile dev",
        "default",
    ]


def test_lists_in_the_environment_are_separated_by_commas() -> None:
    assert load({"profile": "dev"}, {"ONETHING__LANGUAGES": "en, zh"}).languages == ("en", "zh")


def test_the_head_of_a_table_that_says_nothing_takes_nothing_away(tmp_path: Path) -> None:
    file = tmp_path / "onething.toml"
    file.write_text('profile = "dev"\n[store]\n# url = ""\n[departments]\n', encoding="utf-8")
    bare = load_settings({"profile": "dev"}, environ={})

    settings = load_settings(file=file, environ={})

    assert settings.store_url == bare.store_url
    assert set(settings.departments) == set(bare.departments)


def test_the_empty_table_of_a_department_misses_what_it_must_say(tmp_path: Path) -> None:
    file = tmp_path / "onething.toml"
    file.write_text('profile = "dev"\n[departments.tax]\n', encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=r"departments\.tax\.url"):
        load_settings(file=file, environ={})


def test_every_bad_key_is_named_with_source_and_remedy(tmp_path: Path) -> None:
    file = tmp_path / "onething.toml"
    file.write_text(
        'profile = "dev"\n[server]\nprot = 80\n[departments.tax]\ntoken = "t0p-s3cret"\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(
            {"telemetry.sample_ratio": 2},
            file=file,
            environ={
                "ONETHING__SERVER__PORT": "t0p-s3cret",
                "ONETHING__LOG__FORMAT": "xml",
                "ONETHING__FOO__BAR": "1",
                "ONETHING__DEPARTMENTS__FIRE": "t0p-s3cret",
                "ONETHING__DEPARTMENTS__HOUSING__URL": "ftp://t0p-s3cret",
            },
        )
    starts = [p.partition(": ")[0] for p in caught.value.problems]
    assert starts == [
        "environment:departments.fire",
        "environment:departments.housing.url",
        "environment:foo",
        "environment:log.format",
        "environment:server.port",
        "flag:telemetry.sample_ratio",
        "onething.toml:departments.tax.url",
        "onething.toml:server.prot",
    ]
    assert all(" — " in p for p in caught.value.problems)
    assert "did you mean server.port?" in caught.value.problems[-1]
    assert "t0p-s3cret" not in str(caught.value)


def test_what_may_not_be_is_told_beside_what_does_not_fit() -> None:
    found = problems(
        {
            "profile": "dev",
            "server.host": "gateway.example",
            "cache.url": "redys://x",
            "log.format": "xml",
            "departments.tax.token": "x",
            "deadlines.department_s": 9,
        },
    )

    assert sorted(one.split(": ")[0] for one in found) == [
        "flag:cache.url",
        "flag:deadlines.department_s",
        "flag:departments.tax.url",
        "flag:log.format",
        "flag:server.host",
    ]


def test_a_profile_there_is_not_says_nothing_of_what_it_would_refuse() -> None:
    (found,) = problems({"profile": "test"})

    assert found.startswith("flag:profile: ")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ONETHING_SERVER_PORT", "ONETHING__SERVER__PORT"),
        ("ONETHING_SERVER__PUBLIC_URL", "ONETHING__SERVER__PUBLIC_URL"),
        ("ONETHING_DEPARTMENTS_FIRE_URL", "ONETHING__DEPARTMENTS__<ID>__<KEY>"),
    ],
)
def test_a_variable_that_lacks_an_underscore_is_no_silence(name: str, meant: str) -> None:
    told = problems({"profile": "dev"}, {name: "8"})

    assert told == (f"environment:{name}: nothing is read from it — write {meant}",)


def test_variables_of_others_are_left_alone() -> None:
    load({"profile": "dev"}, {"ONETHING_TEST_EXAMPLES": "fixed", "ONETHINGS": "3"})


def test_a_file_that_is_named_must_be_there_and_be_toml(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"gone\.toml: not readable: FileNotFoundError"):
        load_settings(file=tmp_path / "gone.toml", environ={})
    (tmp_path / "bad.toml").write_text("profile = \n", encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=r"bad\.toml: not TOML"):
        load_settings(file=tmp_path / "bad.toml", environ={})


def test_secrets_are_in_no_repr_and_not_shown() -> None:
    settings = load(SOUND)
    shown = {s.key: s.value for s in settings.shown()}
    assert shown["departments.fire.token"] == "***"
    assert shown["store.url"] == "postgresql://onething:***@db.example/onething"
    everything = repr(settings) + str(settings) + repr(settings.stance()) + repr(settings.shown())
    assert "h3avily-guarded" not in everything
    assert "k7Qm2xVb" not in everything


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("memory://", "memory://"),
        ("redis://:pw@h/0", "redis://:***@h/0"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql://u@h/d?password=pw", "postgresql://***"),
        ("http://[", "***"),
        ("postgresql://u:se#cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se?cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se/cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se@cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se:cret@[::1]:5432/d", "postgresql://u:***@[::1]:5432/d"),
        ("postgresql://u:x#y@h/d?sslpassword=pw", "postgresql://***"),
        ("rediss://:se/cret@h", "rediss://:***@h"),
    ],
)
def test_addresses_are_shown_without_their_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


INSECURE = {
    "no issuer": ({"identity.issuer": None, "identity.jwks_url": None}, "identity.issuer"),
    "dev issuer": ({"identity.issuer": "urn:dev:local"}, "identity.issuer"),
    "http issuer": ({"identity.issuer": "http://id.example"}, "identity.issuer"),
    "http issuer on loopback": ({"identity.issuer": "http://127.0.0.1:9"}, "identity.issuer"),
    "http keys": ({"identity.jwks_url": "http://id.example/jwks"}, "identity.jwks_url"),
    "issuer without keys": ({"identity.jwks_url": None}, "identity.jwks_url"),
    "no audience": ({"identity.audience": ""}, "identity.audience"),
    "no store": ({"store.url": ""}, "store.url"),
    "unknown store": ({"store.url": "mysql://h/d"}, "store.url"),
    "dev store": ({"store.url": "sqlite:///.dev/onething.sqlite"}, "store.url"),
    "sample password": ({"store.url": "postgresql://postgres:postgres@h/d"}, "store.url"),
    "sample password behind another": ({"store.url": "postgresql://u#1:admin@h/d"}, "store.url"),
    "cache of no port": ({"cache.url": "rediss://h:x"}, "cache.url"),
    "cache with a torn password": ({"cache.url": "rediss://:pass/word@h"}, "cache.url"),
    "cache that is no address": ({"cache.url": "rediss://:pa[ss@h"}, "cache.url"),
    "empty password": ({"store.url": "postgresql://u:@h/d"}, "store.url"),
    "no folder": ({"materials.folder": None}, "materials.folder"),
    "http public": ({"server.public_url": "http://gov.example"}, "server.public_url"),
    "no signing key": ({"issuing.key_file": None}, "issuing.key_file"),
    "dev signing key": ({"issuing.key_file": ".dev/issuing.pem"}, "issuing.key_file"),
    "nowhere to check": ({"issuing.check_url": None}, "issuing.check_url"),
    "http check": ({"issuing.check_url": "http://gov.example/onething"}, "issuing.check_url"),
    "invented time": ({"clock.follow": "http://127.0.0.1:8100/c"}, "clock.follow"),
    "plain redis": ({"cache.url": "redis://cache.example"}, "cache.url"),
    "unknown cache": ({"cache.url": "memcached://h"}, "cache.url"),
    "plain collector": (
        {"telemetry.exporter": "otlp", "telemetry.endpoint": "http://otel.example"},
        "telemetry.endpoint",
    ),
    "plain department": ({"departments.fire.url": "http://fire.example"}, "departments.fire.url"),
    "demo token": ({"departments.fire.token": "fire-demo-token"}, "departments.fire.token"),
    "sample token": ({"departments.fire.token": "changeme"}, "departments.fire.token"),
    "empty token": ({"departments.fire.token": ""}, "departments.fire.token"),
    "demo callback": (
        {
            "departments.market.url": "https://m.example",
            "departments.market.callback_secret": "market-callback-demo-secret",
        },
        "departments.market.callback_secret",
    ),
    "deadlines": ({"deadlines.department_s": 9}, "deadlines.department_s"),
    "dev beyond loopback": (
        {"profile": "dev", "server.host": "0.0.0.0"},  # noqa: S104
        "server.host",
    ),
    "dev on a host name": ({"profile": "dev", "server.host": "gov.example"}, "server.host"),
    "dev naming its issuer": (
        {
            "profile": "dev",
            "identity.issuer": "urn:dev:local",
            "identity.jwks_url": "https://id.example/j",
        },
        "identity.issuer",
    ),
    "dev on a remote database": (
        {"profile": "dev", "store.url": "postgresql://u:x@db.example/d"},
        "store.url",
    ),
    "dev tokens to a real department": (
        {"profile": "dev", "departments.fire.url": "https://fire.example"},
        "departments.fire.url",
    ),
}


@pytest.mark.parametrize(("change", "key"), list(INSECURE.values()), ids=list(INSECURE.keys()))
def test_insecure_settings_are_refused_by_name_and_never_by_value(
    change: dict[str, Any], key: str
) -> None:
    sound = {} if change.get("profile") == "dev" else SOUND
    found = problems({**sound, **change})
    assert [p.split(":")[1] for p in found] == [key]
    values = [str(v) for v in change.values() if v and len(str(v)) > 4]
    assert [v for v in values if v in found[0]] == []


def test_settings_are_constant() -> None:
    settings = load({"profile": "dev"})
    with pytest.raises(FrozenInstanceError):
        settings.profile = "production"  # type: ignore[misc]


def test_the_settings_page_is_in_step() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert page == render(), "run: python -m gateway.settings_doc > docs/settings.md"
