-- The record of peers that bring none of their own: what was asked for, and nothing more.
CREATE TABLE complaint (
    reference text PRIMARY KEY,
    status text NOT NULL,
    seq integer NOT NULL,
    due_at timestamptz NOT NULL,
    escalated boolean NOT NULL DEFAULT false
);
CREATE INDEX complaint_due ON complaint (due_at) WHERE status <> 'closed' AND NOT escalated;
CREATE TABLE event (
    reference text NOT NULL REFERENCES complaint,
    seq integer NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (reference, seq)
);
CREATE TABLE outbox (
    reference text NOT NULL REFERENCES complaint,
    seq integer NOT NULL,
    sent_at timestamptz,
    PRIMARY KEY (reference, seq)
);
CREATE TABLE escalation (
    reference text PRIMARY KEY REFERENCES complaint,
    due_at timestamptz NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
