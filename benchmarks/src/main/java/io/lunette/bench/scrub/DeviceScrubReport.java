/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.Spread;
import io.lunette.bench.report.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What was measured on devices, as a table and as JSON. */
final class DeviceScrubReport {

  private static final double MIB = 1 << 20;
  private static final String NONE = "-";

  private final ByteSize replica;
  private final ByteSize written;
  private final Map<String, WayTimes> devices = new LinkedHashMap<>();

  DeviceScrubReport(ByteSize replica, ByteSize written) {
    this.replica = replica;
    this.written = written;
  }

  void add(String device, WayTimes times) {
    devices.put(device, times);
  }

  @Override
  public String toString() {
    TextTable table =
        new TextTable(
            "SCRUB OF " + written.forPeople() + " IN " + replica.forPeople(),
            "WAY",
            "SECONDS",
            "MiB/s",
            "/ dd",
            "/ dd + READ BACK",
            "/ DEPTH 16",
            "OF dd OF ALL");
    devices.forEach(
        (device, times) -> {
          for (Way way : ways(times)) {
            table.row(
                device,
                way.label,
                times.seconds(way).isEmpty()
                    ? "not offered by the device"
                    : Spread.of(times.seconds(way)).toString(),
                rate(way, times),
                text(speed(way, Way.DD, times)),
                text(speed(way, Way.DD_READ_BACK, times)),
                text(speed(way, Way.DEPTH_16, times)),
                text(times.ratio(way, Way.DD_OF_ALL)));
          }
        });
    return table.toString();
  }

  List<Map<String, Object>> json() {
    List<Map<String, Object>> rows = new ArrayList<>();
    devices.forEach(
        (device, times) -> {
          for (Way way : ways(times)) {
            rows.add(row(device, way, times));
          }
        });
    return rows;
  }

  private Map<String, Object> row(String device, Way way, WayTimes times) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("device", device);
    row.put("way", way.name().toLowerCase(Locale.ROOT));
    row.put("replicaBytes", replica.bytes());
    row.put("bytes", bytes(way));
    row.put("seconds", times.seconds(way));
    speed(way, Way.DD, times).ifPresent(ratio -> row.put("overDd", ratio.median()));
    speed(way, Way.DD_READ_BACK, times)
        .ifPresent(ratio -> row.put("overDdAndReadBack", ratio.median()));
    speed(way, Way.DEPTH_16, times).ifPresent(ratio -> row.put("overDepth16", ratio.median()));
    times.ratio(way, Way.DD_OF_ALL).ifPresent(share -> row.put("shareOfDdOfAll", share.median()));
    return row;
  }

  /** How many times as fast as another way that zeroes as many bytes. */
  private static Optional<Spread> speed(Way way, Way other, WayTimes times) {
    return way == Way.DD_OF_ALL ? Optional.empty() : times.ratio(other, way);
  }

  /** Those that were taken, and of ours those that the device does not offer. */
  private static List<Way> ways(WayTimes times) {
    List<Way> ways = new ArrayList<>();
    for (Way way : Way.values()) {
      if (!times.seconds(way).isEmpty() || way.compareTo(Way.DD) < 0) {
        ways.add(way);
      }
    }
    return ways;
  }

  private long bytes(Way way) {
    return way == Way.DD_OF_ALL ? replica.bytes() : written.bytes();
  }

  private String rate(Way way, WayTimes times) {
    return times.seconds(way).isEmpty()
        ? NONE
        : String.format(
            Locale.ROOT, "%.0f", bytes(way) / MIB / Spread.of(times.seconds(way)).median());
  }

  private static String text(Optional<Spread> spread) {
    return spread.map(Spread::toString).orElse(NONE);
  }
}
