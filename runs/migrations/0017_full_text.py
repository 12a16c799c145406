"""The words of prompts and answers: tables for them, empty until a recorder comes."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from runs.text import tables


def install(apps: Any, schema_editor: Any) -> None:
    tables.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    tables.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0016_served_as_asked'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForgottenText',
            fields=[
                ('request_id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='IndexedText',
            fields=[
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='indexed_text', serialize=False, to='runs.capturedrequest')),
                ('texts', models.BinaryField(help_text='Eight bytes of each text: its conversation has it then.')),
            ],
        ),
        migrations.CreateModel(
            name='TextPosition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reached', models.BigIntegerField(help_text='The request up to which all is done.')),
                ('waiting', models.TextField(help_text='Requests before it that were going on, JSON.')),
                ('older', models.BigIntegerField(help_text='The same of what was there before.')),
                ('older_upto', models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
