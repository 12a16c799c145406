"""Routes may ask for files of their requests and answers."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('proxy', '0008_on_failure'),
    ]

    operations = [
        migrations.AddField(
            model_name='route',
            name='raw_files',
            field=models.BooleanField(blank=True, help_text='Write request and answer as files, too. Unknown: as WEIR_RAW_FILES says.', null=True),
        ),
    ]
