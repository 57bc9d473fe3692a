"""A movement under way while one office refused the first message of its stream."""

import copy
from dataclasses import replace

from gateway.audit.entry import read_entry
from gateway.audit.exchange import Receipt, SealedPaper, make_receipt, spell_seal, write_reply
from gateway.domain.act import Act, ActKind
from gateway.domain.message import MessageState
from gateway.domain.records import Principal
from gateway.markup import signature
from gateway.usecases import setup
from gateway.usecases.operate import perform
from gateway.usecases.sign import attach_signature, to_be_signed
from tests.world import TENANT, World

LINK = "lnk_vn0015bb"
WHY = "the office asked for it by telephone"


def principal(world: World, name: str, tenant: str = TENANT) -> Principal:
    principal = Principal(
        id=name, tenant=tenant, name=name, scopes=("operate",), secret_digest="0" * 64
    )
    setup.add_principal(world.ports, principal)
    return principal


class Desk:
    """A world whose movement is under way while Huu Nghi refused the first message of its stream.

    ``OLA`` is parked at place 1, news of the release and ``TIR`` are due behind it, and ``OLC``,
    ``BOA`` and ``BIA`` hang on OLA, each through the answer to the one before.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.operator = principal(self.world, "operator")
        self.world.town.instead[LINK] = (422, b"")
        self.movement = self.world.submit(self.world.declaration()).movement
        self._run()
        self.world.report(self.movement, "departed", "CN008001", seal="CQ8801172")
        self._run()
        del self.world.town.instead[LINK]

    def _run(self) -> None:
        """Let everything happen; whoever has to sign does, save for Huu Nghi."""
        self.world.run()
        for one in self.world.store.messages(self.movement):
            if one.state is MessageState.AWAITING_SIGNATURE and one.link != LINK:
                sign(self.world, one.id)
        self.world.run()

    def copied(self, folder) -> "Desk":
        other = copy.copy(self)
        other.world = self.world.copied(folder)
        return other

    def message(self, kind: str, link: str = ""):
        (found,) = [
            one
            for one in self.world.store.messages(self.movement)
            if one.type == kind and one.state is not MessageState.DROPPED
            if one.link == (link or one.link)
        ]
        return found

    def do(self, kind: str, subject: str, key: str = "", **more):
        act = Act(kind=ActKind(kind), subject=subject, reason=WHY, **more)
        return perform(self.world.ports, self.operator, act, idempotency_key=key)

    def receipt(self, kind: str = "OLA", key=None, **changes) -> None:
        """Let Huu Nghi give this receipt for whatever comes, sealed with its own key or another."""
        message, system = self.message(kind), self.world.town.systems[LINK]
        right = Receipt(
            message=message.id, digest=message.wire, link=LINK, office=message.office,
            received=self.world.clock.now(),
        )  # fmt: skip
        content = make_receipt(replace(right, **changes))
        seal = spell_seal(LINK, (key or system.spec.key).sign(content))
        reply = write_reply("receipt", SealedPaper(content=content, seal=seal))
        self.world.town.instead[LINK] = (200, reply)

    def acts(self):
        self.world.store.sequence("test")
        entries = [read_entry(one.entry) for one in self.world.store.log(limit=10_000)]
        return [one for one in entries if one.kind.value == "act"]

    def places(self) -> list[tuple[str, int]]:
        """Return what Huu Nghi stored, in its order."""
        taken = self.world.town.systems[LINK].taken
        return [(one.envelope.type, one.envelope.place) for one in taken]


def sign(world: World, message: str) -> None:
    found, content = to_be_signed(world.ports, world.exporter, message)
    signer = world.keys.signer(found.signatory.value)
    if found.suite.value == "cms":
        signed = signer.cms(content)
    else:
        signed = signature.sign(content, signer, world.clock.now())
    attach_signature(world.ports, world.exporter, message, signed)
