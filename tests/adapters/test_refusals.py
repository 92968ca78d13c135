"""A refusal that may be the answer to another call is not taken for proof that nothing was done."""

import pytest

from adapters.conformance.bench import bench, body_of, last_reply, rewritten
from adapters.conformance.examples import Json, called, valued
from adapters.errors import ContractBroken, Refused
from tests.adapters.examples import subject_of

OF_THE_FILING = '"data":{"SLBH":"FG1","YWLSH":"%s","SJSJ":"20260302090000"},"custom"'


async def refusal(name: str, asked: str, words: str, body: str = "") -> Refused:
    """How a department refuses the call of one example, in the words of another."""
    subject = subject_of(name)
    held, example, told = bench(subject), subject.examples[asked], subject.examples[words]
    held.wire.reply = rewritten(last_reply(told), body or body_of(told), told)
    with pytest.raises(Refused) as refused:
        await called(held.department, example["call"], valued(example["arguments"]))
    return refused.value


@pytest.mark.parametrize("asked", ["supplement", "withdraw", "file-lift_consent_plan"])
async def test_a_code_in_a_reply_that_names_neither_call_nor_filing_proves_nothing(
    asked: str,
) -> None:
    found = await refusal("housing", asked, "refused")

    assert (found.fault, found.reason) == ("2003", "当前状态不允许该操作")
    assert not found.proven


async def test_the_reply_of_the_right_operation_may_still_be_about_another_filing() -> None:
    assert not (await refusal("greening", "withdraw", "refused")).proven


@pytest.mark.parametrize("name", ["planning", "construction", "fire", "market"])
async def test_a_fault_or_an_error_status_answers_the_request_it_came_for(name: str) -> None:
    assert (await refusal(name, "withdraw", "refused")).proven


async def test_a_refusal_that_repeats_our_reference_is_proven() -> None:
    example: Json = subject_of("housing").examples["file-lift_consent_plan"]
    reference, words = example["arguments"]["reference"], subject_of("housing").examples["refused"]

    def said(whose: str) -> str:
        return body_of(words).replace('"custom"', OF_THE_FILING % whose)

    ours = await refusal("housing", "file-lift_consent_plan", "refused", said(reference))
    others = await refusal("housing", "file-lift_consent_plan", "refused", said("another"))

    assert ours.proven
    assert not others.proven


NUMBERS = {
    "housing": ("supplement", "withdraw"),
    "greening": ("supplement", "withdraw"),
    "construction": ("supplement", "withdraw"),
    "fire": ("supplement", "withdraw"),
    "market": ("supplement", "withdraw"),
    "planning": ("supplement", "withdraw"),
}


@pytest.mark.parametrize(
    ("name", "verb"), [(n, verb) for n, verbs in NUMBERS.items() for verb in verbs]
)
async def test_a_yes_that_names_another_filing_is_not_believed(name: str, verb: str) -> None:
    subject = subject_of(name)
    held, example = bench(subject), subject.examples[verb]
    arguments = valued(example["arguments"])
    receipt = example["arguments"]["receipt"].rpartition("/")[2]  # all that planning repeats
    other = body_of(example).replace(receipt, f"{receipt[:-1]}9")

    held.wire.reply = last_reply(example)
    await called(held.department, verb, arguments)
    held.wire.reply = rewritten(last_reply(example), other, example)
    with pytest.raises(ContractBroken, match="something else than was asked"):
        await called(held.department, verb, arguments)


async def test_a_refusal_of_a_withdrawal_that_repeats_the_number_is_proven() -> None:
    number = subject_of("housing").examples["withdraw"]["arguments"]["receipt"]
    words = body_of(subject_of("housing").examples["refused"])
    matter = body_of(subject_of("housing").examples["withdraw"]).partition('"data":')[2][:-1]

    def said(whose: str) -> str:
        told = matter.replace(number, whose)
        return words.replace('"custom"', f'"data":{told},"custom"')

    assert (await refusal("housing", "withdraw", "refused", said(number))).proven
    assert not (await refusal("housing", "withdraw", "refused", said("FG0"))).proven
