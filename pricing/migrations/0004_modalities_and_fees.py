"""Rates of images, video and citations; fees by the piece; hours of working days."""

from __future__ import annotations

from django.db import migrations, models

from pricing import triggers


class Migration(migrations.Migration):

    dependencies = [
        ('pricing', '0003_service_tier'),
    ]

    operations = [
        migrations.AddField(
            model_name='modelprice',
            name='cache_read_image_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of image input read from the cache. Empty: not published.', max_digits=18, null=True, verbose_name='image input read from the cache, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='cache_read_video_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of video input read from the cache. Empty: not published.', max_digits=18, null=True, verbose_name='video input read from the cache, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='citation_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of citations, counted beside the input. Empty: not published.', max_digits=18, null=True, verbose_name='citations, counted beside the input, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='fees',
            field=models.JSONField(blank=True, default=dict, help_text='USD for each piece of what is billed beside or instead of tokens, as JSON with texts: {"web_search": "0.01"}. docs/pricing.md has the kinds.'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='input_image_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of image input. Empty: not published.', max_digits=18, null=True, verbose_name='image input, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='input_video_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of video input. Empty: not published.', max_digits=18, null=True, verbose_name='video input, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='output_image_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of image output. Empty: not published.', max_digits=18, null=True, verbose_name='image output, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='output_video_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of video output. Empty: not published.', max_digits=18, null=True, verbose_name='video output, USD per 1M'),
        ),
        migrations.AddField(
            model_name='modelprice',
            name='workdays_only',
            field=models.BooleanField(db_default=False, default=False, help_text='The daily hours count from Monday to Friday (UTC) only.'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='cache_read_image_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of image input read from the cache. Empty: not published.', max_digits=18, null=True, verbose_name='image input read from the cache, USD per 1M'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='cache_read_video_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of video input read from the cache. Empty: not published.', max_digits=18, null=True, verbose_name='video input read from the cache, USD per 1M'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='citation_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of citations, counted beside the input. Empty: not published.', max_digits=18, null=True, verbose_name='citations, counted beside the input, USD per 1M'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='input_image_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of image input. Empty: not published.', max_digits=18, null=True, verbose_name='image input, USD per 1M'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='input_video_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of video input. Empty: not published.', max_digits=18, null=True, verbose_name='video input, USD per 1M'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='output_image_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of image output. Empty: not published.', max_digits=18, null=True, verbose_name='image output, USD per 1M'),
        ),
        migrations.AddField(
            model_name='pricetier',
            name='output_video_usd_per_million',
            field=models.DecimalField(blank=True, decimal_places=12, help_text='USD per 1M tokens of video output. Empty: not published.', max_digits=18, null=True, verbose_name='video output, USD per 1M'),
        ),
        migrations.AlterField(
            model_name='modelprice',
            name='service_tier',
            field=models.CharField(blank=True, help_text='Only for requests that the provider says it served so: `priority`, `flex`, `batch`, `fast`, a region (`us`), or several: `batch+us`. Empty: the standard price.', max_length=32),
        ),
        # SQLite remakes the table for some of these and forgets its triggers.
        migrations.RunPython(triggers.install, migrations.RunPython.noop),
    ]
