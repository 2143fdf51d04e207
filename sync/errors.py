"""Errors of travel that a person may meet: a batch or parcel that is not what it should be."""

from typing import ClassVar

from db.errors import YiyangError


class BatchForged(YiyangError):
    """The bytes are not what their device signed, or their contents contradict each other. Facts: batch (optional)."""

    code: ClassVar[str] = "batch_forged"
    exit_code: ClassVar[int] = 20


class BatchCut(YiyangError):
    """The bytes end too early: a download or a copy was interrupted. Facts: none, or batch."""

    code: ClassVar[str] = "batch_cut"
    exit_code: ClassVar[int] = 21


class BatchUnknownDevice(YiyangError):
    """Nobody here knows the key of the device that signed the batch. Facts: device."""

    code: ClassVar[str] = "batch_unknown_device"
    exit_code: ClassVar[int] = 22


class BatchTooNew(YiyangError):
    """The batch is laid out in a way that only a newer program reads. Facts: codec."""

    code: ClassVar[str] = "batch_too_new"
    exit_code: ClassVar[int] = 23


class DeviceRevokedSince(YiyangError):
    """The batch was signed by a laptop after the county had revoked it. Facts: device."""

    code: ClassVar[str] = "device_revoked_since"
    exit_code: ClassVar[int] = 27


class SignatureWrong(YiyangError):
    """A signed statement (receipt, directory, batch) was not signed by the key it must be signed by."""

    code: ClassVar[str] = "signature_wrong"
    exit_code: ClassVar[int] = 24


class ParcelNotForUs(YiyangError):
    """The parcel is sealed to other devices; this laptop's key does not open it."""

    code: ClassVar[str] = "parcel_not_for_us"
    exit_code: ClassVar[int] = 25


class ParcelDamaged(YiyangError):
    """The sealed file was cut or changed on its way. Facts: name (optional)."""

    code: ClassVar[str] = "parcel_damaged"
    exit_code: ClassVar[int] = 26


class NotEnrolled(YiyangError):
    """This laptop has no county yet."""

    code: ClassVar[str] = "not_enrolled"
    exit_code: ClassVar[int] = 30


class LinkDamaged(YiyangError):
    """The file that tells the way to the county does not read."""

    code: ClassVar[str] = "link_damaged"
    exit_code: ClassVar[int] = 31


class LinkForeign(LinkDamaged):
    """The file that tells the way to the county is not that of the county which the record knows."""

    code: ClassVar[str] = "link_foreign"


class CountyUnreachable(YiyangError):
    """Nobody answered, or somebody who is not the county. Facts: url."""

    code: ClassVar[str] = "county_unreachable"
    exit_code: ClassVar[int] = 32


class CountyRefused(YiyangError):
    """The county answered and would not. Facts: reason (a code)."""

    code: ClassVar[str] = "county_refused"
    exit_code: ClassVar[int] = 33


class CountyLies(YiyangError):
    """The answer is not what the county we enrolled with would have signed. Facts: reason (a code)."""

    code: ClassVar[str] = "county_lies"
    exit_code: ClassVar[int] = 34


class SyncBusy(YiyangError):
    """Another sync of the same record is under way."""

    code: ClassVar[str] = "sync_busy"
    exit_code: ClassVar[int] = 37


class BundleAbsent(YiyangError):
    """There is no bundle at the path: nothing there, another kind of file, or a folder without one. Facts: path."""

    code: ClassVar[str] = "bundle_absent"
    exit_code: ClassVar[int] = 80


class BundleCut(YiyangError):
    """The bundle's bytes are not those its name was given for: most often it was copied by half. Facts: file."""

    code: ClassVar[str] = "bundle_cut"
    exit_code: ClassVar[int] = 81


class BundleForeign(YiyangError):
    """The bundle is of another pair, or sealed to others than us. Facts: file."""

    code: ClassVar[str] = "bundle_foreign"
    exit_code: ClassVar[int] = 82


class BundleDamaged(YiyangError):
    """The bundle was cut or changed on its way, or was never one: what is inside does not read. Facts: file."""

    code: ClassVar[str] = "bundle_damaged"
    exit_code: ClassVar[int] = 83


class BundleTooNew(YiyangError):
    """A newer program made the bundle. Facts: file."""

    code: ClassVar[str] = "bundle_too_new"
    exit_code: ClassVar[int] = 84


class StickFull(YiyangError):
    """What is to be written needs more room than is left there. Facts: path, need_kb, free_kb."""

    code: ClassVar[str] = "stick_full"
    exit_code: ClassVar[int] = 85


class StickFailed(YiyangError):
    """What was written to the stick, or is to be read from it, cannot be: pulled out, worn, protected. Facts: path."""

    code: ClassVar[str] = "stick_failed"
    exit_code: ClassVar[int] = 86


class PeerUnreachable(YiyangError):
    """No laptop answers at the address, or something else does. Facts: address."""

    code: ClassVar[str] = "peer_unreachable"
    exit_code: ClassVar[int] = 90


class PeerNotFound(YiyangError):
    """No laptop of the pair says nearby that it shares, or none of that name. Facts: name."""

    code: ClassVar[str] = "peer_not_found"
    exit_code: ClassVar[int] = 91


class PeerSeveral(YiyangError):
    """More than one laptop of the pair shares nearby, and none was named. Facts: names."""

    code: ClassVar[str] = "peer_several"
    exit_code: ClassVar[int] = 91


class PeerStrange(YiyangError):
    """Whoever answered did not prove to be another laptop of this pair. Facts: reason (a code)."""

    code: ClassVar[str] = "peer_strange"
    exit_code: ClassVar[int] = 92


class PeerRefused(YiyangError):
    """The other laptop answered and would not. Facts: reason (a code)."""

    code: ClassVar[str] = "peer_refused"
    exit_code: ClassVar[int] = 93
