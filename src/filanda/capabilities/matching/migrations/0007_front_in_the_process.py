# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations


class Migration(migrations.Migration):
    """First dimensions are kept by the process that asks, a byte each (`fronts`)."""

    dependencies = [("matching", "0006_thingvector")]

    operations = [migrations.DeleteModel("EvidenceFront")]
