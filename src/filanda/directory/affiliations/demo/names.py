# SPDX-License-Identifier: EUPL-1.2
"""Names for invented people and bodies: Italian first names, surnames put together from pieces, nobody's in particular.

Every number has the same name everywhere and for good; numbers below 60,000 have different names.
"""

from __future__ import annotations

from math import gcd

__all__ = ["MOST", "is_a_woman", "person_name", "surname"]


def _words(text: str) -> list[str]:
    return text.split()


_WOMEN = _words(
    "Ada Adele Agata Agnese Alba Alessia Alice Amelia Anita Anna Arianna Asia Aurora Beatrice Benedetta Bianca Bruna "
    "Camilla Carla Carlotta Caterina Cecilia Chiara Cinzia Clara Claudia Cristina Daniela Debora Diana Donatella Elena "
    "Eleonora Elisa Emilia Emma Erica Ester Eva Fabiola Federica Fiorella Flavia Franca Gaia Gemma Ginevra Gioia "
    "Giorgia Giovanna Giulia Grazia Greta Ida Ilaria Ines Irene Irma Lara Laura Lavinia Lea Letizia Lia Lidia Linda "
    "Livia Loredana Lorenza Luana Lucia Lucrezia Luisa Maddalena Mara Marcella Margherita Marina Marta Martina Matilde"
)
_MEN = _words(
    "Achille Adriano Alberto Aldo Alessandro Alfredo Amedeo Andrea Angelo Antonio Arturo Attilio Aurelio Bruno Carlo "
    "Cesare Claudio Corrado Cristian Damiano Daniele Dario Davide Diego Domenico Edoardo Elia Elio Emanuele Emilio "
    "Enea Enrico Ernesto Ettore Eugenio Fabio Fausto Federico Filippo Flavio Francesco Franco Gabriele Gaetano "
    "Giacomo Gianluca Gino Giona Giorgio Giovanni Giulio Giuseppe Guido Igor Ivan Ivo Jacopo Leonardo Livio Lorenzo "
    "Luca Luciano Luigi Manlio Marcello Marco Mario Massimo Mattia Maurizio Mauro Michele Mirko Nicola Nino Omar "
    "Oreste Oscar Paolo Pietro Renato Riccardo"
)
_ROOTS = _words(
    "Tord Brand Lazz Mirt Querv Foscal Vergan Sald Tornagh Belloc Carvent Drust Fenar Gabron Ilvar Lumas Morvan "
    "Nardesc Organt Pelvir Quast Ravegn Sorbian Tezzar Ulviat Vallegr Zampred Albarz Bovest Cremagn Dorvin Erbesc "
    "Falgaz Ghilard Istrand Landov Malgherz Novard Ostell Prandov"
)
_ENDINGS = ("oni", "arsi", "ini", "elli", "ato", "erti", "ucci", "assi", "igo", "ano")

_SURNAMES = len(_ROOTS) * len(_ENDINGS)
_FIRST = len(_WOMEN) + len(_MEN)
MOST = _SURNAMES * _FIRST
# About the golden section of MOST: neighbours lie far apart, and so do those a few numbers away.
_STEP = next(step for step in range(int(0.618 * MOST), MOST) if gcd(step, MOST) == 1)


def surname(number: int) -> str:
    """An invented surname."""
    place = number * 149 % _SURNAMES
    return _ROOTS[place // len(_ENDINGS)] + _ENDINGS[place % len(_ENDINGS)]


def is_a_woman(number: int) -> bool:
    return _place(number)[0] < len(_WOMEN)


def person_name(number: int) -> str:
    """First name and surname of the invented person `number` (0 <= number < MOST)."""
    first, last = _place(number)
    return f"{[*_WOMEN, *_MEN][first]} {surname(last)}"


def _place(number: int) -> tuple[int, int]:
    """Each pair of names once, in an order that looks like none."""
    return divmod(number * _STEP % MOST, _SURNAMES)
