"""Client, temperature, longest answer and keys in bodies, of requests from now on.

Columns that may be null are added in no time, however many requests there are; the new
indexes hold only rows that have a value.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('runs', '0008_positions_of_hosts'),
    ]

    operations = [
        migrations.AddField(
            model_name='capturedrequest',
            name='client_ip',
            field=models.CharField(max_length=45, null=True),
        ),
        migrations.AddField(
            model_name='capturedrequest',
            name='has_secrets',
            field=models.BooleanField(help_text='Keys stand in a body. Null: nobody looked.', null=True),
        ),
        migrations.AddField(
            model_name='capturedrequest',
            name='max_tokens',
            field=models.BigIntegerField(help_text='How long the answer may be, as asked for.', null=True),
        ),
        migrations.AddField(
            model_name='capturedrequest',
            name='temperature',
            field=models.FloatField(help_text='Asked for.', null=True),
        ),
        migrations.AddIndex(
            model_name='capturedrequest',
            index=models.Index(condition=models.Q(('has_secrets', True)), fields=['id'], name='request_secrets'),
        ),
        migrations.AddIndex(
            model_name='capturedrequest',
            index=models.Index(condition=models.Q(('client_ip__isnull', False)), fields=['client_ip', 'id'], name='request_by_client'),
        ),
        migrations.AddIndex(
            model_name='capturedrequest',
            index=models.Index(condition=models.Q(('temperature__isnull', False)), fields=['temperature', 'id'], name='request_by_temperature'),
        ),
        migrations.AddIndex(
            model_name='capturedrequest',
            index=models.Index(condition=models.Q(('max_tokens__isnull', False)), fields=['max_tokens', 'id'], name='request_by_max_tokens'),
        ),
    ]
