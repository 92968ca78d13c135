"""The shipped departments, examined by the kit against their own examples.

Those that bad departments are made from are examined in `test_every_check_rejects`.
"""

import pytest

from adapters.conformance.run import WHOLE_S, examine
from adapters.conformance.table import reached
from adapters.conformance.tiers import State, Tier
from tests.adapters.conformance.bad.departments import BAD
from tests.adapters.examples import subject_of
from tests.adapters.test_departments_speak import CREDENTIALS


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", sorted(CREDENTIALS.keys() - {bad.base for bad in BAD.values()}))
async def test_shipped_department_reaches_silver_in_a_minute(name: str) -> None:
    found = await examine(subject_of(name))
    wrong = {o.check.id: o.result.evidence for o in found if o.result.state is State.FAILED}
    assert reached(found) in (Tier.SILVER, Tier.GOLD), wrong
    assert sum(one.seconds for one in found if not one.check.waits) < WHOLE_S
