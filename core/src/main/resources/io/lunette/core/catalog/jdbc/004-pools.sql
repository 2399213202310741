-- SPDX-License-Identifier: Apache-2.0
-- What tenants may have. Bounds are -1 where there is none; gone is 1 for a tenant that was removed
-- and is kept for what is told of it.

ALTER TABLE tenant ADD COLUMN servers_max INTEGER NOT NULL DEFAULT -1;
ALTER TABLE tenant ADD COLUMN space_max BIGINT NOT NULL DEFAULT -1;
ALTER TABLE tenant ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
CREATE INDEX allocation_of_tenant ON allocation (tenant) WHERE ended IS NULL;

-- What a pool keeps to beyond its marks; image_id is that of the series, as in pool. miss_ppm: of a
-- million requests so many may find none ready; -1 is no forecast. scrub_from and scrub_to: minutes of the day.
CREATE TABLE pool_terms (
  image_id TEXT PRIMARY KEY REFERENCES image (id),
  kind TEXT NOT NULL,
  space_max BIGINT NOT NULL,
  miss_ppm INTEGER NOT NULL,
  ready_min INTEGER NOT NULL,
  ready_max INTEGER NOT NULL,
  scrub_dirty BIGINT NOT NULL,
  scrub_from INTEGER NOT NULL,
  scrub_to INTEGER NOT NULL,
  scrub_zone TEXT NOT NULL,
  reformat INTEGER NOT NULL
);

-- Requests for replicas of the last days, by the name of their image. served is 0 while a server that missed still asks.
CREATE TABLE pool_demand (
  sequence ${serial},
  image TEXT NOT NULL,
  server TEXT NOT NULL,
  at_time BIGINT NOT NULL,
  missed INTEGER NOT NULL,
  served INTEGER NOT NULL
);
CREATE INDEX pool_demand_by_image ON pool_demand (image, sequence);
CREATE INDEX pool_demand_not_served ON pool_demand (server, image) WHERE served = 0;
INSERT INTO pool_demand (image, server, at_time, missed, served)
  SELECT i.name, a.server, a.since, 0, 1 FROM allocation a JOIN image i ON i.id = a.image_id
  ORDER BY a.since;

-- How long making replicas took, in microseconds: a row for each batch or copy.
CREATE TABLE pool_lead (
  sequence ${serial},
  image TEXT NOT NULL,
  at_time BIGINT NOT NULL,
  lead BIGINT NOT NULL
);
CREATE INDEX pool_lead_by_image ON pool_lead (image, sequence);

-- anew: the volume has to be deleted and made once more before the replica is ready.
ALTER TABLE replica ADD COLUMN kind TEXT NOT NULL DEFAULT 'DEPENDENT';
ALTER TABLE replica ADD COLUMN anew INTEGER NOT NULL DEFAULT 0;

-- What operators set at run time.
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
