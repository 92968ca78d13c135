"""Checks of the contract itself, apart from what a manifest makes of it."""

from adapters.conformance import second_reading
from adapters.conformance.table import Check
from adapters.conformance.tiers import Tier
from schema.domain.text import Text

CHECKS = (
    Check(
        id="second_reader",
        tier=Tier.SILVER,
        title=Text(
            zh="另一个 SOAP 库对合同的理解一致",
            en="An independent SOAP library reads the contract as we do",
        ),
        reason=Text(
            zh="合同有两种读法时，对方很可能读的是另一种",
            en="Of a contract that can be read in two ways the department may read the other",
        ),
        remedy=Text(
            zh="请对方说明所指并更正合同（如重名的消息），重新锁定；若合同无误，则是我方读错",
            en="ask the department what it means, let it mend the contract (say, a message "
            "described twice) and pin it anew; if the contract is right, our reader is wrong",
        ),
        run=second_reading.read_alike,
    ),
)
