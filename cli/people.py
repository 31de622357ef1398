"""The people who run a list: moderators, organisers, trusted authors, and the rota."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy import Connection

from cli.app import App, Failure, pass_app, the_list
from cli.show import json_option, rows
from digest.coming import next_weekly
from moderation import asking, duty
from preferences import sheets
from storage import volunteers
from storage.addresses import fold
from storage.records import MailingList, Volunteer
from storage.volunteers import Role


class Day(click.ParamType[datetime]):
    name = "day"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> datetime:
        try:
            return datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value} is no day such as 2026-11-23", param, context)


DATE = Day()


def _group(role: Role) -> click.Group:
    """The four commands that moderators and organisers have alike."""

    @click.group(role)
    def group() -> None:
        pass

    group.help = f"{role.capitalize()}s of a list: add, import, list, remove."

    @group.command("add", help=f"Adds ADDRESS as {role} of LIST.")
    @click.argument("list_name", metavar="LIST")
    @click.argument("address")
    @click.option("--name", default="", help="Their name, as others see it.")
    @click.option("--timezone", default=None, help="Their time zone, where it is not the list's.")
    @pass_app
    def add(app: App, list_name: str, address: str, name: str, timezone: str | None) -> None:
        check_address(address)
        _check_zone(timezone)
        with app.database.write() as tx:
            sender = the_list(tx, list_name)
            if not volunteers.add(tx, sender.id, role, address, name, app.now, timezone):
                raise Failure(f"{address} is {role} of {sender.address} already.")
        click.echo(f"{name or address} is now {role} of {sender.address}.")

    @group.command("import", short_help=f"Adds the {role}s in FILE.")
    @click.argument("list_name", metavar="LIST")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Reports, and adds nobody.")
    @pass_app
    def import_(app: App, list_name: str, file: Path, dry_run: bool) -> None:
        import_people(app, list_name, role, file, dry_run)

    import_.help = (
        f"Adds the {role}s in FILE: one address a line, with or without a name; what Mailman 3 "
        f"tells of its members as JSON, of whom it takes the {role}s; or the list.json of "
        f"`postround archive export`."
    )

    @group.command("list", help=f"Shows the {role}s of LIST.")
    @click.argument("list_name", metavar="LIST")
    @json_option
    @pass_app
    def show(app: App, list_name: str, as_json: bool) -> None:
        with app.database.read() as tx:
            found = volunteers.every(tx, the_list(tx, list_name).id, role)
        shown = [
            {"id": one.id, "address": one.address, "name": one.name, "timezone": one.timezone}
            for one in found
        ]
        rows(shown, as_json, f"No {role} yet.")

    @group.command("remove", help=f"Takes ADDRESS from the {role}s of LIST, at once.")
    @click.argument("list_name", metavar="LIST")
    @click.argument("address")
    @pass_app
    def remove(app: App, list_name: str, address: str) -> None:
        handed_on = 0
        with app.database.write() as tx:
            sender = the_list(tx, list_name)
            if role == "moderator":
                handed_on = _remove_moderator(app, tx, sender, address)
            elif not volunteers.remove(tx, sender.id, role, address, app.now):
                raise Failure(f"{address} is no {role} of {sender.address}.")
        click.echo(f"{address} is no longer {role} of {sender.address}.")
        if handed_on:
            click.echo(f"Somebody else is asked now about what waited for them: {handed_on}.")

    return group


def import_people(app: App, list_name: str, role: Role, file: Path, dry_run: bool) -> None:
    """Adds who has this role in the file; the others in it are named with what is wrong."""
    try:
        found = sheets.read_people(file.read_bytes(), role)
    except sheets.BadRow as error:
        raise Failure(str(error)) from error
    added = there = 0
    bad: list[tuple[int, str]] = []
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        known = {fold(one.address) for one in volunteers.every(tx, sender.id, role)}
        for line, row in found:
            try:
                if row.problem:
                    raise Failure(row.problem)
                check_address(row.email)
                _check_zone(row.timezone)
            except Failure as error:
                bad.append((line, str(error)))
                continue
            if fold(row.email) in known:
                there += 1
                continue
            known.add(fold(row.email))
            added += 1
            if not dry_run:
                zone = row.timezone or None
                volunteers.add(tx, sender.id, role, row.email, row.name[:200], app.now, zone)
    for line, problem in bad:
        click.echo(f"line {line}: {problem}")
    verb = "would be added" if dry_run else "added"
    click.echo(f"{added} {verb}, {there} were there already, {len(bad)} bad rows.")


def _remove_moderator(app: App, tx: Connection, sender: MailingList, address: str) -> int:
    """How many posts that waited for them wait for somebody else now."""
    person = _moderator(volunteers.every(tx, sender.id, "moderator"), address)
    return duty.remove(app.pen(tx, sender), person, next_weekly(tx, sender, app.now))


def check_address(address: str) -> None:
    local, at, domain = address.rpartition("@")
    if not (at and local and "." in domain) or any(c.isspace() for c in address):
        raise Failure(f"{address} is no email address.")


def _check_zone(name: str | None) -> None:
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Failure(f"There is no time zone {name}.") from error


@click.command("list")
@click.argument("list_name", metavar="LIST")
@json_option
@pass_app
def list_senders(app: App, list_name: str, as_json: bool) -> None:
    """Shows the authors that LIST knows."""
    with app.database.read() as tx:
        found = volunteers.authors(tx, the_list(tx, list_name).id)
    shown = [
        {
            "id": one.id,
            "address": one.address,
            "name": one.name,
            "approved": one.approved,
            "trusted": one.trusted,
        }
        for one in found
    ]
    rows(shown, as_json, "Nobody has posted yet.")


@click.command("untrust")
@click.argument("list_name", metavar="LIST")
@click.argument("address")
@pass_app
def untrust(app: App, list_name: str, address: str) -> None:
    """Takes back the trust in ADDRESS: its posts are held again."""
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        if not volunteers.set_trust(tx, sender.id, address, False):
            raise Failure(f"{address} is not trusted by {sender.address}.")
    click.echo(f"Posts of {address} are held again.")


@click.group("rota")
def rota_group() -> None:
    """Who is on duty: show, set, away."""


@rota_group.command("show")
@click.argument("list_name", metavar="LIST")
@click.option("--weeks", default=6, type=click.IntRange(1, 60), help="How far to look ahead [6].")
@json_option
@pass_app
def show_rota(app: App, list_name: str, weeks: int, as_json: bool) -> None:
    """Shows who is on duty on LIST, and who is asked next."""
    with app.database.read() as tx:
        sender = the_list(tx, list_name)
        today = asking.today(sender, app.now)
        end = today + timedelta(weeks=weeks)
        stretches = list(asking.rota(tx, sender, today, end).stretches(today, end))
    shown = [
        {
            "from": one.start,
            "to": one.last,
            "on_duty": _name(one.order[0]),
            "then": _name(one.order[1]) if len(one.order) > 1 else None,
        }
        for one in stretches
    ]
    rows(shown, as_json, "No moderator yet, so nobody is on duty.")


@rota_group.command("set", short_help="Puts people on duty.")
@click.argument("list_name", metavar="LIST")
@click.option("--from", "start", type=DATE, required=True, help="First day, such as 2026-11-23.")
@click.option("--days", default=7, type=click.IntRange(1, 366), help="How many days [7].")
@click.option("--repeat", is_flag=True, help="Each in turn has so many days, over and over.")
@click.argument("addresses", nargs=-1, required=True)
@pass_app
def set_rota(
    app: App, list_name: str, start: datetime, days: int, repeat: bool, addresses: tuple[str, ...]
) -> None:
    """Puts ADDRESSES on duty on LIST: the first is asked, the others after that.

    With --repeat they take turns: --from 2026-11-23 --days 7 --repeat changes every Monday.
    """
    first = start.date()
    end = volunteers.NO_END if repeat else first + timedelta(days=days)
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        known = volunteers.every(tx, sender.id, "moderator")
        order = [_moderator(known, address).id for address in addresses]
        volunteers.set_shift(tx, sender.id, first, end, order, days if repeat else 0)
    if repeat:
        click.echo(
            f"From {first:%a %d %b %Y} they take turns of {days} days: {', '.join(addresses)}."
        )
    else:
        click.echo(f"On duty {_days(first, end - timedelta(days=1))}: {addresses[0]}.")


@rota_group.command("away")
@click.argument("list_name", metavar="LIST")
@click.argument("address")
@click.option("--from", "start", type=DATE, required=True, help="First day away.")
@click.option("--to", "end", type=DATE, required=True, help="Last day away.")
@pass_app
def away(app: App, list_name: str, address: str, start: datetime, end: datetime) -> None:
    """Notes that ADDRESS is away; somebody else is asked meanwhile."""
    first, last = start.date(), end.date()
    if last < first:
        raise Failure("The last day away lies before the first.")
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        person = _moderator(volunteers.every(tx, sender.id, "moderator"), address)
        volunteers.set_absence(tx, person.id, first, last + timedelta(days=1))
    click.echo(f"{person.name or address} is away {_days(first, last)}.")


def _moderator(known: list[Volunteer], address: str) -> Volunteer:
    for one in known:
        if fold(one.address) == fold(address):
            return one
    raise Failure(f"{address} is no moderator of this list.")


def _name(one: Volunteer) -> str:
    return one.name or one.address


def _days(first: date, last: date) -> str:
    return f"from {first:%a %d %b %Y} to {last:%a %d %b %Y}"


moderator_group = _group("moderator")
organiser_group = _group("organiser")

COMMANDS = (moderator_group, organiser_group, rota_group)
