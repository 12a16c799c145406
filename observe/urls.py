"""Every page and API address; proxied paths never come here."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from observe.api import api, benchmark
from observe.pages.compare.view import compare_page
from observe.pages.connect.view import connect
from observe.pages.conversation.view import conversation_page
from observe.pages.conversations.view import conversation_list
from observe.pages.experiments.sessions import session_list
from observe.pages.experiments.view import experiment_list, experiment_page
from observe.pages.login import LoginPage
from observe.pages.overview.outliers import outliers_part
from observe.pages.overview.view import overview
from observe.pages.request.inspector import inspector
from observe.pages.request.resend import resend_request
from observe.pages.request.view import request_page
from observe.pages.requests.figures import filter_figures
from observe.pages.requests.saving import delete_view, save_view
from observe.pages.requests.view import request_list
from observe.pages.run.actions import act_on_run, start_run
from observe.pages.run.view import issue_key, named_run, run_page
from observe.pages.runs.view import run_list
from observe.pages.settings.alerts import alerts_page
from observe.pages.settings.data import data_page
from observe.pages.settings.menu import first_section
from observe.pages.settings.prices import prices_page
from observe.pages.settings.providers import providers_page
from observe.pages.settings.routes import routes_page
from observe.pages.settings.server import server_page
from observe.pages.theme import set_theme
from observe.pages.what_if.view import (
    conversation_what_if,
    filter_what_if,
    run_what_if,
)

admin.autodiscover()

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview, name="overview"),
    path("requests", request_list, name="requests"),
    path("requests/figures", filter_figures),
    path("requests/outliers", outliers_part),
    path("requests/what-if", filter_what_if),
    path("requests/views", save_view),
    path("requests/views/delete", delete_view),
    path("requests/<uuid:uid>", request_page, name="request"),
    path("requests/<uuid:uid>/beside", inspector),
    path("requests/<uuid:uid>/resend", resend_request),
    path("conversations", conversation_list, name="conversations"),
    path("conversations/<int:pk>", conversation_page, name="conversation"),
    path("conversations/<int:pk>/what-if", conversation_what_if),
    path("runs", run_list, name="runs"),
    path("runs/compare", compare_page, name="compare"),
    path("runs/start", start_run),
    path("runs/<uuid:uid>", run_page, name="run"),
    path("runs/<uuid:uid>/key", issue_key),
    path("runs/<uuid:uid>/what-if", run_what_if),
    path("runs/<uuid:uid>/<slug:verb>", act_on_run),
    path("runs/<str:reference>", named_run),
    path("experiments", experiment_list, name="experiments"),
    path("experiments/<str:name>", experiment_page, name="experiment"),
    path("experiments/<str:name>/sessions", session_list, name="sessions"),
    path("connect", connect, name="connect"),
    path("settings", first_section, name="settings"),
    path("settings/server", server_page),
    path("settings/providers", providers_page),
    path("settings/routes", routes_page),
    path("settings/prices", prices_page),
    path("settings/data", data_page),
    path("settings/alerts", alerts_page),
    path("theme", set_theme, name="theme"),
    path("login", LoginPage.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    # Pages name their icon; the admin and the API's docs let browsers guess.
    path("favicon.ico", RedirectView.as_view(url="/static/observe/icon.svg")),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("benchmark/", benchmark.urls),
]

handler400 = "observe.pages.errors.bad_request"
handler403 = "observe.pages.errors.forbidden"
handler404 = "observe.pages.errors.not_found"
handler500 = "observe.pages.errors.server_error"
