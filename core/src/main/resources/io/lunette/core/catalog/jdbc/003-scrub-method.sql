-- SPDX-License-Identifier: Apache-2.0
-- How a pool's replicas are erased; until now by zero-fill alone.

ALTER TABLE pool ADD COLUMN scrub_method TEXT NOT NULL DEFAULT 'ZERO_FILL';
ALTER TABLE pool ADD COLUMN scrub_pattern INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pool ADD COLUMN scrub_passes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scrub_record ADD COLUMN pattern INTEGER DEFAULT 0;
ALTER TABLE scrub_record ADD COLUMN passes INTEGER DEFAULT 0;
