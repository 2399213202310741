/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.PduHeader;
import java.util.HashSet;
import java.util.Set;

/**
 * CmdSN, ExpCmdSN and MaxCmdSN (RFC 7143 §4.2.2.1), and StatSN (§4.2.2.2). Numbers compare by
 * serial arithmetic. MaxCmdSN stays put while commands are outstanding, so it never goes back.
 */
final class CommandWindow {

  /** What to do with a PDU by its CmdSN. */
  enum Verdict {
    /** It is next, or immediate. */
    TAKE,
    /** A duplicate or beyond the window: the standard has it ignored. */
    IGNORE,
    /** It leaves a gap, which one ordered connection cannot have. */
    GAP
  }

  private final int width;
  private int expCmdSn;
  private int statSn;
  private int outstanding;
  private final Set<Integer> skipped = new HashSet<>();

  CommandWindow(int width, int firstCmdSn, int firstStatSn) {
    this.width = width;
    this.expCmdSn = firstCmdSn;
    this.statSn = firstStatSn;
  }

  Verdict judge(PduHeader header) {
    if (header.isImmediate()) {
      return Verdict.TAKE;
    }
    int ahead = header.cmdSn() - expCmdSn;
    if (ahead == 0 && outstanding < width) {
      expCmdSn++;
      passSkipped();
      return Verdict.TAKE;
    }
    return ahead > 0 && header.cmdSn() - maxCmdSn() <= 0 ? Verdict.GAP : Verdict.IGNORE;
  }

  /**
   * A command that has not come counts as received, because a task management request has aborted
   * it (RFC 7143 §11.5.5).
   *
   * @param before CmdSN of that request
   * @return false if the number is not that of a command that may still come
   */
  boolean skip(int cmdSn, int before) {
    boolean mayCome = cmdSn - expCmdSn >= 0 && cmdSn - maxCmdSn() <= 0 && before - cmdSn > 0;
    if (mayCome) {
      skipped.add(cmdSn);
      passSkipped();
    }
    return mayCome;
  }

  private void passSkipped() {
    while (!skipped.isEmpty() && skipped.remove(expCmdSn)) {
      expCmdSn++;
    }
  }

  void begun() {
    outstanding++;
  }

  void ended() {
    outstanding--;
  }

  int expCmdSn() {
    return expCmdSn;
  }

  int maxCmdSn() {
    return expCmdSn + width - outstanding - 1;
  }

  /** StatSN of a response that carries status. */
  int nextStatSn() {
    return statSn++;
  }

  /** StatSN that the next status will have. */
  int statSn() {
    return statSn;
  }
}
