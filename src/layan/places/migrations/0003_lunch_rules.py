"""A lunch rule for each weekday instead of one for the branch: Friday's lunch is often another."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


def one_for_each_day(apps, schema_editor):
    """Let the branch's rule go on on every day on which it held: those open then, or else the working days."""
    branches = apps.get_model("places", "Branch")
    rules = apps.get_model("places", "LunchRule")
    for branch in branches.objects.exclude(lunch_starts=None).exclude(lunch_ends=None):
        at_lunch = branch.opening_blocks.filter(opens__lt=branch.lunch_ends, closes__gt=branch.lunch_starts)
        weekdays = set(at_lunch.values_list("weekday", flat=True))
        weekdays = weekdays or set(range(1, 8)) - set(branch.weekend)
        if branch.lunch_starts < branch.lunch_ends and branch.lunch_counters:
            rules.objects.bulk_create(
                rules(
                    branch=branch,
                    weekday=weekday,
                    starts=branch.lunch_starts,
                    ends=branch.lunch_ends,
                    counters=branch.lunch_counters,
                )
                for weekday in sorted(weekdays)
            )


def one_for_the_branch(apps, schema_editor):
    """Keep the rule of the first weekday that has one."""
    for branch in apps.get_model("places", "Branch").objects.all():
        rule = branch.lunch_rules.order_by("weekday").first()
        if rule is not None:
            branch.lunch_starts, branch.lunch_ends = rule.starts, rule.ends
            branch.lunch_counters = rule.counters
            branch.save()


class Migration(migrations.Migration):

    dependencies = [("places", "0002_readable_colour")]

    operations = [
        migrations.CreateModel(
            name="LunchRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(7),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("starts", models.TimeField(verbose_name="lunch starts")),
                ("ends", models.TimeField(verbose_name="lunch ends")),
                (
                    "counters",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="counters open at lunch, at least",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lunch_rules", to="places.branch"
                    ),
                ),
            ],
            options={
                "verbose_name": "lunch rule",
                "verbose_name_plural": "lunch rules",
                "ordering": ["weekday"],
                "constraints": [
                    models.UniqueConstraint(fields=("branch", "weekday"), name="lunch_rule_once"),
                    models.CheckConstraint(
                        condition=models.Q(("starts__lt", models.F("ends"))), name="lunch_starts_before_it_ends"
                    ),
                ],
            },
        ),
        migrations.RunPython(one_for_each_day, one_for_the_branch),
    ]
