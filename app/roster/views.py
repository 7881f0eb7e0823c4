"""Pages of the roster slice: periods, their shifts, generating, and drafts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Role, allow
from app.attendance.called_off import paid_if_shortened
from app.editing import Outcome, Outdated, Refused, Saved, settle
from app.fields import Difference
from app.roster import compare as comparing
from app.roster import drafts as draft_services
from app.roster import gaps, planning, queries, runs
from app.roster.facts import Facts, Keep, read_problem
from app.roster.forms import (
    CopiesForm,
    GenerateForm,
    NameForm,
    NewPeriodForm,
    PatternsForm,
    PeriodForm,
    ShiftForm,
)
from app.roster.models import RUN_ENDED, Draft, DraftState, Period, Run, RunState, Shift
from app.roster.planning import ShiftFacts
from app.roster.words import pattern_words, seconds_words

bp = Blueprint("roster", __name__, url_prefix="/rosters")

UNPROCESSABLE = 422
CONFLICT = 409
QUIET_SECONDS = 6


def _period(period_id: str) -> Period:
    period = queries.period_of(period_id)
    if period is None:
        abort(404)
    return period


def _refused(outcome: Outcome) -> dict[str, str]:
    """What a service refused, by field; what became outdated is told on top."""
    if isinstance(outcome, Outdated):
        return {
            "": "Someone else changed this since the page was shown. What you typed stands below; look at theirs first."
        }
    return dict(outcome.problems) if isinstance(outcome, Refused) else {}


def _told(outcome: Outcome, done: str = "") -> None:
    """Say what came of a button."""
    if isinstance(outcome, Saved):
        if done or outcome.words:
            flash(done or outcome.words, "success")
        return
    for words in _refused(outcome).values():
        flash(words, "error")


# Periods


@bp.get("/")
@allow(Role.COORDINATOR)
def periods() -> str:
    """All periods: to come, going on, over."""
    return render_template("roster/periods.html", periods=queries.period_cards())


def _new_period_form() -> NewPeriodForm:
    form = NewPeriodForm()
    form.offer([(each.id, pattern_words(each)) for each in queries.pattern_cards()])
    if not form.is_submitted():
        form.starts_on.data, form.ends_on.data = queries.next_span()
    return form


@bp.get("/add")
@allow(Role.COORDINATOR)
def add_period() -> str:
    """The form of a new period."""
    return render_template("roster/add_period.html", form=_new_period_form())


@bp.post("/add")
@allow(Role.COORDINATOR)
def add_period_submit() -> ResponseReturnValue:
    """Add a period with the shifts of its patterns."""
    form = _new_period_form()
    if form.validate_on_submit():
        outcome = planning.add_period(form.name.data, form.starts_on.data, form.ends_on.data, form.patterns.data or [])
        if isinstance(outcome, Saved):
            flash(f"The period is there. {outcome.words}", "success")
            return redirect(url_for("roster.period", period_id=outcome.id))
        form.take(_refused(outcome))
    return render_template("roster/add_period.html", form=form), UNPROCESSABLE


@bp.get("/<period_id>")
@allow(Role.COORDINATOR)
def period(period_id: str) -> str:
    """One period: where it stands and the one thing to do next."""
    found = _period(period_id)
    drafts = queries.drafts_of(period_id)
    shown = [each for each in drafts if each.state != DraftState.DISCARDED]
    working = [each for each in shown if each.state == DraftState.WORKING]
    return render_template(
        "roster/period.html",
        period=found,
        today=clock.today(),
        shifts=queries.shift_counts(found),
        drafts=shown,
        away=[each for each in drafts if each.state == DraftState.DISCARDED],
        working=working[0] if working else None,
        published=next((each for each in shown if each.state == DraftState.PUBLISHED), None),
        run=queries.latest_run(period_id),
        ended=RUN_ENDED,
        untold=queries.untold_changes(found),
    )


@bp.get("/<period_id>/edit")
@allow(Role.COORDINATOR)
def edit_period(period_id: str) -> str:
    """The form of a period's name and days."""
    found = _period(period_id)
    return render_template("roster/edit_period.html", form=_period_form(found), period=found, theirs=None)


def _period_form(period: Period) -> PeriodForm:
    form = PeriodForm(formdata=None, obj=period)
    form.see(planning.mark_of(period))
    return form


@bp.post("/<period_id>/edit")
@allow(Role.COORDINATOR)
def edit_period_submit(period_id: str) -> ResponseReturnValue:
    """Keep a period's name and days."""
    found, form, theirs = _period(period_id), PeriodForm(), None
    if form.validate_on_submit():
        starts_on, ends_on = form.starts_on.data, form.ends_on.data
        name = form.name.data or planning.period_name(starts_on, ends_on)
        outcome = planning.edit_period(period_id, name, starts_on, ends_on, form.seen.data or "")
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for("roster.period", period_id=period_id))
        found = _period(period_id)
        theirs = settle(form, outcome, lambda: _period_form(found))
        form.see(planning.mark_of(found))
    page = render_template("roster/edit_period.html", form=form, period=found, theirs=theirs)
    return page, UNPROCESSABLE if theirs is None else CONFLICT


@bp.get("/<period_id>/delete")
@allow(Role.COORDINATOR)
def delete_period(period_id: str) -> str:
    """What deleting a period means."""
    found = _period(period_id)
    return render_template("roster/delete_period.html", period=found, shifts=queries.shift_counts(found))


@bp.post("/<period_id>/delete")
@allow(Role.COORDINATOR)
def delete_period_submit(period_id: str) -> ResponseReturnValue:
    """Delete a period that was never published."""
    name = _period(period_id).name
    outcome = planning.delete_period(period_id)
    _told(outcome, f"The period {name} is deleted.")
    if isinstance(outcome, Saved):
        return redirect(url_for("roster.periods"))
    return redirect(url_for("roster.period", period_id=period_id))


# Shifts


@bp.get("/<period_id>/shifts")
@allow(Role.COORDINATOR)
def shifts(period_id: str) -> str:
    """The shifts of a period, by day, at one site or at all."""
    found = _period(period_id)
    site = request.args.get("site", "")
    rows = queries.period_shifts(found, with_cancelled=True)
    sites = sorted({(each.site, each.site_id) for each in rows})
    if site in {each for _, each in sites}:
        rows = [each for each in rows if each.site_id == site]
    return render_template(
        "roster/shifts.html",
        period=found,
        rows=rows,
        needs=queries.shift_needs(found),
        sites=sites,
        site=site,
        before=queries.previous_period(found),
    )


def _shift_form(shift: Shift | None = None, *, is_fresh: bool = False) -> ShiftForm:
    """The form of a shift, or of a new one; a fresh one shows what is kept, whatever was sent."""
    if shift is None or (request.method == "POST" and not is_fresh):
        form = ShiftForm()
    else:
        starts, ends = planning.wall_times(shift)
        everyone = next((each for each in shift.demands if each.skill_id is None), None)
        form = ShiftForm(
            formdata=None,
            data={
                "version": str(shift.version),
                "site_id": shift.site_id,
                "service_id": shift.service_id,
                "day_on": shift.day_on,
                "starts_at": starts,
                "ends_at": ends,
                "minimum": everyone.minimum if everyone else 0,
                "target": everyone.target if everyone else 0,
                "maximum": everyone.maximum if everyone else None,
                "lines": [
                    {"skill_id": d.skill_id, "minimum": d.minimum, "target": d.target, "maximum": d.maximum}
                    for d in shift.demands
                    if d.skill_id is not None
                ],
                "trainee_seats": shift.trainee_seats,
                "note": shift.note,
            },
        )
    form.offer(queries.site_choices(shift), queries.service_choices(shift), queries.skill_choices(shift))
    return form


def _shift_facts(form: ShiftForm) -> ShiftFacts:
    return ShiftFacts(
        site_id=form.site_id.data,
        service_id=form.service_id.data,
        day_on=form.day_on.data,
        starts_at=form.starts_at.data,
        ends_at=form.ends_at.data,
        trainee_seats=form.trainee_seats.data or 0,
        note=form.note.data,
        lines=form.demand,
    )


@bp.get("/<period_id>/shifts/add")
@allow(Role.COORDINATOR)
def add_shift(period_id: str) -> str:
    """The form of a single shift."""
    return render_template("roster/add_shift.html", form=_shift_form(), period=_period(period_id))


@bp.post("/<period_id>/shifts/add")
@allow(Role.COORDINATOR)
def add_shift_submit(period_id: str) -> ResponseReturnValue:
    """Add a single shift."""
    found, form = _period(period_id), _shift_form()
    if form.validate_on_submit():
        outcome = planning.add_shift(period_id, _shift_facts(form))
        if isinstance(outcome, Saved):
            flash("The shift is added.", "success")
            return redirect(url_for("roster.shifts", period_id=period_id))
        form.take(_refused(outcome))
    return render_template("roster/add_shift.html", form=form, period=found), UNPROCESSABLE


def _shift(period: Period, shift_id: str) -> Shift:
    shift = queries.shift_in(period, shift_id)
    if shift is None:
        abort(404)
    return shift


@bp.get("/<period_id>/shifts/<shift_id>")
@allow(Role.COORDINATOR)
def edit_shift(period_id: str, shift_id: str) -> str:
    """One shift, to be changed or called off."""
    found = _period(period_id)
    shift = _shift(found, shift_id)
    return _shift_page(_shift_form(shift), found, shift, None)


def _shift_page(form: ShiftForm, period: Period, shift: Shift, theirs: list[Difference] | None) -> str:
    paid = 0 if shift.cancelled_at else paid_if_shortened(shift.id)
    return render_template("roster/edit_shift.html", form=form, period=period, shift=shift, theirs=theirs, paid=paid)


@bp.post("/<period_id>/shifts/<shift_id>")
@allow(Role.COORDINATOR)
def edit_shift_submit(period_id: str, shift_id: str) -> ResponseReturnValue:
    """Change one shift."""
    found = _period(period_id)
    shift = _shift(found, shift_id)
    form, theirs = _shift_form(shift), None
    if form.validate_on_submit():
        outcome = planning.edit_shift(period_id, shift_id, _shift_facts(form), form.seen_version)
        if isinstance(outcome, Saved):
            words = "The shift is changed.", outcome.words, _untold_words(period_id, shift_id)
            flash(" ".join(filter(None, words)), "success")
            return redirect(url_for("roster.shifts", period_id=period_id))
        shift = _shift(found := _period(period_id), shift_id)
        theirs = settle(form, outcome, lambda: _shift_form(shift, is_fresh=True))
    return _shift_page(form, found, shift, theirs), UNPROCESSABLE if theirs is None else CONFLICT


def _untold_words(period_id: str, shift_id: str) -> str:
    """What a coordinator must still do when people stand on a shift that is no longer as they were told."""
    untold = queries.untold_changes(_period(period_id), shift_id)
    if not untold:
        return ""
    who = "1 person is" if untold.people == 1 else f"{untold.people} people are"
    return f"{who} on it and not told yet: publish a draft of this period, and they will be."


@bp.post("/<period_id>/shifts/<shift_id>/call-off")
@allow(Role.COORDINATOR)
def call_off_shift(period_id: str, shift_id: str) -> ResponseReturnValue:
    """Call a shift off."""
    _shift(_period(period_id), shift_id)
    outcome = planning.call_off(period_id, shift_id)
    words = f"The shift is called off. You can bring it back from the list. {_untold_words(period_id, shift_id)}"
    _told(outcome, words.strip())
    return redirect(url_for("roster.shifts", period_id=period_id))


@bp.post("/<period_id>/shifts/<shift_id>/bring-back")
@allow(Role.COORDINATOR)
def bring_shift_back(period_id: str, shift_id: str) -> ResponseReturnValue:
    """Let a shift run after all."""
    _shift(_period(period_id), shift_id)
    _told(planning.bring_back(period_id, shift_id), "The shift is back.")
    return redirect(url_for("roster.shifts", period_id=period_id))


@bp.get("/<period_id>/patterns")
@allow(Role.COORDINATOR)
def patterns(period_id: str) -> str:
    """How the shifts differ from what the patterns ask for now."""
    return _patterns_page(_period(period_id), PatternsForm())


def _patterns_page(period: Period, form: PatternsForm) -> str:
    difference = queries.pattern_difference(period)
    form.fingerprint.raw_data = None
    form.fingerprint.data = difference.fingerprint
    return render_template(
        "roster/patterns.html",
        form=form,
        period=period,
        difference=difference,
        groups=_by_pattern(difference.changes),
        names=queries.pattern_names(),
    )


def _by_pattern(changes: Any) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for each in changes:
        groups.setdefault(each.pattern_id, []).append(each)
    return groups


@bp.post("/<period_id>/patterns")
@allow(Role.COORDINATOR)
def follow_patterns(period_id: str) -> ResponseReturnValue:
    """Make the shifts as the chosen patterns ask for now."""
    found, form = _period(period_id), PatternsForm()
    if not form.validate_on_submit():
        abort(400)
    outcome = planning.follow_patterns(period_id, form.patterns.data or [], form.fingerprint.data or "")
    if isinstance(outcome, Saved):
        flash(f"Shifts brought up to date: {outcome.words}", "success")
        return redirect(url_for("roster.shifts", period_id=period_id))
    form.take(_refused(outcome))
    return _patterns_page(found, form), CONFLICT


def _copies(period_id: str) -> tuple[Period, Period | None, list[planning.Copy], CopiesForm]:
    found = _period(period_id)
    before = queries.previous_period(found)
    copies = [] if before is None else planning.copies_of(found, before)
    form = CopiesForm()
    form.shifts.choices = [(each.shift_id, each.site) for each in copies]
    return found, before, copies, form


@bp.get("/<period_id>/one-offs")
@allow(Role.COORDINATOR)
def one_offs(period_id: str) -> str:
    """The single shifts of the period before, to be copied."""
    found, before, copies, form = _copies(period_id)
    return render_template("roster/one_offs.html", period=found, before=before, copies=copies, form=form)


@bp.post("/<period_id>/one-offs")
@allow(Role.COORDINATOR)
def copy_one_offs(period_id: str) -> ResponseReturnValue:
    """Copy the chosen single shifts of the period before."""
    found, before, copies, form = _copies(period_id)
    if not form.validate_on_submit():
        return render_template(
            "roster/one_offs.html", period=found, before=before, copies=copies, form=form
        ), UNPROCESSABLE
    _told(planning.copy_one_offs(period_id, form.shifts.data or []))
    return redirect(url_for("roster.shifts", period_id=period_id))


# Before and while generating


def _facts(period_id: str, draft_id: str | None = None) -> Facts:
    facts = read_problem(period_id, draft_id)
    if facts is None:
        abort(404)
    return facts


@bp.get("/<period_id>/check")
@allow(Role.COORDINATOR)
def check(period_id: str) -> str:
    """What cannot be filled by anybody, and why, before any solving."""
    found = _period(period_id)
    facts = _facts(period_id)
    short = gaps.short_places(facts)
    return render_template(
        "roster/check.html",
        period=found,
        short=short,
        places=sum(each.target for each in facts.problem.shifts),
        missing=sum(each.target - each.able for each in short if each.skill is None),
        count=len(facts.problem.shifts),
        people=sum(each.is_active for each in facts.names.people.values()),
        run=queries.run_going_on(period_id),
    )


def _generate_form(period: Period, draft: Draft | None) -> GenerateForm:
    form = GenerateForm()
    keeps = [(Keep.NOTHING, "Nothing\nMake the best roster afresh.")]
    if period.published_at is not None:
        keeps.insert(0, (Keep.PUBLISHED, "What is published\nChange as little as possible for people who made plans."))
    elif draft is None:
        keeps = [(Keep.PUBLISHED, "Nothing\nNothing is published yet: make the best roster afresh.")]
    if draft is not None:
        keeps.insert(0, (Keep.DRAFT, "This draft\nMend what is open and change as little else as possible."))
    form.offer([(str(value), words) for value, words in keeps], current_app.config["EVENHAND"].solver_seconds)
    return form


@bp.get("/<period_id>/generate")
@allow(Role.COORDINATOR)
def generate(period_id: str) -> ResponseReturnValue:
    """Before a roster is made: from what, for how long."""
    found = _period(period_id)
    draft = _draft(period_id, request.args["draft"]) if request.args.get("draft") else None
    going_on = queries.run_going_on(period_id)
    if going_on is not None:
        return redirect(url_for("roster.run", period_id=period_id, run_id=going_on.id))
    form = _generate_form(found, draft)
    return render_template(
        "roster/generate.html",
        form=form,
        period=found,
        draft=draft,
        shifts=queries.shift_counts(found),
        pins=queries.pin_count(draft.id) if draft else 0,
    )


@bp.post("/<period_id>/generate")
@allow(Role.COORDINATOR)
def generate_submit(period_id: str) -> ResponseReturnValue:
    """Ask for a roster; while one is being made, show that one."""
    found = _period(period_id)
    draft = _draft(period_id, request.args["draft"]) if request.args.get("draft") else None
    form = _generate_form(found, draft)
    if not form.validate_on_submit():
        page = render_template(
            "roster/generate.html",
            form=form,
            period=found,
            draft=draft,
            shifts=queries.shift_counts(found),
            pins=queries.pin_count(draft.id) if draft else 0,
        )
        return page, UNPROCESSABLE
    asked = runs.request_run(
        period_id,
        seconds=form.seconds.data,
        keep=Keep(form.keep.data),
        from_draft_id=draft.id if draft else None,
        seed=form.seed.data,
    )
    if asked is None:
        abort(404)
    if not asked.is_new:
        flash("A roster is being made for this period already. Here it is; one at a time is enough.", "info")
    return redirect(url_for("roster.run", period_id=period_id, run_id=asked.run_id))


def _run(period_id: str, run_id: str) -> Run:
    run = queries.run_of(period_id, run_id)
    if run is None:
        abort(404)
    return run


@bp.get("/<period_id>/runs/<run_id>")
@allow(Role.COORDINATOR)
def run(period_id: str, run_id: str) -> ResponseReturnValue:
    """How far the work on a roster is."""
    found, run = _period(period_id), _run(period_id, run_id)
    if run.state == RunState.DONE and run.draft_id:
        return redirect(url_for("roster.draft", period_id=period_id, draft_id=run.draft_id))
    return render_template("roster/run.html", period=found, **_run_facts(run))


def _run_facts(run: Run) -> dict[str, Any]:
    told_at = (run.progress or {}).get("at")
    quiet = 0.0 if told_at is None else clock.now().timestamp() - told_at
    going_on = run.state not in RUN_ENDED
    return {
        "run": run,
        "asker": queries.name_of(run.requested_by_id),
        "is_going_on": going_on,
        "quiet": seconds_words(quiet) if quiet > QUIET_SECONDS and going_on else "",
        "is_worker_alive": queries.is_worker_alive() if going_on else True,
    }


@bp.get("/<period_id>/runs/<run_id>/progress")
@allow(Role.COORDINATOR)
def progress(period_id: str, run_id: str) -> ResponseReturnValue:
    """The figures of a run alone, for a page that asks again and again; when it has ended, where to go."""
    run = _run(period_id, run_id)
    if run.state in RUN_ENDED:
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url_for("roster.run", period_id=period_id, run_id=run_id)
        return answer
    return render_template("roster/progress.html", period_id=period_id, **_run_facts(run))


@bp.post("/<period_id>/runs/<run_id>/stop")
@allow(Role.COORDINATOR)
def stop_run(period_id: str, run_id: str) -> ResponseReturnValue:
    """Stop and keep the best so far."""
    _run(period_id, run_id)
    if not runs.stop_run(run_id):
        flash("There was nothing to stop any more.", "info")
    return redirect(url_for("roster.run", period_id=period_id, run_id=run_id))


@bp.post("/<period_id>/runs/<run_id>/cancel")
@allow(Role.COORDINATOR)
def cancel_run(period_id: str, run_id: str) -> ResponseReturnValue:
    """Cancel and keep nothing."""
    _run(period_id, run_id)
    if runs.cancel_run(run_id):
        flash("Cancelled. Nothing of it was kept.", "success")
        return redirect(url_for("roster.period", period_id=period_id))
    flash("It had ended already.", "info")
    return redirect(url_for("roster.run", period_id=period_id, run_id=run_id))


# Drafts


def _draft(period_id: str, draft_id: str) -> Draft:
    draft = queries.draft_of(period_id, draft_id)
    if draft is None:
        abort(404)
    return draft


@bp.get("/<period_id>/drafts/<draft_id>")
@allow(Role.COORDINATOR)
def draft(period_id: str, draft_id: str) -> str:
    """One draft: how good it is, what it costs, what stays open."""
    return _draft_page(period_id, draft_id, NameForm())


def _draft_page(period_id: str, draft_id: str, form: NameForm) -> str:
    draft = _draft(period_id, draft_id)
    facts = _facts(period_id, draft_id)
    if not form.is_submitted():
        form.name.data, form.version.data = draft.name, str(draft.version)
    return render_template(
        "roster/draft.html",
        period=_period(period_id),
        draft=draft,
        form=form,
        figures=gaps.figures_of(facts),
        result=draft.result,
        lost=facts.lost,
        pins=len(facts.pinned),
        is_behind=draft.base_version != facts.period.version and draft.state == DraftState.WORKING,
    )


@bp.post("/<period_id>/drafts/<draft_id>")
@allow(Role.COORDINATOR)
def rename_draft(period_id: str, draft_id: str) -> ResponseReturnValue:
    """Give a draft another name."""
    _draft(period_id, draft_id)
    form = NameForm()
    if form.validate_on_submit():
        outcome = draft_services.rename_draft(draft_id, form.name.data, form.seen_version)
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for("roster.draft", period_id=period_id, draft_id=draft_id))
        form.take(_refused(outcome))
        if isinstance(outcome, Outdated):
            form.show(outcome.version)
    return _draft_page(period_id, draft_id, form), UNPROCESSABLE


@bp.get("/<period_id>/drafts/<draft_id>/compare")
@allow(Role.COORDINATOR)
def compare(period_id: str, draft_id: str) -> str:
    """A draft beside another one, or beside what is published."""
    found, newer = _period(period_id), _draft(period_id, draft_id)
    others = [
        each for each in queries.drafts_of(period_id) if each.id != draft_id and each.state != DraftState.DISCARDED
    ]
    asked = request.args.get("with", "")
    older = next((each for each in others if each.id == asked), None)
    if older is None and asked != "published":
        older = comparing.previous_of(newer, others)
    return render_template(
        "roster/compare.html",
        period=found,
        comparison=comparing.compare(found, newer, older),
        others=others,
        chosen=older.id if older else "published",
    )


@bp.post("/<period_id>/drafts/<draft_id>/put-away")
@allow(Role.COORDINATOR)
def discard_draft(period_id: str, draft_id: str) -> ResponseReturnValue:
    """Put a draft away."""
    name = _draft(period_id, draft_id).name
    _told(draft_services.discard_draft(draft_id), f"{name} is put away. You can bring it back at the end of this page.")
    return redirect(url_for("roster.period", period_id=period_id))


@bp.post("/<period_id>/drafts/<draft_id>/bring-back")
@allow(Role.COORDINATOR)
def restore_draft(period_id: str, draft_id: str) -> ResponseReturnValue:
    """Bring a draft back."""
    name = _draft(period_id, draft_id).name
    _told(draft_services.restore_draft(draft_id), f"{name} is back.")
    return redirect(url_for("roster.period", period_id=period_id))


@bp.post("/<period_id>/drafts")
@allow(Role.COORDINATOR)
def begin_draft(period_id: str) -> ResponseReturnValue:
    """Begin a draft by hand: from what is published, or empty."""
    found = _period(period_id)
    is_live = found.published_at is not None and request.form.get("source") != draft_services.Source.EMPTY
    source = draft_services.Source.PUBLISHED if is_live else draft_services.Source.EMPTY
    outcome = draft_services.begin_draft(period_id, source)
    _told(outcome, "The draft is there.")
    if isinstance(outcome, Saved):
        return redirect(url_for("roster.draft", period_id=period_id, draft_id=outcome.id))
    return redirect(url_for("roster.period", period_id=period_id))
