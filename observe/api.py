"""The JSON API: one `NinjaAPI` that joins each room's router, and `/benchmark`.

Errors have one shape everywhere: `{"error": {"code": …, "message": …}}`.
"""

from __future__ import annotations

from observe.alerts.api import router as alert_router
from observe.api_errors import answer_errors
from observe.openapi import DocumentedAPI
from observe.pages.conversation.api import router as tree_router
from observe.rate_limits.api import router as rate_limit_router
from pricing.edit_api import router as pricing_router
from proxy.api import router as proxy_router
from proxy.api.backfilling import router as backfill_router
from proxy.api.catalogues import router as catalogue_router
from runs.api.audit import router as audit_router
from runs.api.benchmark import router as benchmark_router
from runs.api.experiments import router as experiment_router
from runs.api.exports import router as export_router
from runs.api.figures import router as figures_router
from runs.api.filtering import router as filtering_router
from runs.api.keeping import router as keeping_router
from runs.api.requests import router as requests_router
from runs.api.run_keys import router as run_keys_router
from runs.api.runs import router as runs_router
from runs.api.saved_views import router as view_router
from runs.api.scores import router as score_router
from runs.api.sessions import router as session_router
from runs.api.statistics import router as statistics_router
from runs.api.talks import router as talk_router
from runs.api.what_if import router as what_if_router
from runs.version import weir_version

api = DocumentedAPI(
    title="Weir",
    version=weir_version(),
    description="Captured LLM requests, the runs, conversations and turns they belong"
    " to, what they cost, and where they are routed.",
    docs_url="/docs",
)

# Before the router that would take its words for a price's id.
api.add_router("", catalogue_router)
api.add_router("", backfill_router)
api.add_router("", pricing_router)
api.add_router("", proxy_router)
# Before the routers that would take its last word for an id.
api.add_router("", export_router)
api.add_router("", statistics_router)
api.add_router("", what_if_router)
api.add_router("", figures_router)
api.add_router("", filtering_router)
api.add_router("", view_router)
api.add_router("", alert_router)
api.add_router("", rate_limit_router)
api.add_router("", runs_router)
api.add_router("", run_keys_router)
api.add_router("", requests_router)
api.add_router("", talk_router)
api.add_router("", tree_router)
api.add_router("", experiment_router)
api.add_router("", score_router)
api.add_router("", session_router)
api.add_router("", audit_router)
api.add_router("", keeping_router)
answer_errors(api)

benchmark = DocumentedAPI(
    title="Weir's benchmark API",
    version=weir_version(),
    description="The API of benchmark-proxy, on Weir's runs.",
    docs_url=None,
    urls_namespace="benchmark",
)
benchmark.add_router("", benchmark_router)
answer_errors(benchmark)
