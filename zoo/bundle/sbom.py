"""The software bill of materials of a bundle, CycloneDX 1.6 JSON.

Licences are SPDX expressions (SPDX specification 2.3, annex D).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from zoo.bundle.archive import EPOCH_S

__all__ = ["Component", "bill_of_materials", "is_expression", "is_listed"]

_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_ANY_LISTED = "MIT"


@dataclass(frozen=True)
class Component:
    """One part of a bundle.

    kind: CycloneDX component type: 'library', 'machine-learning-model', 'data', 'application'.
    licence: SPDX expression, '' if unknown; any other text becomes a licence's name.
    sha256: of its file, if any.  inside: whether it is in the bundle; build tools are listed too.
    """

    kind: str
    name: str
    version: str
    licence: str
    sha256: str = ""
    inside: bool = True


def bill_of_materials(name: str, components: Iterable[Component], seed: str) -> str:
    """Return the document; the serial number derives from `seed`, so it is reproducible."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component as CycloneComponent
    from cyclonedx.model.component import ComponentType
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    bundle = CycloneComponent(name=name, type=ComponentType.FIRMWARE, bom_ref=name)
    parts = [_component(part) for part in components]
    bom = Bom(components=parts)
    bom.metadata.component = bundle
    bom.metadata.timestamp = datetime.fromtimestamp(EPOCH_S, UTC)
    bom.register_dependency(bundle, parts)
    bom.serial_number = uuid5(NAMESPACE_URL, f"{name}:{seed}")
    text: str = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(
        indent=2
    )
    return text + "\n"


def _component(part: Component) -> Any:  # noqa: ANN401 (the library is untyped here)
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component as CycloneComponent
    from cyclonedx.model.component import ComponentScope, ComponentType

    reference = f"{part.kind}:{part.name}@{part.version}"
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)] if part.sha256 else []
    return CycloneComponent(
        name=part.name,
        version=part.version,
        type=ComponentType(part.kind),
        licenses=[_licence(part.licence)] if part.licence else [],
        scope=None if part.inside else ComponentScope.EXCLUDED,
        hashes=hashes,
        bom_ref=reference,
    )


def _licence(text: str) -> Any:  # noqa: ANN401 (the library is untyped here)
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression

    if is_listed(text):
        return DisjunctiveLicense(id=text)
    return LicenseExpression(text) if is_expression(text) else DisjunctiveLicense(name=text)


def is_listed(text: str) -> bool:
    """Return whether a text is a licence identifier in SPDX's list."""
    from cyclonedx.spdx import is_supported_id

    return bool(is_supported_id(text))


def is_expression(text: str) -> bool:
    """Return whether a text is an expression of listed licences and LicenseRefs."""
    from cyclonedx.spdx import is_expression

    # The library only knows the list; a reference is allowed wherever a listed licence is.
    return bool(text and is_expression(_REFERENCE.sub(_ANY_LISTED, text)))
