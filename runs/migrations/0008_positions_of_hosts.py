"""Journal positions by host; those of 0.1 are taken over when their host starts.

They stay in their table until then, where a host that isn't upgraded yet finds them.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0007_ttft_of_streams")]

    operations = [
        migrations.CreateModel(
            name="HostPosition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "host",
                    models.CharField(
                        help_text="Id of its data directory.", max_length=64
                    ),
                ),
                ("segment", models.CharField(help_text="File name.", max_length=128)),
                ("offset", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("host", "segment"), name="position_of_host"
                    )
                ],
            },
        ),
    ]
