"""A switch per provider: whether its streams are asked for their usage.

Providers that came with 0.1 and are known to tell it only when they are asked stay as
they were; of all others one stream is to show it.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

KNOWN_TO_WAIT = (
    *("openai", "anthropic", "google", "alibaba", "azure"),
    *("ollama", "lm-studio", "vllm", "llama-cpp", "demo"),
)


def keep_asking(apps: Any, schema_editor: Any) -> None:
    providers = apps.get_model("proxy", "Provider").objects
    known = providers.using(schema_editor.connection.alias).filter(
        slug__in=KNOWN_TO_WAIT
    )
    known.update(ask_usage="always")


class Migration(migrations.Migration):
    dependencies = [("proxy", "0003_capture_masked")]
    operations = [
        migrations.AddField(
            model_name="provider",
            name="ask_usage",
            field=models.CharField(
                choices=[
                    ("always", "always, and take it out of the answer again"),
                    ("learn", "unless it tells by itself, which one stream is to show"),
                    ("never", "never"),
                ],
                default="learn",
                help_text="Of chat-completions streams whose client didn't say.",
                max_length=8,
                verbose_name="ask for the usage",
            ),
        ),
        migrations.RunPython(keep_asking, migrations.RunPython.noop),
    ]
