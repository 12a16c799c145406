"""Tables of the `runs` room."""

from __future__ import annotations

from runs.models.body import Body, BodyPart
from runs.models.captured_request import CapturedRequest, RequestDetail
from runs.models.conversation import Conversation
from runs.models.facet import Facet
from runs.models.journal import JournalIncident, JournalPosition

__all__ = [
    "Body",
    "BodyPart",
    "CapturedRequest",
    "Conversation",
    "Facet",
    "JournalIncident",
    "JournalPosition",
    "RequestDetail",
]
