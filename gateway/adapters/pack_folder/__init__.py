"""Packs from folders on disk, behind the ports ``Packs`` and ``Shelf``."""

from gateway.adapters.pack_folder.folder import (
    FolderPacks,
    read_folder,
    read_texts,
    schemas_root,
)
from gateway.packs.directory import read_offices

__all__ = ["FolderPacks", "read_folder", "read_offices", "read_texts", "schemas_root"]
