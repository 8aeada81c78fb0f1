"""What payloads mostly consist of: a preset dictionary for their compression (RFC 1950, section 2.2).

Payloads are small and alike. Names of fields, usual values and sentences stand here, so that a payload
points to them instead of spelling them out: half the bytes. Nothing personal is in it. It is never changed,
since what was packed with it cannot be unpacked with another; a stream names its dictionary by checksum, so
that a second one can stand beside it. What is not in it costs some bytes more, nothing else.
"""

DICTIONARY = (
    b'{"complaint_id":"complaint-","first_run_id":"","channel":"","reference":"","at":""}"digest":"",'
    b'"access_code":"","status":"CLOSED",'
    b'"outcome":"resolved""ward_found_by":"boundary""found_by":"nearest_point","metres":,"existing":null}'
    b'"category":"","text":"","point":{"latitude":-6.1,"longitude":106.8},"accuracy_metres":null,'
    b'"place":null,"reporter":{"name":"","contact":""},"public":false,"attachments":[]},'
    b'"found":{"ward":"31.7","found_by":"boundary","metres":0.0},"kelurahan":{"code":"KEL-31.7",'
    b'"name":"Kelurahan ","kind":"kelurahan","parent":"KEC-31.7","ward":"31.7","ladder":[{"code":"",'
    b'"name":"Asisten Sekretaris Kota","kind":"asisten"},{"code":"","name":"Sekretaris Kota",'
    b'"kind":"sekretaris"},{"code":"","name":"Inspektur","kind":"inspektorat"}]},"desk":{"code":"",'
    b'"name":"","kind":"desk","parent":null,"ward":null,"ladder":[{"code":"","name":"Asisten Sekda",'
    b'"kind":"asisten"},{"code":"SEKDA","name":"Sekda","kind":"sekda"},{"code":"","name":"Inspektur",'
    b'"kind":"inspektorat"}]},"validators":[{"code":"","name":"Biro Pemerintahan","kind":"skpd",'
    b'"parent":null,"ward":null,"ladder":[{"code":""}]}],"policy":{"name":"dki-2025","source":"",'
    b'"effective_from":"2025-","response":{"limit":{"amount":6,"unit":"hours"},"warn_before":"PT2H"},'
    b'"resolution":{"limit":{"amount":6,"unit":"calendar_days"},"warn_before":"P1D"},'
    b'"validation":{"limit":{"amount":1,"unit":"working_days"},"warn_before":"PT2H"},'
    b'"reply":{"limit":{"amount":10,"unit":"working_days"},"warn_before":null},'
    b'"feedback":{"limit":{"amount":10,"unit":"working_days"},"warn_before":null},"ladder_after":["PT0S",'
    b'"P1D","P3D"],"remind_every":"P7D","hop_limit":3,"digest_every":{"amount":15,'
    b'"unit":"working_minutes"},"coarse_metres":250.0,"deliver_within":"P1D",'
    b'"calendar":{"offset_minutes":420,"zone_name":"WIB","hours":[{"since":"2023-01-01","week":[[480,960],'
    b'[480,960],[480,960],[480,960],[480,990],null,null]}],"closed":[],"known_until":""}},'
    b'"access_code":"","last_resort":{"code":"GUB","name":"Gubernur","kind":"head"}},"resumed":null}'
    b'{"id":"","actor":{"code":"reporter","unit":null,"is_reporter":true},"via":"web",'
    b'"command":{"kind":"progress","note":"","photos":[]}}{"kind":"complete","note":"",'
    b'"evidence":[{"uri":"","sha256":null}]}}{"kind":"validate","accepted":true,"note":""}}{"kind":"rate",'
    b'"score":4,"note":""}}{"kind":"close","note":""}}{"kind":"accept","note":""}}{"told":["1/reporter",'
    b'"1/KEL-31.7"],"instead":[]}{"view":{"id":"complaint-jaki-","number":"JK2",'
    b'"status":"AWAITING_VALIDATION","outcome":null,"channel":"jaki","category":"","unit":"KEL-31.7",'
    b'"ward":"31.7","ward_found_by":"boundary","hops":0,"escalation_level":0,"seq":1,"opened_at":"202",'
    b'"due_at":"202","next_due_at":"202","waits_for":" must validate it. A warning about the validation '
    b"time goes to  must take it up. A warning about the response time goes to It is resolved; the "
    b"reporter may still speak. It is closed at  must complete it. A warning about the resolution time "
    b'goes to Kelurahan  at 202:00 WIB.","outlook":{"duty":"validate","duty":"speak","who":"reporter",'
    b'"next":{"clock":"feedback","stage":"breach","at":"202","step":0,"to":"reporter","closes":true}},'
    b'"duty":"take_up","duty":"complete","who":"Kelurahan ","next":{"clock":"validation",'
    b'"clock":"response","clock":"resolution","stage":"warning","at":"202","step":0,"to":"Kelurahan ",'
    b'"closes":false}},"parent":null,"validator":null,"ews_until":null,"deadlines":[{"kind":"response",'
    b'"due_at":"202","state":"met","paused_seconds":0,"pauses":[],"next":null},{"kind":"resolution",'
    b'"due_at":"202","state":"met","paused_seconds":0,"pauses":[],"next":null},{"kind":"validation",'
    b'"due_at":"202","state":"met","paused_seconds":0,"pauses":[],"next":null},{"kind":"feedback",'
    b'"due_at":"202","state":"running","paused_seconds":0,"pauses":[],"next":{"clock":"feedback",'
    b'"stage":"breach","at":"202","step":0,"to":"reporter","closes":true}}]},"events":[{"seq":1,'
    b'"at":"202","by":{"code":"tuntas","code":"reporter","unit":null,"is_reporter":false},"via":"web",'
    b'"command_id":null,"body":{"event":"received","number":"JK2","holder":{"event":"completed",'
    b'"unit":{"event":"validated","event":"progress_noted","event":"accepted","event":"closed",'
    b'"outcome":"resolved","note":"","photos":[],"evidence":[{"uri":"","sha256":null}]}}],'
    b'"notices":[{"seq":1,"event":"received","audience":"unit","to":"KEL-31.7"},{"seq":1,'
    b'"event":"received","audience":"reporter","to":"reporter"}],"opening":null,'
    b'"standing":{"status":"RESOLVED","status":"CLOSED","status":"WAITING","status":"IN_PROGRESS",'
    b'"outcome":null,"unit":"KEL-31.7","coordinator":"","ward":"31.7","hops":0,"score":null,'
    b'"clocks":[{"clock":"response","unit":"KEL-31.7","coordinator":"","started_at":"202","due_at":"202",'
    b'"breached_at":null,"stopped_at":null,"ended_at":"202","ended_as":"met"},{"clock":"resolution",'
    b'"unit":"KEL-31.7","coordinator":"","started_at":"202","due_at":"202","breached_at":null,'
    b'"stopped_at":null,"ended_at":null,"ended_as":null},{"clock":"validation","unit":"","coordinator":"",'
    b'"started_at":"202","due_at":"202","breached_at":null,"stopped_at":"202","ended_at":"202",'
    b'"ended_as":"met"}]}}'
    b"\n\x16\n\x08encoding\x12\njson/plain\x12"
)
