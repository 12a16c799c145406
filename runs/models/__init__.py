"""Tables of the `runs` room."""

from __future__ import annotations

from runs.models.alert import Alert, AlertDelivery, AlertSecret, AlertStanding
from runs.models.api_token import ApiToken
from runs.models.audit_entry import AuditEntry
from runs.models.body import Body, BodyPart
from runs.models.called_tool import CalledTool
from runs.models.captured_request import CapturedRequest
from runs.models.combination import Combination
from runs.models.conversation import Conversation, ConversationLink
from runs.models.experiment import (
    Definition,
    Score,
    Session,
    SessionFigures,
    SessionStatus,
)
from runs.models.facet import Facet
from runs.models.indexed_text import (
    ForgottenText,
    IndexedText,
    LostText,
    TextPosition,
)
from runs.models.journal import (
    HostLoss,
    HostPosition,
    JournalIncident,
    JournalPosition,
)
from runs.models.request_detail import RequestDetail
from runs.models.rollup import Rollup, RollupBound
from runs.models.run import Run, RunKey, RunSpan, RunState
from runs.models.run_stamp import RunStamp
from runs.models.run_sum import RunSum
from runs.models.saved_view import SavedView
from runs.models.turn import Turn, TurnAlias

__all__ = [
    "Alert",
    "AlertDelivery",
    "AlertSecret",
    "AlertStanding",
    "ApiToken",
    "AuditEntry",
    "Body",
    "BodyPart",
    "CalledTool",
    "CapturedRequest",
    "Combination",
    "Conversation",
    "ConversationLink",
    "Definition",
    "Facet",
    "ForgottenText",
    "HostLoss",
    "HostPosition",
    "IndexedText",
    "JournalIncident",
    "JournalPosition",
    "LostText",
    "RequestDetail",
    "Rollup",
    "RollupBound",
    "Run",
    "RunKey",
    "RunSpan",
    "RunStamp",
    "RunState",
    "RunSum",
    "SavedView",
    "Score",
    "Session",
    "SessionFigures",
    "SessionStatus",
    "TextPosition",
    "Turn",
    "TurnAlias",
]
