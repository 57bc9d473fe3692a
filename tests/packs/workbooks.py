"""Workbooks for tests: the shipped examples filled in, changed cell by cell or part by part."""

import io
import zipfile
from functools import cache

import openpyxl

from gateway.markup.workbook import split_cell
from gateway.usecases.sheet import filled, template
from tests.world import SHIPPED
from tests.world import offline_ports as ports


@cache
def layouts():
    with ports().packs.slot() as packs:
        return packs.sheets


@cache
def example(path=SHIPPED, language="en"):
    """The workbook of an example."""
    return filled(ports(), path.read_bytes(), language)[0]


@cache
def blank(language="en"):
    return template(ports(), language)


def changed(changes, raw=None):
    """A workbook with other values in some cells (``Items!C7``); None empties one."""
    book = openpyxl.load_workbook(io.BytesIO(raw or example()))
    for cell, value in changes.items():
        title, reference = split_cell(cell)
        book[title][reference].value = value
    return saved(book)


def opened(raw=None):
    return openpyxl.load_workbook(io.BytesIO(raw or example()))


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parts(raw=None):
    with zipfile.ZipFile(io.BytesIO(raw or example())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_part(name, content):
    """The example with one part replaced or added."""
    return zipped({**parts(), name: content})
