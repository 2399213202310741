/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What became of one work on one unit. Filled by the thread that measures. */
final class OffloadRow {

  private final Offload work;
  private final String unit;
  private final long bytes;
  private final List<Double> seconds = new ArrayList<>();
  private String reason;
  private boolean refused;
  private String remark = "";
  private ReadBack readBack;

  OffloadRow(Offload work, OffloadUnit unit) {
    this.work = work;
    this.unit = unit.name();
    this.bytes = work.bytes(unit);
    this.reason = work.absence(unit).orElse(null);
  }

  Offload work() {
    return work;
  }

  String unit() {
    return unit;
  }

  /** Whether there is anything more to measure. */
  boolean isOpen() {
    return reason == null && (readBack == null || readBack.isSound());
  }

  void measured(long nanos, String said, ReadBack found) {
    seconds.add(nanos / 1e9);
    remark = said;
    readBack = found;
  }

  void refused(String why) {
    reason = why;
    refused = true;
  }

  boolean isWrong() {
    return readBack != null && !readBack.isSound();
  }

  /** Why there are no figures. */
  Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  /** Whether the unit said that it could, and then refused. */
  boolean isRefused() {
    return refused;
  }

  String remark() {
    return remark;
  }

  Optional<ReadBack> readBack() {
    return Optional.ofNullable(readBack);
  }

  long bytes() {
    return bytes;
  }

  List<Double> seconds() {
    return List.copyOf(seconds);
  }

  /** Mebibytes a second in each round. */
  List<Double> rates() {
    return seconds.stream().map(each -> bytes / 1048576.0 / each).toList();
  }

  /** How many times as fast as another, round by round. */
  Optional<Spread> over(OffloadRow other) {
    return reason != null || other.reason != null || rates().size() != other.rates().size()
        ? Optional.empty()
        : Optional.of(Spread.ofRatios(rates(), other.rates()));
  }
}
