-- Campaigns: one message to many. state: Campaign.State (campaign.proto): 1 draft, 2 approved,
-- 3 sending, 4 paused, 5 done, 6 aborted. expanded: how many of the people, by position, are in the
-- ledger. author: who last changed it. unknown_policy: that of the template. audience: a snapshot
-- of the registry; audience_state: Campaign.AudienceState; audience_token: where its next page
-- begins. next_at: when a worker must look at it again; NULL when nothing is to be done by itself.
CREATE TABLE campaigns (
  id TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  title TEXT NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  template_version TEXT COLLATE "C" NOT NULL,
  calendar_method BIGINT NOT NULL,
  unknown_policy BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  schedule_at BIGINT,
  rate_per_minute BIGINT NOT NULL,
  state BIGINT NOT NULL,
  author TEXT COLLATE "C" NOT NULL,
  approver TEXT COLLATE "C" NOT NULL,
  persons BIGINT NOT NULL,
  audience TEXT COLLATE "C" NOT NULL,
  audience_state BIGINT NOT NULL,
  audience_token TEXT NOT NULL,
  expanded BIGINT NOT NULL,
  chunks BIGINT NOT NULL,
  next_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CHECK (expanded <= persons)
);

CREATE INDEX campaigns_by_event ON campaigns (event, id);

CREATE INDEX campaigns_due ON campaigns (next_at, id) WHERE next_at IS NOT NULL;

-- Whom it goes to, frozen when it is approved. Opaque ids.
CREATE TABLE campaign_persons (
  campaign TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (campaign, position),
  UNIQUE (campaign, person)
);

-- The notifications by which it went into the ledger.
CREATE TABLE campaign_notifications (
  notification TEXT COLLATE "C" PRIMARY KEY,
  campaign TEXT COLLATE "C" NOT NULL
);

CREATE INDEX campaign_notifications_by_campaign ON campaign_notifications (campaign, notification);
