"""The trails that feed the guard."""

from __future__ import annotations

from collections.abc import Iterator

from eniguard.doctor.answers import Trail, TrailStatus, read
from eniguard.doctor.check import Check, asked, ok, wrong
from eniguard.doctor.setup import Setup
from eniguard.settings import GuardTrail


def trails(setup: Setup) -> Iterator[Check]:
    """Every trail in guard.yml; all of the account where it names none."""
    there = setup.trails
    wanted = setup.policy.guard.trails or [GuardTrail(one.name) for one in there.values()]
    if not wanted:
        yield wrong(
            "trail",
            "the account has no trail, and guard.yml names none: events come by EventBridge alone",
            "make one and name it under guard.trails: aliyun actiontrail CreateTrail --Name NAME "
            f"--EventRW All --TrailRegion All --SlsProjectArn ARN --region {setup.region}",
        )
    for one in wanted:
        yield from asked(f"trail/{one.name}", _trail, setup, one, there.get(one.name.lower()))


def _trail(setup: Setup, wanted: GuardTrail, trail: Trail | None) -> Iterator[Check]:
    check = f"trail/{wanted.name}"
    if trail is None:
        arn = f"acs:log:{setup.region}:{setup.caller.account_id}:project/{wanted.sls_project or 'PROJECT'}"
        yield wrong(
            f"{check}/exists",
            "there is no such trail",
            f"aliyun actiontrail CreateTrail --Name {wanted.name} --EventRW {wanted.events} "
            f"--TrailRegion All --SlsProjectArn {arn} --region {setup.region}; then StartLogging",
        )
        return
    home = trail.home_region or setup.region
    yield ok(f"{check}/exists", f"its home is {home}")
    yield _events(check, wanted, trail, home)
    yield _regions(check, wanted, trail, home)
    yield from asked(f"{check}/logging", _delivery, setup, check, wanted, trail, home)


def _events(check: str, wanted: GuardTrail, trail: Trail, home: str) -> Check:
    found = f"it records {trail.event_rw} events"
    if trail.event_rw in (wanted.events, "All"):
        return ok(f"{check}/events", found)
    return wrong(
        f"{check}/events",
        f"{found}, and {wanted.events} are needed",
        f"aliyun actiontrail UpdateTrail --Name {trail.name} --EventRW {wanted.events} --region {home}",
    )


def _regions(check: str, wanted: GuardTrail, trail: Trail, home: str) -> Check:
    recorded = trail.trail_region
    found = "it records all regions" if recorded == "All" else f"it records {recorded} only"
    have = {one.strip() for one in recorded.split(",")}
    if recorded == "All" or (wanted.regions is not None and have >= set(wanted.regions)):
        return ok(f"{check}/regions", found)
    needed = "All" if wanted.regions is None else ",".join(sorted(have | set(wanted.regions)))
    return wrong(
        f"{check}/regions",
        f"{found}, and {needed} is needed",
        f"aliyun actiontrail UpdateTrail --Name {trail.name} --TrailRegion {needed} --region {home}",
    )


def _delivery(setup: Setup, check: str, wanted: GuardTrail, trail: Trail, home: str) -> Iterator[Check]:
    """Whether it runs, and whether what it writes to is there: ActionTrail says both."""
    status = read(setup.client, "actiontrail", "GetTrailStatus", TrailStatus, Name=trail.name, region=home)
    if status.is_logging:
        yield ok(f"{check}/logging", "it records")
    else:
        yield wrong(
            f"{check}/logging",
            "it is switched off: a trail made by the API records nothing until it is started",
            f"aliyun actiontrail StartLogging --Name {trail.name} --region {home}",
        )
    project = trail.sls_project_arn.rpartition("/")[2]
    if not project and not trail.oss_bucket_name:
        yield wrong(
            f"{check}/delivery",
            "it delivers to no project and no bucket",
            f"aliyun actiontrail UpdateTrail --Name {trail.name} --SlsProjectArn ARN --region {home}",
        )
    if wanted.sls_project or project:
        yield _target(
            f"{check}/delivery/sls",
            f"logstore actiontrail_{trail.name} of project",
            (wanted.sls_project, project),
            (status.sls_log_store_status, status.latest_delivery_log_service_error),
            command=f"aliyun actiontrail UpdateTrail --Name {trail.name} --region {home} --SlsProjectArn "
            f"acs:log:{home}:{setup.caller.account_id}:project/{wanted.sls_project or project}",
        )
    if wanted.oss_bucket or trail.oss_bucket_name:
        yield _target(
            f"{check}/delivery/oss",
            "bucket",
            (wanted.oss_bucket, trail.oss_bucket_name),
            (status.oss_bucket_status, status.latest_delivery_error),
            command=f"aliyun actiontrail UpdateTrail --Name {trail.name} --region {home} "
            f"--OssBucketName {wanted.oss_bucket or trail.oss_bucket_name}",
        )


def _target(
    check: str, what: str, aims: tuple[str | None, str], state: tuple[bool | None, str], *, command: str
) -> Check:
    """One target: what guard.yml wants and what the trail has; whether it takes events, or why not."""
    wanted, have = aims
    available, error = state
    if wanted is not None and wanted.lower() != have.lower():
        found = f"it delivers to {what} {have}" if have else f"it delivers to no {what.rpartition(' ')[2]}"
        return wrong(check, f"{found}; guard.yml says {wanted}", command)
    if available is False:
        return wrong(
            check,
            f"{what} {have} cannot be written to{f': {error}' if error else ''}",
            f"make {what} {have} anew, or let the trail go elsewhere: {command}",
        )
    return ok(check, f"it delivers to {what} {have}")
