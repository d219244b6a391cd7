-- Whether all of a notification of a campaign has ended: counts of what has not pass over it. What is
-- replayed of it later counts no more.
ALTER TABLE campaign_notifications ADD COLUMN finished BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX campaign_notifications_unfinished ON campaign_notifications (campaign, notification)
  WHERE finished = FALSE;
