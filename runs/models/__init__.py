"""Tables of the `runs` room."""

from __future__ import annotations

from runs.models.body import Body, BodyPart
from runs.models.captured_request import CapturedRequest
from runs.models.conversation import Conversation, ConversationLink
from runs.models.facet import Facet
from runs.models.journal import JournalIncident, JournalPosition
from runs.models.request_detail import RequestDetail

__all__ = [
    "Body",
    "BodyPart",
    "CapturedRequest",
    "Conversation",
    "ConversationLink",
    "Facet",
    "JournalIncident",
    "JournalPosition",
    "RequestDetail",
]
