-- SPDX-License-Identifier: Apache-2.0
-- What a scrub may claim. Missing in records of before, which claim what their method may.

ALTER TABLE scrub_record ADD COLUMN claim TEXT;
