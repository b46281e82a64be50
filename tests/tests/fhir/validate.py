"""Reads bundles by a library that knows nothing of this project: fhir.resources, models of R4B.

Every file of the folder must be a bundle whose resources the library takes, field by field, that it
writes again as it was, and whose references lead somewhere. Ends with 3 where the library is not
here, and with 1 where a file is not valid.
"""

import json
import pathlib
import sys
from decimal import Decimal

try:
    from fhir.resources import R4B
except ImportError as error:
    print(f"fhir.resources is not here: {error}", file=sys.stderr)
    sys.exit(3)


def model(kind):
    """The library's class of a resource."""
    module = __import__(f"{R4B.__name__}.{kind.lower()}", fromlist=[kind])
    return getattr(module, kind)


def plain(value):
    """A value with every number as a decimal, so that 14 and 14.0 are one."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return moment(value)


def moment(value):
    """Instants are written in several ways that say the same."""
    if isinstance(value, str) and "T" in value and value.endswith(("Z", "+00:00")):
        head, _, rest = value.removesuffix("Z").removesuffix("+00:00").partition(".")
        return f"{head}.{rest.rstrip('0')}Z"
    return value


def references(value):
    """Every reference inside a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def check(bundle):
    """What is wrong with a bundle."""
    read = model("Bundle").model_validate(bundle)
    again = json.loads(read.model_dump_json())
    if plain(again) != plain(bundle):
        yield "the library writes another bundle than it read"
    known = [entry["fullUrl"] for entry in bundle["entry"]]
    if len(set(known)) != len(known):
        yield "two entries have one address"
    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        model(kind).model_validate(resource)
        inside = [f"#{one['id']}" for one in resource.get("contained", [])]
        for reference in references(resource):
            if reference not in known and reference not in inside:
                yield f"{kind}: {reference} leads nowhere"
        if kind == "Task" and resource["status"] in ("rejected", "cancelled", "failed"):
            if not resource.get("statusReason", {}).get("text"):
                yield "Task: an end without a reason"
        if kind == "ServiceRequest" and "orderDetail" in resource and "code" not in resource:
            yield "ServiceRequest: details without a code (prr-1)"
        if kind == "Consent" and not ("policy" in resource or "policyRule" in resource):
            yield "Consent: no policy (ppc-1)"
        if kind == "Organization" and not ("name" in resource or "identifier" in resource):
            yield "Organization: neither name nor identifier (org-1)"


def main(folder):
    files = sorted(pathlib.Path(folder).glob("*.json"))
    wrong = 0
    for path in files:
        bundle = json.loads(path.read_text(encoding="utf-8"))
        try:
            faults = list(check(bundle))
        except Exception as error:  # whatever the library says of it
            faults = [str(error)]
        for fault in faults:
            print(f"{path.name}: {fault}", file=sys.stderr)
        wrong += bool(faults)
    print(json.dumps({"files": len(files), "wrong": wrong}))
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
