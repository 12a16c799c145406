"""Varied traffic for `weir demo`: what clients of every kind send, in small scenes.

A scene is one coroutine that plays one client once, with plain httpx, against the
built-in model. To add one, write it in the fitting file and list it here with how
often it comes.
"""

from __future__ import annotations

from observe.traffic.agents import (
    anthropic_agent,
    gemini_agent,
    openai_agent,
    responses_agent,
)
from observe.traffic.chats import (
    completion,
    embeddings,
    image_question,
    ollama_chat,
    plain_chat,
    reasoning_chat,
    streamed_chat,
    titles,
)
from observe.traffic.client import Scene, SceneClient
from observe.traffic.oddities import (
    broken_answer,
    error_in_stream,
    hang_up,
    rate_limited,
    server_error,
    slow_answer,
    unknown_address,
)
from observe.traffic.repeats import compared_runs
from observe.traffic.sessions import long_session
from observe.traffic.trials import experiment

SCENES: tuple[tuple[Scene, int], ...] = (
    (compared_runs, 0),  # once: twelve runs are enough to look at
    (long_session, 1),  # early, for it takes longest
    (experiment, 0),  # once, too
    (openai_agent, 5),
    (anthropic_agent, 5),
    (responses_agent, 3),
    (gemini_agent, 3),
    (streamed_chat, 5),
    (plain_chat, 4),
    (titles, 3),
    (reasoning_chat, 3),
    (embeddings, 3),
    (image_question, 2),
    (ollama_chat, 2),
    (completion, 1),
    (rate_limited, 2),
    (server_error, 1),
    (error_in_stream, 1),
    (hang_up, 2),
    (broken_answer, 1),
    (slow_answer, 1),
    (unknown_address, 1),
)

__all__ = ["SCENES", "Scene", "SceneClient"]
