"""Who may what: every address of the running application, and what each kind of asker meets there.

A new route needs a row here, else the test fails. A row is: method, path as the route writes it, and a cell
for each column; a single cell counts for everybody. Cells:

    in      the door is open: the answer is neither 401, 403 nor 404, and no way to the sign-in page
    401 ... the door is closed, with this status
    door    the door is closed: the way leads to where one signs in, or writes the access code
    no      (pages) the door is open, and what was wanted is refused (409), showing no more than the page itself
    case    (pages) the door is open, and the page shows what the private complaint says, but not who said it
    person  (pages) the door is open, and the page shows also who said it

Where the cell is none of the last two, neither words nor name of the private complaint may be in the answer;
on addresses for programs they are in no answer at all. What fills a path stands in ``house``;
what goes with a POST stands in ``SENT``, and is an empty form or object where nothing stands there.
"""

# ruff: noqa: E501 - tables are read across

from typing import NamedTuple

PROGRAMS = """
asker                                                         nobody wrong submit read act open311 foreign code other officer operator
GET     /openapi.json                                         in
GET     /healthz                                              in
GET     /readyz                                               in

POST    /api/v1/complaints                                    401    401   in     403  403 403     in      401  401   401     401
POST    /api/v1/visits                                        401    401   in     403  403 403     in      401  401   401     401
GET     /api/v1/complaints                                    401    401   403    in   403 403     in      401  401   401     401
GET     /api/v1/complaints/{number}                           401    401   403    in   403 403     404     in   404   401     401
POST    /api/v1/complaints/{number}/reply                     401    401   403    403  in  403     404     in   404   401     401
POST    /api/v1/complaints/{number}/rate                      401    401   403    403  in  403     404     in   404   401     401
POST    /api/v1/complaints/{number}/reopen                    401    401   403    403  in  403     404     in   404   401     401
POST    /api/v1/complaints/{number}/withdraw                  401    401   403    403  in  403     404     in   404   401     401
POST    /api/v1/complaints/{number}/close                     401    401   403    403  in  403     404     in   404   401     401
POST    /api/v1/attachments                                   401    401   in     403  403 403     in      401  401   401     401
GET     /api/v1/complaints/{number}/attachments               401    401   403    in   403 403     404     in   404   401     401
GET     /api/v1/complaints/{number}/attachments/{digest}/{size} 401  401   403    in   403 403     404     in   404   401     401
POST    /api/v1/alerts                                        in
GET     /api/v1/alerts/{token}/{wish}                         in
POST    /api/v1/alerts/{token}/{wish}                         404
GET     /api/v1/categories                                    401    401   in     in   in  in      in      401  401   401     401
GET     /api/v1/units                                         401    401   in     in   in  in      in      401  401   401     401
GET     /api/v1/channels                                      401    401   in     in   in  in      in      401  401   401     401

GET     /open311/discovery.{wanted}                           in
GET     /open311/v2/discovery.{wanted}                        in
GET     /open311/v2/services.{wanted}                         in
GET     /open311/v2/services/{service_code}.{wanted}          in
GET     /open311/v2/requests.{wanted}                         in
GET     /open311/v2/requests/{service_request_id}.{wanted}    in
GET     /open311/v2/tokens/{token}.{wanted}                   in
GET     /open311/v2/servicerequestupdates.{wanted}            in
POST    /open311/v2/requests.{wanted}                         403    403   403    403  403 in      in      403  403   403     403
POST    /open311/v2/servicerequestupdates.{wanted}            403    403   403    403  403 in      404     403  403   403     403

GET     /feeds/ward/{ward}.atom                               in
GET     /feeds/near.atom                                      in

POST    /hooks/generic                                        401
POST    /hooks/whatsapp                                       401
GET     /hooks/whatsapp                                       403
POST    /hooks/telegram                                       401

OPTIONS /codec/decode                                         in
POST    /codec/decode                                         401    401   401    401  401 401     401     401  401   401     in
"""
"""Askers: nobody; a wrong key; a key of the complaint's channel with one scope only, by scope; a key of another
channel with all scopes; the reporter by the access code; the reporter of another complaint; an officer of the unit
that holds it, and an operator, both by the session of the pages."""

PAGES = """
asker                                                      nobody reporter stranger new  plain holder elsewhere desk   otherdesk validator coordinator othercity inspektorat operator
GET  /assets/{digest}/{name}                               in
POST /language                                             in
GET  /wards.json                                           in

GET  /                                                     in
POST /report                                               in
POST /report/photos                                        in
GET  /report/categories                                    in
GET  /report/place                                         in
GET  /follow                                               in
POST /follow                                               404
GET  /reports/{number}                                     in     case     in       in   in    in     in        in     in        in        in          in        in          in
GET  /reports/{number}/photos/{digest}/{size}              404    in       404      404  404   404    404       404    404       404       404         404       404         404
POST /reports/{number}/support                             404
POST /reports/{number}/{kind}                              door   no       door     door door  door   door      door   door      door      door        door      door        door
POST /reports/{number}/forget                              in
GET  /public                                               in
GET  /public/map.json                                      in
GET  /figures                                              in

GET  /sign-in                                              in
POST /sign-in                                              401
GET  /sign-in/code                                         door
POST /sign-in/code                                         door
GET  /sign-in/provider                                     door
GET  /sign-in/provider/back                                in
POST /sign-out                                             in
GET  /password                                             in
POST /password                                             door   door     door     401  401   401    401       401    401       401       401         401       401         401
GET  /office                                               door   door     door     door in    in     in        in     in        in        in          in        in          in
GET  /account                                              door   door     door     door in    in     in        in     in        in        in          in        in          in
POST /account/sessions/end                                 door   door     door     door in    in     in        in     in        in        in          in        in          in
POST /account/sessions/end-others                          door   door     door     door in    in     in        in     in        in        in          in        in          in
GET  /second-factor                                        door   door     door     door in    in     in        in     in        in        in          in        in          in
POST /second-factor                                        door   door     door     door in    in     in        in     in        in        in          in        in          in
POST /second-factor/off                                    door   door     door     door 401   401    401       401    401       401       401         401       401         401

GET  /office/inbox                                         door   door     door     door 403   case   in        in     in        in        403         403       403         403
POST /office/inbox                                         door   door     door     door 403   case   in        in     in        in        403         403       403         403
GET  /office/desk                                          door   door     door     door 403   403    403       in     in        403       403         403       403         403
POST /office/desk                                          door   door     door     door 403   403    403       in     in        403       403         403       403         403
GET  /office/complaints/{number}                           door   door     door     door in    person in        person in        in        person      in        case        in
GET  /office/complaints/{number}/findings                  door   door     door     door 404   in     404       in     404       404       in          404       in          404
GET  /office/complaints/{number}/photos/{digest}/{size}    door   door     door     door 404   in     404       in     404       404       in          404       in          404
GET  /office/complaints/{number}/files/{digest}            door   door     door     door 404   404    404       404    404       404       404         404       404         404
POST /office/complaints/{number}/{kind}                    door   door     door     door 403   in     no        no     no        no        no          no        no          403

GET  /office/coordination                                  door   door   door   door   403    403    403    403    403    403    in     in     403    403
GET  /office/coordination/now                              door   door   door   door   403    403    403    403    403    403    in     in     403    403
GET  /office/coordination/live                             door   door   door   door   403    403    403    403    403    403    in     in     403    403
GET  /office/coordination/list                             door   door   door   door   403    403    403    403    403    403    in     in     403    403
POST /office/coordination/list                             door   door   door   door   403    403    403    403    403    403    no     no     403    403
POST /office/coordination/ews/{number}                     door   door   door   door   403    403    403    403    403    403    no     404    403    403

GET  /office/validation                                    door   door   door   door   403    403    403    403    403    in     403    403    in     403
GET  /office/validation/{number}                           door   door   door   door   403    403    403    403    403    in     403    403    in     403
GET  /office/validation/{number}/next                      door   door   door   door   403    403    403    403    403    in     403    403    in     403
POST /office/validation/{number}                           door   door   door   door   403    403    403    403    403    404    403    403    404    403

GET  /office/integrity                                     door   door   door   door   403    403    403    403    403    403    403    403    in     403
GET  /office/integrity/pictures                            door   door   door   door   403    403    403    403    403    403    403    403    in     403
GET  /office/integrity/findings/{identity}                 door   door   door   door   403    403    403    403    403    403    403    403    404    403
POST /office/integrity/findings/{identity}                 door   door   door   door   403    403    403    403    403    403    403    403    404    403

GET  /office/persons                                       door   door     door     door 403   403    403       403    403       403       403         403       403         in
POST /office/persons/find                                  door   door     door     door 403   403    403       403    403       403       403         403       403         in
POST /office/persons/ask                                   door   door     door     door 403   403    403       403    403       403       403         403       403         in
POST /office/persons/{identity}/decide                     door   door     door     door 403   403    403       403    403       403       403         403       403         no
POST /office/persons/{identity}/file                       door   door     door     door 403   403    403       403    403       403       403         403       403         404

GET  /office/accounts                                      door   door     door     door 403   403    403       403    403       403       403         403       403         in
POST /office/accounts                                      door   door     door     door 403   403    403       403    403       403       403         403       403         in
POST /office/accounts/reset                                door   door     door     door 403   403    403       403    403       403       403         403       403         no
POST /office/accounts/reset-code                           door   door     door     door 403   403    403       403    403       403       403         403       403         in
POST /office/accounts/close                                door   door     door     door 403   403    403       403    403       403       403         403       403         in
"""
"""Askers: nobody; the browser of the reporter, which keeps the access code, and that of the reporter of another
complaint; somebody who must change the first password yet; an account with a role and no office; officers of the
kelurahan that holds the complaint, of one elsewhere, of the desk of its channel, of another desk, of the
validating unit, of its coordinator, of the same rank in another city, of the Inspectorate; and an operator."""

SENT: dict[str, dict[str, object]] = {
    "POST /api/v1/complaints": {"reference": "matrix", "category": "jalan-rusak", "text": "Lubang"},
    "POST /api/v1/complaints/{number}/reply": {"answer": "Di sini"},
    "POST /api/v1/complaints/{number}/rate": {"score": 3},
    "POST /api/v1/complaints/{number}/reopen": {"note": "Belum"},
    "POST /api/v1/complaints/{number}/withdraw": {"note": "Sudah baik"},
    "POST /open311/v2/requests.{wanted}": {"service_code": "jalan-rusak"},
    "POST /open311/v2/servicerequestupdates.{wanted}": {
        "service_request_id": "{number}",
        "description": "Di sini",
    },
    "POST /language": {"language": "en"},
    "POST /sign-in": {"name": "nobody", "password": "nothing"},
    "POST /report": {"category": "jalan-rusak", "text": "Lubang", "place": "Gambir"},
    "POST /follow": {"number": "{number}", "code": "AAAAA-AAAAA"},
    "POST /reports/{number}/{kind}": {"identity": "matrix-{asker}"},
    "POST /office/inbox": {
        "id": "matrix-matrix",
        "action": "reassign",
        "to": "nowhere",
        "numbers": "{number}",
    },
    "POST /office/desk": {
        "id": "matrix-matrix",
        "category": "jalan-rusak",
        "text": "Lubang",
        "place": "Gambir",
    },
    "POST /office/complaints/{number}/{kind}": {"id": "matrix-{asker}"},
    "POST /office/coordination/ews/{number}": {"form": "0" * 32, "granted": "true"},
    "POST /office/coordination/list": {"form": "0" * 32, "numbers": "{number}", "to": "nowhere"},
    "POST /office/integrity/findings/{identity}": {"state": "explained", "note": "Sudah diperiksa."},
    "POST /office/validation/{number}": {"form": "0" * 32, "accepted": "true"},
    "POST /account/sessions/end": {"session": "00000000-0000-4000-8000-000000000000"},
    "POST /second-factor": {"code": "wrong"},
    "POST /second-factor/off": {"password": "wrong", "code": "wrong"},
    "POST /office/accounts": {"name": "made-by-{asker}", "role": "officer", "officer": "lurah-gambir"},
    "POST /office/accounts/reset": {"name": "nobody", "epoch": "0"},
    "POST /office/accounts/reset-code": {"name": "nobody"},
    "POST /office/accounts/close": {"name": "nobody"},
    "POST /office/persons/find": {"number": "{number}"},
    "POST /office/persons/{identity}/decide": {"granted": "true"},
    "POST /password": {"before": "wrong", "after": "payung hijau tujuh bukit"},
}
"""What goes with a POST, so that it would really happen where the door is open; filled as paths are."""


class Row(NamedTuple):
    """One address, and what each asker meets there."""

    route: str
    cells: dict[str, str]


def rows(table: str) -> list[Row]:
    """The rows of a table."""
    head, *lines = [line.split() for line in table.splitlines() if line.strip()]
    askers = head[1:]
    return [Row(f"{line[0]} {line[1]}", _cells(askers, line[2:])) for line in lines]


def _cells(askers: list[str], cells: list[str]) -> dict[str, str]:
    for_each = cells * len(askers) if len(cells) == 1 else cells
    return dict(zip(askers, for_each, strict=True))
