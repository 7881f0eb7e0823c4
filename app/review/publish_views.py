"""Pages of publishing: what would change, the act itself, and what was published."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow
from app.attendance.called_off import paid_if_taken_off
from app.review import board, keeping, publishing, queries
from app.review.changes import broken_words, hours_kept, plan_of, published_changes
from app.review.forms import PublishForm, VersionForm, WaiveForm
from app.review.gaps import gaps_of
from app.review.views import bp, page_of, review_or_404, settled, unclear


@bp.get("/<draft_id>/changes")
@allow(Role.COORDINATOR)
def changes(draft_id: str) -> str:
    """What would change for whom if this draft were published now."""
    review = review_or_404(draft_id)
    plan = plan_of(review)
    return page_of("review/changes.html", review, plan=plan, paid=paid_if_taken_off(hours_kept(plan)))


@bp.get("/<draft_id>/publish")
@allow(Role.COORDINATOR)
def publish(draft_id: str) -> str:
    """Exactly what publishing would do, to be confirmed."""
    return _publish_page(draft_id)


def _publish_page(draft_id: str, answer: publishing.Answer | None = None) -> str:
    review = review_or_404(draft_id)
    plan, waivers = plan_of(review), queries.waivers_of(draft_id)
    data = {
        "version": review.draft.version,
        "period_version": review.period.version,
        "fingerprint": plan.fingerprint,
    }
    whole = board.board_of(review, clock.today(), 0, review.problem.horizon.days)
    return page_of(
        "review/publish.html",
        review,
        plan=plan,
        paid=paid_if_taken_off(hours_kept(plan)),
        answer=answer,
        answer_kind=type(answer).__name__,
        gaps=gaps_of(whole),
        broken=broken_words(plan, review.names),
        waivers=waivers,
        refusal=publishing.refusal_of(plan, [waiver for waiver, _ in waivers], current_user.id),
        form=PublishForm(formdata=None, data=data),
        waive_form=WaiveForm(formdata=None),
    )


@bp.post("/<draft_id>/publish")
@allow(Role.COORDINATOR)
def publish_submit(draft_id: str) -> ResponseReturnValue:
    """Publish: all of it, or nothing and why."""
    form = PublishForm()
    if not form.validate_on_submit():
        return unclear(draft_id)
    answer = publishing.publish_roster(
        draft_id,
        form.version.data or 0,
        form.period_version.data or 0,
        form.fingerprint.data or "",
        current_user.id,
    )
    if answer is None:
        abort(404)
    if isinstance(answer, publishing.Done):
        flash(publishing.done_words(answer), "success")
        return redirect(url_for("review.publication", publication_id=answer.publication_id))
    return _publish_page(draft_id, answer), 409


@bp.post("/<draft_id>/keep")
@allow(Role.COORDINATOR)
def keep(draft_id: str) -> ResponseReturnValue:
    """Carry what people did themselves since the draft was begun into it."""
    form = VersionForm()
    if not form.validate_on_submit():
        return unclear(draft_id)
    answer = keeping.keep_what_people_did(draft_id, form.version.data or 0)
    return settled(draft_id, answer, url_for("review.publish", draft_id=draft_id))


@bp.get("/periods/<period_id>/publications")
@allow(Role.COORDINATOR)
def publications(period_id: str) -> str:
    """Everything published of a period."""
    period = queries.period_of(period_id)
    if period is None:
        abort(404)
    return render_template("review/publications.html", period=period, publications=queries.publications_of(period_id))


@bp.get("/publications/<publication_id>")
@allow(Role.COORDINATOR)
def publication(publication_id: str) -> str:
    """What one publication changed for whom."""
    found = queries.publication_of(publication_id)
    if found is None:
        abort(404)
    published, period = found
    return render_template(
        "review/publication.html",
        publication=published,
        period=period,
        changes=published_changes(publication_id),
    )
