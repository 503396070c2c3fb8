"""Kinds of a message's content: their names in the database and the prompt, and in the contract."""

from sales.agent.v1 import conversations_pb2 as pb

KINDS = {
    "text": pb.MESSAGE_KIND_TEXT,
    "voice": pb.MESSAGE_KIND_VOICE,
    "photo": pb.MESSAGE_KIND_PHOTO,
    "sticker": pb.MESSAGE_KIND_STICKER,
    "location": pb.MESSAGE_KIND_LOCATION,
    "contact": pb.MESSAGE_KIND_CONTACT,
    "video": pb.MESSAGE_KIND_VIDEO,
    "document": pb.MESSAGE_KIND_DOCUMENT,
    "button": pb.MESSAGE_KIND_BUTTON,
    "other": pb.MESSAGE_KIND_OTHER,
}
KIND_NAMES = {kind: name for name, kind in KINDS.items()}
