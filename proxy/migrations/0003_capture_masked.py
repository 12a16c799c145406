"""What is kept of a request may be everything but the keys in its bodies.

Only Django knows the choices: nothing changes in the database.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('proxy', '0002_triggers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='provider',
            name='capture',
            field=models.CharField(choices=[('full', 'everything'), ('masked', 'everything, with keys in bodies masked'), ('metadata', 'the row, without bodies'), ('off', 'nothing: forward without a trace')], default='full', help_text='What is kept of its requests.', max_length=8),
        ),
        migrations.AlterField(
            model_name='route',
            name='capture',
            field=models.CharField(blank=True, choices=[('full', 'everything'), ('masked', 'everything, with keys in bodies masked'), ('metadata', 'the row, without bodies'), ('off', 'nothing: forward without a trace')], help_text='What is kept. Empty: as the provider says.', max_length=8),
        ),
    ]
