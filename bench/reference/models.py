# SPDX-License-Identifier: EUPL-1.2
from django.db import models


class Company(models.Model):
    name = models.CharField(max_length=200)
    city = models.CharField(max_length=100)
    summary = models.TextField()

    class Meta:
        app_label = "reference"

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)

    class Meta:
        app_label = "reference"

    def __str__(self) -> str:
        return self.title


class Topic(models.Model):
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    label = models.CharField(max_length=100)

    class Meta:
        app_label = "reference"

    def __str__(self) -> str:
        return self.label
