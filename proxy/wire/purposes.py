"""What a harness asks a model for beside the work itself: the one table of it.

`proxy/wire/heard.py` asks it of system prompts and user texts; a call that none of
these tells is the work (`main`), or a sub-agent's, which grouping sees from the calls
around it. Pure.

Where the words come from: Claude Code (system prompts seen on the wire), codex
(core/templates, the `x-openai-subagent` header), opencode (session/prompt), Gemini
CLI and Qwen Code (packages/core), aider (aider/prompts.py), Cline, Roo Code, VS Code
Copilot Chat, Crush, OpenHands, goose, Open WebUI (config.py), LibreChat, Vercel's chat
template.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.wire.beginnings import Beginnings
from runs.record import Purpose

PURPOSES: dict[Purpose, tuple[str, ...]] = {
    Purpose.TITLE: (
        "you are a title generator",
        "you will generate a short title based on the first message",
        "you are an expert in crafting pithy titles",
        "you are an expert in crafting ultra-compact titles",
        "generate a title for this conversation",
        "generate a concise, sentence-case title",
        "generate a succinct title",
        "generate a very short title",
        "summarize this coding conversation in under 50 characters",
        "please write a 5-10 word title",
        "write a concise title for this conversation",
        "provide a concise, 5-word-or-less title for the conversation",
        "### task: generate a concise, 3-5 word title",
        "### task: generate 1-3 broad tags",
        "based on the conversation so far, provide a concise description",
        "- you will generate a short title",
    ),
    Purpose.TOPIC: (
        "analyze if this message indicates a new conversation topic",
        "determine if this message starts a new topic",
    ),
    Purpose.SUMMARY: (
        "you are an expert software engineer that generates concise, one-line git",
        "you are an expert software engineer that generates concise, git commit",
        "summarize what was done in this conversation. write like a pull request",
        "you are an ai programming assistant, helping a software developer to come up"
        " with the best git commit message",
        "you are an expert in writing short, catchy, and encouraging progress messages",
        "the user stepped away and is coming back",
    ),
    Purpose.COMPACTION: (
        "your task is to create a detailed summary of the conversation",
        "your task is to create a comprehensive, detailed summary",
        "you are a helpful ai assistant tasked with summarizing conversations",
        "critical: respond with text only. do not call any tools.",
        "you are performing a context checkpoint compaction",
        "you have exceeded the maximum number of tokens, please stop coding",
        "you are the component that summarizes internal chat history",
        "you are a specialized system component responsible for distilling",
        "first, reason in your scratchpad. then, generate the <state_snapshot>",
        "you are maintaining a context-aware state summary",
        "*briefly* summarize this partial conversation about programming",
        "provide a detailed prompt for continuing our conversation above",
        "provide a detailed summary for continuing our conversation",
        "you are summarizing a conversation to continue",
        "the current conversation is rapidly running out of context",
        '<explicit_instructions type="summarize_task">',
        "summarize the conversation history so far",
        "you are a context summarization assistant",
        "you are a conversation summarizer",
    ),
    Purpose.SAFETY: (
        "your task is to process bash commands that an ai coding agent wants to run",
        "you are judging one planned coding-agent action",
        "task: check if there is unsafe content in",
        "you are a security monitor for autonomous ai coding agents",
        "you are a safety classifier",
        "you are a content moderation",
    ),
    Purpose.CHECK: (
        "analyze *only* the content and structure of your immediately preceding",
        "you are a sophisticated ai diagnostic agent",
        "your task is to analyze a user's request and classify it",
        "you are a specialized task routing ai",
        "extract any file paths that this command reads or modifies",
    ),
    Purpose.SUGGESTION: (
        "[suggestion mode:",
        "you are a prompt suggestion generator",
        "### task: suggest 3-5 relevant follow-up questions",
        "### task: analyze the chat history to determine the necessity of generating",
        "### task: you are an autocompletion system",
        "you are an expert at predicting what the user will do next",
    ),
    Purpose.SUB_AGENT: (
        "you are an agent for claude code",
        "you are a file search specialist for claude code",
        "you are a software architect and planning specialist for claude code",
    ),
}

SUBAGENT_HEADER = "x-openai-subagent"
OF_SUBAGENT: dict[str, Purpose] = {
    "compact": Purpose.COMPACTION,
    "memory_consolidation": Purpose.SUMMARY,
    "guardian": Purpose.SAFETY,
}
"""What codex says there; any other word (`review`, `collab_spawn`) is a sub-agent."""

_STARTS = Beginnings(
    (words, purpose) for purpose, all_words in PURPOSES.items() for words in all_words
)
_READ = 200
"""Characters of a text that tell what it asks for."""
_GLANCE = 64
"""Characters of it that nearly always tell that it asks for nothing of these."""


def purpose_of(texts: Iterable[str]) -> str:
    """What the first of the texts that tells it asks for, "" when none does."""
    for text in texts:
        begun = _folded(text[:_GLANCE])[: _STARTS.size]
        if len(begun) == _STARTS.size and not _STARTS.may_have(begun):
            continue
        if purpose := _STARTS.of(_folded(text[: 2 * _READ])[:_READ]):
            return purpose
    return ""


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


AGENT_HEADERS = (SUBAGENT_HEADER, "x-claude-code-agent-id")
"""In which a harness names the sub-agent that calls: codex by its kind, Claude Code by
an id. The main agent has none."""


PARENT_AGENT_HEADER = "x-claude-code-parent-agent-id"
"""In which Claude Code names the sub-agent that started this one."""


def parent_agent_of(headers: Iterable[tuple[str, str]]) -> str:
    """The sub-agent that started the one that called, or "": the main agent did."""
    told = (value.strip() for name, value in headers if name == PARENT_AGENT_HEADER)
    return next(filter(None, told), "")


def agent_of(headers: Iterable[tuple[str, str]]) -> str:
    """The sub-agent that called, as its harness names it, or ""."""
    told = (value.strip() for name, value in headers if name in AGENT_HEADERS)
    return next(filter(None, told), "")


def told_by_header(headers: Iterable[tuple[str, str]]) -> str:
    """The purpose that a header names, or ""."""
    for name, value in headers:
        if name == SUBAGENT_HEADER and value.strip():
            return OF_SUBAGENT.get(value.strip().lower(), Purpose.SUB_AGENT)
    return ""
