# SPDX-License-Identifier: EUPL-1.2
"""Create and fill the tables of the reference page (invented rows), once."""

from django.db import connection

from bench.reference.models import Company, Product, Topic


def fill() -> None:
    """50 companies with 2 products and 3 topics each: a page of 31 kB."""
    with connection.cursor() as cursor:
        present = "reference_company" in connection.introspection.table_names(cursor)
    if present:
        return
    with connection.schema_editor() as editor:
        for model in (Company, Product, Topic):
            editor.create_model(model)
    for number in range(50):
        company = Company.objects.create(
            name=f"Company {number:02} Mechanics & Components",
            city=f"Town {number % 12}",
            summary="Builds small machines & parts for textile mills, with people who know the trade well. "
            * 2,
        )
        for which in ("one", "two"):
            Product.objects.create(company=company, title=f"Product {which} of company {number:02} <quiet>")
        for which in ("Machines", "Textiles & yarns", "Energy"):
            Topic.objects.create(company=company, label=which)
