"""Who is named once in an exchange is named nowhere in it, whatever his name stands in."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from mocks.anything.exchange import Asked
from mocks.anything.refusal import Refused
from mocks.recording.kept import Exchange, Recording
from mocks.recording.people import PEOPLE
from mocks.recording.personal import NAMED
from mocks.recording.redaction import Redaction
from mocks.recording.replay import Replay
from mocks.recording.rules import blanked

RULES = Redaction(patterns=PEOPLE, named=NAMED, key=b"k" * 32)
WHO, HOME, PHONE = "王小明", "漕溪北路88号", "64310000"


def exchange(target: str, asked: str, told: str) -> Exchange:
    json_ = {"content-type": "application/json"}
    return Exchange(
        method="POST", target=target, headers={**json_, "x-note": "of Jane Roe"},
        body=asked.encode(), status=200, reply_headers=json_, reply_body=told.encode(),
    )  # fmt: skip


def kept(folder: Path, one: Exchange) -> str:
    return Recording(folder=folder, redaction=RULES, most=10).keep(one).read_text("utf-8")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"xm": WHO, "remark": f"代{WHO}提交，电话另告"}, {"ok": True}),
        ({"q": WHO}, {"items": [{"xm": WHO, "title": f"{WHO}的住房"}]}),
        ({"xm": WHO, "who": {WHO: 1}}, {"log": json.dumps({"m": f"已收到{WHO}"})}),
        ({"xm": f"{WHO}、李四"}, {"note": f"<p>{WHO}</p>"}),
        ({"homeAddress": HOME, "lxdh": PHONE}, {"text": f"住{HOME}，tel {PHONE}。"}),
        ({"fullName": "Jane Roe"}, {"text": "filed by Jane Roe."}),
    ],
)
def test_a_value_known_as_somebodys_is_replaced_in_all_the_exchange(
    tmp_path: Path, asked: object, told: object
) -> None:
    for escaped in (False, True):
        one = exchange(
            f"/persons/{quote(WHO)}",
            json.dumps(asked, ensure_ascii=escaped),
            json.dumps(told, ensure_ascii=escaped),
        )

        text = kept(tmp_path, one)

        whole = text.encode().decode("unicode_escape") if escaped else text
        named = json.dumps([asked, told], ensure_ascii=False)
        for value in (WHO, HOME, PHONE, "Jane Roe"):
            if value in named:
                assert value not in text
                assert value not in whole
                assert json.dumps(value)[1:-1] not in text
        if WHO in named:
            assert quote(WHO) not in text
            assert quote(WHO).lower() not in text


def test_the_same_person_has_the_same_pseudonym_everywhere(tmp_path: Path) -> None:
    text = kept(tmp_path, exchange("/a", f'{{"xm": "{WHO}", "r": "代{WHO}办"}}', "{}"))

    body = json.loads(json.loads(text)["exchanges"][0]["request"]["body"])

    assert body["r"] == f"代{body['xm']}办"


@pytest.mark.parametrize(
    "asked",
    [
        '{"applicant": "individual", "kind": "individual"}',
        '{"xm": "本人", "relation": "本人"}',
        '{"xm": "王", "road": "王家弄"}',
        '{"idNo": "12", "count": "12"}',
        '{"lxdh": "64310000", "ref": "A64310000B"}',
    ],
)
def test_a_word_that_is_nobodys_own_stays_where_no_name_makes_it_somebodys(
    tmp_path: Path, asked: str
) -> None:
    text = kept(tmp_path, exchange("/a", asked, "{}"))

    body = json.loads(json.loads(text)["exchanges"][0]["request"]["body"])

    last = list(json.loads(asked))[-1]
    assert body[last] == json.loads(asked)[last]


def test_a_replay_knows_the_request_again_and_names_who_is_asked_for(tmp_path: Path) -> None:
    kept(
        tmp_path,
        exchange("/a", f'{{"xm": "{WHO}", "r": "代{WHO}办"}}', f'{{"m": "已收{WHO}的件"}}'),
    )
    replay = Replay(tmp_path, blanked(RULES))
    headers = {"content-type": "application/json", "x-note": "of Jane Roe"}
    body = '{"xm": "张三丰", "r": "代张三丰办"}'.encode()

    answer = replay.answer(Asked(method="POST", path="/a", query=(), headers=headers, body=body))

    assert answer is not None
    assert json.loads(answer.body) == {"m": "已收张三丰的件"}


def test_very_many_names_are_looked_for_quickly(tmp_path: Path) -> None:
    names = [f"王{chr(0x4E00 + n // 90)}{chr(0x5000 + n % 90)}" for n in range(3000)]
    told = json.dumps({"items": [{"xm": name} for name in names], "text": "王" * 60_000})

    text = kept(tmp_path, exchange("/a", "{}", told))

    assert names[0] not in text


@pytest.mark.parametrize(
    "content", ["{}", '{"exchanges": []}', '{"exchanges": [', "[]", '{"a": 1}']
)
def test_a_damaged_file_of_a_recording_is_named_and_nothing_is_played(
    tmp_path: Path, content: str
) -> None:
    kept(tmp_path, exchange("/a", "{}", "{}"))
    (tmp_path / "0002-get-b.json").write_text(content, "utf-8")

    with pytest.raises(Refused, match=r"0002-get-b\.json: .*record it anew"):
        Replay(tmp_path, blanked(RULES))


def test_the_host_of_an_address_with_a_password_stays(tmp_path: Path) -> None:
    location = {"location": "http://user:PW@127.0.0.1:28299/person?to=a@b.example"}

    told = RULES.header_lines(location)["location"]

    assert told.startswith("http://user:***@127.0.0.1:28299/person?to=")
    assert "PW" not in told
    assert "a@b.example" not in told
    assert "who@land.example." not in RULES.text("mail who@land.example.", "")
