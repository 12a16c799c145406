"""The JSON API: one `NinjaAPI` that joins each room's router.

Errors have one shape everywhere: `{"error": {"code": …, "message": …}}`.
"""

from __future__ import annotations

from ninja import NinjaAPI

from pricing.api import router as pricing_router

api = NinjaAPI(
    title="Weir",
    version="0.1.0",
    description="Captured LLM requests, what they cost, and where they are routed.",
    docs_url="/docs",
)

api.add_router("", pricing_router)
