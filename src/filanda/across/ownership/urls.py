# SPDX-License-Identifier: EUPL-1.2
"""Pages of an organisation's desk, and of staff for organisations, below the language."""

from django.urls import include, path

from filanda.across.ownership.views.claims import claim, claim_detail, claim_move, claims
from filanda.across.ownership.views.details import details, discard_draft
from filanda.across.ownership.views.drafts import draft, throw_away
from filanda.across.ownership.views.duplicates import apart, duplicates, pair, part_again
from filanda.across.ownership.views.evidence import evidence, new_piece, piece, piece_topic, remove_piece
from filanda.across.ownership.views.history import go_back, history
from filanda.across.ownership.views.imports import (
    import_evidence,
    import_organisations,
    import_run,
    import_start,
    import_table,
    import_template,
)
from filanda.across.ownership.views.logo import logo, remove_logo
from filanda.across.ownership.views.overview import overview
from filanda.across.ownership.views.people import (
    confirm,
    invite_list,
    invite_one,
    leave,
    people,
    person_move,
    request_move,
    withdraw,
)
from filanda.across.ownership.views.saying import decide, objections, say, staff, staff_act
from filanda.across.ownership.views.topics import topic_answer, topics

app_name = "ownership"

# Below organisations/<id>/manage/.
_desk = [
    path("", overview, name="overview"),
    path("people/", people, name="people"),
    path("people/requests/<id:request_id>/<str:move>/", request_move, name="request-move"),
    path("people/positions/<id:position_id>/confirm/", confirm, name="position-confirm"),
    path("people/invite/", invite_one, name="invite"),
    path("people/invite/list/", invite_list, name="invite-list"),
    path("people/invitations/<id:invitation_id>/withdraw/", withdraw, name="invitation-withdraw"),
    path("people/<id:account_id>/<str:move>/", person_move, name="person-move"),
    path("details/", details, name="details"),
    path("details/discard/", discard_draft, name="discard-draft"),
    path("drafts/<str:form>/", draft, name="draft"),
    path("drafts/<str:form>/discard/", throw_away, name="throw-away"),
    path("logo/", logo, name="logo"),
    path("logo/remove/", remove_logo, name="logo-remove"),
    path("topics/", topics, name="topics"),
    path("topics/<id:concept_id>/<str:answer>/", topic_answer, name="topic-answer"),
    path("history/", history, name="history"),
    path("history/<uuid:change>/<str:how>/", go_back, name="go-back"),
    path("staff/", staff, name="staff"),
    path("staff/<str:what>/", staff_act, name="staff-act"),
    path("evidence/", evidence, name="evidence"),
    path("evidence/new/", new_piece, name="add-evidence"),
    path("evidence/import/", import_evidence, name="import-evidence"),
    path("evidence/import/<id:run_id>/", import_run, name="evidence-import-run"),
    path("evidence/import/<id:run_id>/start/", import_start, name="evidence-import-start"),
    path("evidence/import/<id:run_id>/errors.<str:form>", import_table, name="evidence-import-table"),
    path("evidence/<id:evidence_id>/", piece, name="piece"),
    path("evidence/<id:evidence_id>/remove/", remove_piece, name="remove-piece"),
    path("evidence/<id:evidence_id>/topics/<id:concept_id>/<str:answer>/", piece_topic, name="piece-topic"),
]

urlpatterns = [
    path("organisations/<id:organisation_id>/claim/", claim, name="claim"),
    path("organisations/<id:organisation_id>/leave/", leave, name="leave"),
    path("workbench/claims/", claims, name="claims"),
    path("workbench/claims/<id:claim_id>/", claim_detail, name="claim-detail"),
    path("workbench/claims/<id:claim_id>/<str:move>/", claim_move, name="claim-move"),
    path("organisations/<id:organisation_id>/manage/", include(_desk)),
    path("organisations/<id:organisation_id>/say/", say, name="say"),
    path("organisations/<id:organisation_id>/say/<str:token>/", say, name="say-signed"),
    path("workbench/objections/", objections, name="objections"),
    path("workbench/objections/<id:objection_id>/", decide, name="decide-objection"),
    path("workbench/duplicates/", duplicates, name="duplicates"),
    path("workbench/duplicates/<id:first_id>/<id:second_id>/", pair, name="pair"),
    path("workbench/duplicates/<id:first_id>/<id:second_id>/apart/", apart, name="apart"),
    path("workbench/merges/<id:merge_id>/part/", part_again, name="part"),
    path("workbench/import/", import_organisations, name="import-organisations"),
    path("workbench/import/<id:run_id>/", import_run, name="import-run"),
    path("workbench/import/<id:run_id>/start/", import_start, name="import-start"),
    path("workbench/import/<id:run_id>/errors.<str:form>", import_table, name="import-table"),
    path("workbench/import/template/<str:kind>.<str:form>", import_template, name="import-template"),
]
