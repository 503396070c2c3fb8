"""Messages that are not text: what can be used of them, and a kind word for the rest."""

from devstack.claude_simulator.selling.flow import Part
from devstack.claude_simulator.selling.scene import Scene

_KNOWN = ("voice", "photo", "sticker", "location", "contact", "video", "document")


def remark(scene: Scene) -> Part | None:
    """What to say of the kinds that came; None if all were text or a caption says it all."""
    kinds = list(dict.fromkeys(message.kind for message in scene.messages if message.kind != "text"))
    remarks = [text for kind in kinds if (text := _remark(scene, kind))]
    return Part(" ".join(remarks), opens=True) if remarks else None


def _remark(scene: Scene, kind: str) -> str:
    captioned = any(message.text for message in scene.messages if message.kind == kind)
    if kind == "contact":
        return "" if captioned else scene.say("got_contact")
    if kind == "location":
        return scene.say("got_location")
    if kind == "sticker":
        return (
            ""
            if any(message.kind == "text" and message.text for message in scene.messages)
            else scene.say("got_sticker")
        )
    return scene.say(f"got_{kind}" if kind in _KNOWN else "got_other")
