"""The JSON API: one `NinjaAPI` that joins each room's router.

Errors have one shape everywhere: `{"error": {"code": …, "message": …}}`.
"""

from __future__ import annotations

from ninja import NinjaAPI

from observe.api_errors import answer_errors
from pricing.api import router as pricing_router
from proxy.api import router as proxy_router
from runs.api import router as runs_router
from runs.export_api import router as export_router

api = NinjaAPI(
    title="Weir",
    version="0.1.0",
    description="Captured LLM requests, what they cost, and where they are routed.",
    docs_url="/docs",
)

api.add_router("", pricing_router)
api.add_router("", proxy_router)
# Before the routers that would take its last word for an id.
api.add_router("", export_router)
api.add_router("", runs_router)
answer_errors(api)
