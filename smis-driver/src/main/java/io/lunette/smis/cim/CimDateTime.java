/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Datetimes as CIM writes them (DSP0004 §5.2.4): 25 characters, a moment or an interval. */
public final class CimDateTime {

  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss.SSSSSS'+000'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private CimDateTime() {}

  /** A moment, in UTC. */
  public static String of(Instant moment) {
    return MOMENT.format(moment);
  }

  /** An interval of less than 10<sup>8</sup> days. */
  public static String of(Duration interval) {
    return String.format(
        Locale.ROOT,
        "%08d%02d%02d%02d.%06d:000",
        interval.toDays(),
        interval.toHoursPart(),
        interval.toMinutesPart(),
        interval.toSecondsPart(),
        interval.toNanosPart() / 1000);
  }
}
