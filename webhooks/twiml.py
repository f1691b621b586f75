"""How is a scene of a live call written in TwiML, Twilio's XML?"""

from __future__ import annotations

from collections.abc import Callable

from twilio.twiml.voice_response import Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as GatherVerb

from outreach.carriers.live_call import Bridge, Gather, HangUp, Scene

VOICES: dict[str, tuple[str, str]] = {
    "en": ("Polly.Joanna", "en-US"),
    "es": ("Polly.Lupe", "es-US"),
    "zh": ("Polly.Zhiyu", "cmn-CN"),
}
LONGEST_SAY = 2900  # Polly voices refuse more than 3000 characters
NOTHING = str(VoiceResponse())  # go on as you were: on an agent's leg, be connected

Link = Callable[..., str]  # link(path, **query) -> absolute URL of one of our webhooks


def render(scene: Scene, link: Link, key: str) -> str:
    """The scene as a TwiML document. Every URL in it is absolute."""
    response = VoiceResponse()
    if isinstance(scene.then, Gather):
        response.append(_gather(scene, scene.then, link, key))
        return str(response)
    _say(response, scene)
    if isinstance(scene.then, Bridge):
        response.append(_dial(scene.then, link, key))
    if isinstance(scene.then, HangUp):
        response.hangup()
    return str(response)


def hang_up() -> str:
    """End the leg."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _say(verb: VoiceResponse | GatherVerb, scene: Scene) -> None:
    voice, language = VOICES.get(scene.language, VOICES["en"])
    for words in scene.says:
        if words.strip():
            verb.say(words[:LONGEST_SAY], voice=voice, language=language)


def _gather(scene: Scene, then: Gather, link: Link, key: str) -> GatherVerb:
    gather = GatherVerb(
        input="dtmf",
        num_digits=then.digits,
        finish_on_key="" if then.digits == 1 else "#",  # a single key may be the hash itself
        timeout=max(int(then.timeout.total_seconds()), 1),
        action=link("voice/menu", k=key, m=then.menu),
        method="POST",
        action_on_empty_result=True,  # silence is an answer too; without this the call would fall off the end
    )
    _say(gather, scene)
    return gather


def _dial(then: Bridge, link: Link, key: str) -> Dial:
    dial = Dial(
        action=link("voice/bridged", k=key),
        method="POST",
        timeout=max(int(then.ring_for.total_seconds()), 5),
        caller_id=then.caller_id,
    )
    dial.number(then.agent_phone, url=link("voice/whisper", k=key), method="POST")
    return dial
