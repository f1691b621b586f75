"""How does a scene become TwiML?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from outreach.carriers import live_call
from outreach.carriers.live_call import Scene

VOICES: dict[str, tuple[str, str]] = {
    "en": ("en-US", "Polly.Joanna"),
    "es": ("es-US", "Polly.Lupe"),
    "zh": ("zh-CN", "Polly.Zhiyu"),
}
Url = Callable[..., str]


def twiml(scene: Scene, url: Url) -> str:
    """The document for one scene. `url(what, **query)` gives the absolute URL of another webhook of this call."""
    response = VoiceResponse()
    _THEN[type(scene.then)](response, scene, url)
    return str(response)


def whisper_twiml(scene: Scene, url: Url) -> str:
    """What the agent hears, who must press a key: a voicemail that picked up must not be given the debtor."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=8, action=url("voice/accept"), method="POST")
    _say(gather, scene)
    response.append(gather)
    response.hangup()
    return str(response)


def accepted_twiml(digits: str) -> str:
    """The agent pressed a key: the bridge goes on (an empty document), or the agent's leg ends."""
    response = VoiceResponse()
    if not digits:
        response.hangup()
    return str(response)


def empty() -> str:
    """A document that does nothing."""
    return str(VoiceResponse())


def _say(into: Any, scene: Scene) -> None:
    language, voice = VOICES.get(scene.language, VOICES["en"])
    for text in scene.says:
        into.say(text, language=language, voice=voice)


def _gather(response: VoiceResponse, scene: Scene, url: Url) -> None:
    wanted = scene.then
    assert isinstance(wanted, live_call.Gather)
    gather = Gather(
        input="dtmf",
        num_digits=wanted.digits,
        timeout=int(wanted.timeout.total_seconds()),
        action=url("voice/menu", m=wanted.menu),
        method="POST",
        action_on_empty_result=True,  # silence is an answer too
    )
    _say(gather, scene)
    response.append(gather)
    response.hangup()


def _bridge(response: VoiceResponse, scene: Scene, url: Url) -> None:
    wanted = scene.then
    assert isinstance(wanted, live_call.Bridge)
    _say(response, scene)
    dial = Dial(
        action=url("voice/bridged"),
        method="POST",
        timeout=int(wanted.ring_for.total_seconds()),
        caller_id=wanted.caller_id or None,
        answer_on_bridge=True,
    )
    dial.number(wanted.agent_phone, url=url("voice/whisper"), method="POST")
    response.append(dial)


def _hang_up(response: VoiceResponse, scene: Scene, _url: Url) -> None:
    _say(response, scene)
    response.hangup()


_THEN: dict[type, Callable[[VoiceResponse, Scene, Url], None]] = {
    live_call.Gather: _gather,
    live_call.Bridge: _bridge,
    live_call.HangUp: _hang_up,
}
