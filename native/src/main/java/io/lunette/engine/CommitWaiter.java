/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.IoCompletion;

/**
 * Waits for a commit, and knows what of it: where there is no space for the next, an earlier one
 * may be all that it needs, beside a flush of the data.
 */
interface CommitWaiter extends IoCompletion {

  /** The first commit that has every change of metadata that is waited for, or a later one. */
  long neededCommit();
}
