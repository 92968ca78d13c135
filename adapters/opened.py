"""A department's contract opened in its protocol, or what stands in for one that cannot be."""

import time
from dataclasses import replace

from adapters.calls import Dialect, Rim
from adapters.documents import BadContract
from adapters.findings import Findings, did_you_mean
from adapters.manifest.model import AUTH_KINDS, AuthSpec, Manifest
from adapters.rest.auth import auth_of
from adapters.rest.dialect import RestDialect
from adapters.rules import Rule
from adapters.soap.dialect import SoapDialect
from adapters.soap.wsdl import BadChoice
from adapters.unread import MEND, UnreadDialect
from adapters.wire import Endpoint, Wire


def opened(
    manifest: Manifest, endpoint: Endpoint, wire: Wire, rim: Rim, findings: Findings
) -> Dialect:
    """Its dialect; a contract that cannot be used is told, and nothing is held against it."""
    if manifest.auth.kind not in AUTH_KINDS.get(manifest.protocol, ()):  # told, and no reason
        manifest = replace(manifest, auth=AuthSpec(kind="none"))  # to look no further
    if not manifest.contract.file.is_file() or manifest.protocol not in AUTH_KINDS:
        if not (findings.told_within("contract") or findings.told("protocol")):
            findings.add("contract.file", "names no file", MEND, Rule.CONTRACT_FILE)
        return UnreadDialect()
    try:
        return _dialect(manifest, endpoint, wire, rim)
    except BadChoice as error:
        _told(error, findings)
        if error.only is None:
            return UnreadDialect()
        service, port = error.only
        chosen = replace(manifest.contract, service=service, port=port)
        return opened(replace(manifest, contract=chosen), endpoint, wire, rim, findings)
    except BadContract as error:
        findings.add("contract", str(error), MEND)
        return UnreadDialect()


def _dialect(manifest: Manifest, endpoint: Endpoint, wire: Wire, rim: Rim) -> Dialect:
    if manifest.protocol == "soap":
        return SoapDialect(manifest, endpoint, wire, rim)
    auth = auth_of(manifest, endpoint, wire, time.monotonic)
    if manifest.protocol == "graphql":
        from adapters.graphql.dialect import GraphQLDialect  # brings graphql-core

        return GraphQLDialect(manifest, wire, auth, rim)
    return RestDialect(manifest, wire, auth, rim)


def _told(error: BadChoice, findings: Findings) -> None:
    if not findings.told(f"contract.{error.key}"):
        hint = did_you_mean(error.name, error.known)
        findings.add(f"contract.{error.key}", str(error), hint, Rule.CONTRACT_UNUSABLE)
