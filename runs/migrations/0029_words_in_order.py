"""PostgreSQL's index of words in a third of the room; conversations that lost words.

What PostgreSQL has indexed so far goes, and the recorder indexes it again in its own
time, behind what comes (`weir text status` tells how many requests are left). SQLite's
index stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from runs.text import tables


def begin_anew(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection
    if database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = current_schema() AND column_name = 'document'",
            [tables.ROWS],
        )
        if cursor.fetchone() is None:  # a new database
            return
        cursor.execute(f"DROP INDEX IF EXISTS {tables.ROWS}_words")
        cursor.execute(f"ALTER TABLE {tables.ROWS} DROP COLUMN document")
        cursor.execute(f"TRUNCATE {tables.ROWS}")
        cursor.execute("DELETE FROM runs_textposition")
    tables.install(database)


class Migration(migrations.Migration):
    dependencies = [("runs", "0028_host_losses")]

    operations = [
        migrations.CreateModel(
            name="LostText",
            fields=[
                ("conversation_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("reached", models.BigIntegerField(help_text="The request up to which it was seen.")),
            ],
        ),
        migrations.AddField(
            model_name="textposition",
            name="forgotten",
            field=models.BigIntegerField(db_default=0, default=0, help_text="How often words went with their bodies."),
        ),
        migrations.AlterModelOptions(
            name="alertdelivery",
            options={"verbose_name_plural": "alert deliveries"},
        ),
        migrations.AlterModelOptions(
            name="sessionfigures",
            options={"verbose_name": "figures of sessions", "verbose_name_plural": "figures of sessions"},
        ),
        migrations.RunPython(begin_anew, migrations.RunPython.noop),
    ]
