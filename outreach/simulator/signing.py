"""How does the carrier sign a request to a webhook, and how stubbornly does it deliver it?

The signature is Twilio's: HMAC-SHA1 over the URL followed by the sorted form fields, base64, in `X-Twilio-Signature`.
Delivery preferences come in the fragment of the URL (`#rc=5&rp=all`); the fragment is neither sent nor signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlsplit, urlunsplit

import requests

Post = Callable[[str, Mapping[str, str]], tuple[int, str]]
"""`post(url, params) -> (status, body)`; raises OSError when nobody could be reached, TimeoutError when nobody answered."""

CONNECT_S, READ_S = 5.0, 15.0
MOST_RETRIES = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    """How often to retry, and after which troubles (`ct`, `rt`, `4xx`, `5xx`, `all`)."""

    retries: int = 1
    after: frozenset[str] = frozenset({"ct"})

    def again(self, trouble: str, tries: int) -> bool:
        return bool(trouble) and tries < self.retries and not self.after.isdisjoint({trouble, "all"})


def delivery(url: str) -> Delivery:
    """The preferences written in the fragment of `url`; what cannot be read keeps its default."""
    wishes = dict(parse_qsl(urldefrag(url).fragment))
    count = wishes.get("rc", "")
    after = frozenset(wishes.get("rp", "ct").split(","))
    return Delivery(min(int(count), MOST_RETRIES) if count.isdecimal() else 1, after)


def trouble(status: int) -> str:
    """The family of an HTTP status as `rp` names it; empty when it is a success."""
    return "" if 200 <= status < 400 else "4xx" if 400 <= status < 500 else "5xx"


def canonical(url: str, *, voice: bool) -> str:
    """The URL as it is signed: no fragment, no credentials; a port is dropped only for voice over HTTPS."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    keep = parts.port and not (voice and parts.scheme == "https")
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if keep else host, parts.path, parts.query, ""))


def signature(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """The value of `X-Twilio-Signature` for a form sent to `url`."""
    text = canonical(url, voice="CallSid" in params) + "".join(key + params[key] for key in sorted(params))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def headers(auth_token: str, url: str, params: Mapping[str, str]) -> dict[str, str]:
    """Every header the carrier sends along. The idempotency token is the same for every delivery of one event."""
    event = hashlib.sha256(repr((urldefrag(url).url, sorted(params.items()))).encode()).hexdigest()
    return {
        "User-Agent": "TwilioProxy/1.1",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": signature(auth_token, url, params),
        "I-Twilio-Idempotency-Token": event[:36],
        "X-Home-Region": "us1",
    }


def http_post(auth_token: str) -> Post:
    """Signed HTTP with the carrier's own time limits; no proxies, nothing read from the environment."""
    session = requests.Session()
    session.trust_env = False

    def post(url: str, params: Mapping[str, str]) -> tuple[int, str]:
        try:
            reply = session.post(
                urldefrag(url).url,
                data=dict(params),
                headers=headers(auth_token, url, params),
                timeout=(CONNECT_S, READ_S),
            )
        except requests.ReadTimeout as error:
            raise TimeoutError(str(error)) from error
        return reply.status_code, reply.text

    return post
