"""Finding people whose names have arrived: their search terms follow from the rows and never travel."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from db.search import index_people
from db.tables import Person
from sync.merging.arrivals import chunks


def index_again(conn: Connection, people: Collection[UUID]) -> None:
    """Make the search terms of these people anew from their rows, as far as they have one here."""
    found = select(col(Person.id), col(Person.name), col(Person.id_number))
    rows = [row for some in chunks(sorted(people)) for row in conn.execute(found.where(col(Person.id).in_(some)))]
    index_people(conn, [(row.id, row.name, row.id_number) for row in rows])
