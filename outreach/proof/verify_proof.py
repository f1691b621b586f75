#!/usr/bin/env python3
"""Verify a proof written by `outreach export-proof`. Standard library only; nothing of Outreach is needed.

    python verify_proof.py PROOF.json

Checked: the log is numbered 1, 2, 3 ... and each event's hash covers the one before it; every placed contact names a
permit of this case that fits its digest; every permit's law and every rulebook of it fit theirs; the seals are chained, the
heads they vouch for are in their roots, and the log still has those events. Hold the last seal's hash, which is
printed, against one you were given before: from there back nothing can have been changed.

Exit 0: all of it holds; 1: what does not is printed; 2: not a proof.
"""

import hashlib
import json
import sys

GENESIS = "0" * 64


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def log_faults(proof):
    head, seq = GENESIS, 0
    for event in proof["events"]:
        seq += 1
        if event["seq"] != seq:
            yield f"event {seq} is missing: the log goes on with event {event['seq']}"
            return
        chained = [head, proof["case"], seq, event["at"], event["kind"], event["attempt_id"], event["detail"]]
        head = sha(canonical(chained))
        if head != event["hash"]:
            yield f"event {seq} ({event['kind']}) was altered: its hash does not fit"
            return
    if (seq, head) != (proof["last_seq"], proof["last_hash"]):
        yield f"the case counts {proof['last_seq']} events, the log has {seq}"


def permit_faults(proof):
    permits = {(p["attempt_id"], p["digest"]): p["document"] for p in proof["permits"]}
    laws = {law["digest"]: law["document"] for law in proof["laws"]}
    for event in proof["events"]:
        if event["kind"] != "attempt_placed":
            continue
        name = f"event {event['seq']}"
        digest = json.loads(event["detail"]).get("permit")
        if (event["attempt_id"], digest) not in permits:
            yield f"{name}: placed without a permit"
            continue
        document = permits[event["attempt_id"], digest]
        if document is None:
            continue  # the person was forgotten: the digest is all that is left
        if sha(document) != digest:
            yield f"{name}: its permit was altered"
            continue
        permit = json.loads(document)
        if proof["case"] not in permit["ask"]["cases"]:
            yield f"{name}: its permit is of another case"
        if permit["decision"] != "allow":
            yield f"{name}: its permit does not allow it"
        if permit["law"] not in laws or sha(laws[permit["law"]]) != permit["law"]:
            yield f"{name}: the law it was judged by is missing or was altered"


def rulebook_faults(proof):
    books = {(book["name"], book["version"]): book["content"] for book in proof["rulebooks"]}
    for (name, version), content in books.items():
        if sha(json.dumps(content, sort_keys=True, ensure_ascii=False)) != version:
            yield f"rulebook {name}: its content was altered"
    for law in proof["laws"]:
        for pair in json.loads(law["document"])["rulebooks"].items():
            if pair not in books:
                yield f"rulebook {pair[0]}: version {pair[1][:12]} is missing"


def root_of(case, head):
    found = sha(canonical([case, head["seq"], head["hash"]]))
    for side, other in head["path"]:
        found = sha(other + found if side == "left" else found + other)
    return found


def seal_faults(proof):
    events = {event["seq"]: event["hash"] for event in proof["events"]}
    previous = GENESIS
    for seal in proof["seals"]:
        name = f"seal of {seal['sealed_at'][:10]}"
        if sha(canonical([previous, seal["sealed_at"], seal["cases"], seal["root"]])) != seal["hash"]:
            yield f"{name}: it does not follow the seal before it"
        head = seal["head"]
        if head and root_of(proof["case"], head) != seal["root"]:
            yield f"{name}: event {head['seq']} is not what was sealed"
        if head and events.get(head["seq"]) != head["hash"]:
            yield f"{name}: event {head['seq']} was on the log then, and is not now"
        if not head and seal is proof["seals"][-1] and proof["events"] and proof["events"][0]["at"] < seal["sealed_at"]:
            yield f"{name}: it vouches for nothing of this case"
        previous = seal["hash"]


def main(arguments):
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        if proof["format"] != "outreach-proof/1":
            raise ValueError(f"unknown format {proof['format']!r}")
        faults = [f for check in (log_faults, permit_faults, rulebook_faults, seal_faults) for f in check(proof)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{arguments[0]}: not a proof: {error}", file=sys.stderr)
        return 2
    for fault in faults:
        print(fault)
    if faults:
        return 1
    placed = sum(event["kind"] == "attempt_placed" for event in proof["events"])
    print(
        f"case {proof['case']}: {len(proof['events'])} events, {placed} placed contacts, {len(proof['seals'])} seals: all holds"
    )
    if proof["seals"]:
        print(f"last seal: {proof['seals'][-1]['sealed_at']} {proof['seals'][-1]['hash']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
