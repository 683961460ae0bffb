"""Recording: events out of the cloud into a folder that a replay decides, redacted the same way every time.

What comes out of LookupEvents, a logstore or a bucket is read as calls; of each, what the catalogue lists is
kept, and everything that tells whose it is becomes a pseudonym. Replaying the recording finds what replaying
the original finds.
"""

from eniguard.recording.folder import RecordingFolder
from eniguard.recording.guard_file import redacted_guard_file
from eniguard.recording.inputs import LogInput, LookupInput, ObjectInput
from eniguard.recording.pseudonyms import Pseudonyms
from eniguard.recording.recorder import Recorder, Recording
from eniguard.recording.redaction import Redaction
from eniguard.recording.region_state import RegionState
from eniguard.recording.secret import SECRET_VARIABLE, secret_of

__all__ = [
    "SECRET_VARIABLE",
    "LogInput",
    "LookupInput",
    "ObjectInput",
    "Pseudonyms",
    "Recorder",
    "Recording",
    "RecordingFolder",
    "Redaction",
    "RegionState",
    "redacted_guard_file",
    "secret_of",
]
