-- SPDX-License-Identifier: Apache-2.0
-- Images have versions: a row of image is a version of a name. series is the id of the first version
-- of the name and stands for all of them; pool.image_id is that of a series.
-- labels: a line key=value for each.

ALTER TABLE image ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE image ADD COLUMN is_current INTEGER NOT NULL DEFAULT 0;
ALTER TABLE image ADD COLUMN labels TEXT NOT NULL DEFAULT '';
UPDATE image SET series = id;
UPDATE image SET is_current = 1 WHERE state = 'AVAILABLE';
DROP INDEX image_by_live_name;
CREATE UNIQUE INDEX image_by_version ON image (name, version)
  WHERE state IN ('IMPORTING', 'AVAILABLE', 'RETIRED');
CREATE UNIQUE INDEX image_importing ON image (name) WHERE state = 'IMPORTING';
CREATE UNIQUE INDEX image_current ON image (name) WHERE is_current = 1;
CREATE INDEX image_by_series ON image (series);
