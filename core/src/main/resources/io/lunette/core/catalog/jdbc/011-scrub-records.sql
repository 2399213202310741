-- SPDX-License-Identifier: Apache-2.0
-- What else a scrub was of. image_version is 0, the others are missing, in records of before.

ALTER TABLE scrub_record ADD COLUMN image_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scrub_record ADD COLUMN volume_uuid TEXT;
ALTER TABLE scrub_record ADD COLUMN erased_key TEXT;
