"""A supplement that was taken is not believed refused, whatever its repeat is answered with."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.errors import OutcomeUnknown
from schema.domain.case import Verb
from schema.domain.delivery_rule import rule_for
from schema.domain.department import Repeats
from schema.domain.filing import Supplement
from tests.adapters.test_departments_speak import MATERIAL, filing, running

SERVICE = "fire_safety_inspection"


async def test_a_supplement_the_fire_department_has_is_looked_up_and_not_taken_for_refused(
    tmp_path: Path,
) -> None:
    async with running("fire", tmp_path) as pair:
        wanting = replace(MATERIAL, name="布局图（补正）")
        sent = replace(filing("fire", SERVICE), materials=(wanting,))
        receipt = await pair.adapter.file(sent, budget=5)
        pair.kit.clock.advance(working_days=3)
        pair.kit.desk.tick()
        supplement = Supplement(
            reference="31010420260921-ABCDEFGH7:C:supplement:1",
            receipt=receipt.number,
            service=SERVICE,
            answers={},
            materials=(MATERIAL,),
        )
        assert not await pair.adapter.find_supplement(supplement, budget=5)
        await pair.adapter.supplement(supplement, budget=5)
        with pytest.raises(OutcomeUnknown):  # as after a proxy that sends what it carries twice
            await pair.adapter.supplement(supplement, budget=5)
        assert await pair.adapter.find_supplement(supplement, budget=5)
        info = pair.adapter.info
    assert rule_for(info, Verb.SUPPLEMENT).repeats is Repeats.LOOKUP
    assert rule_for(info, Verb.FILE).repeats is Repeats.BLIND
