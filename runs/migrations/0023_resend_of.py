"""Which request Weir sent again with another.

A column that may be null is added in no time; the index holds only rows that have one.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('runs', '0022_saved_views'),
    ]

    operations = [
        migrations.AddField(
            model_name='capturedrequest',
            name='resend_of',
            field=models.UUIDField(help_text='Public id of the request that Weir sent again with it.', null=True),
        ),
        migrations.AddIndex(
            model_name='capturedrequest',
            index=models.Index(condition=models.Q(('resend_of__isnull', False)), fields=['resend_of', 'id'], name='request_by_resend_of'),
        ),
    ]
