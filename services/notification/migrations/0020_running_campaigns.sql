-- The campaigns of an event that are being sent, which share what it may have in the ledger.
CREATE INDEX campaigns_running ON campaigns (event) WHERE state = 3;
