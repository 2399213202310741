/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Demand that is made up: a Poisson process whose rate changes, by thinning of one at the highest
 * rate. The same seed makes the same demand. All kinds have the same mean rate.
 */
enum SyntheticDemand {
  /** One rate throughout. */
  POISSON {
    @Override
    Rate rate(SplittableRandom random) {
      return (seconds) -> 1;
    }

    @Override
    double peak() {
      return 1;
    }
  },

  /**
   * A Markov-modulated Poisson process of two states: quiet at a quarter of the mean rate for two
   * hours on average, busy at 19 times it for five minutes, so that variance over mean of an hour's
   * counts is about what clusters show (see docs/pool-sizing.md).
   */
  MMPP {
    @Override
    Rate rate(SplittableRandom random) {
      return new Modulated(random);
    }

    @Override
    double peak() {
      return Modulated.BUSY;
    }
  },

  /** A day's rise and fall: a sine from nothing to twice the mean. */
  DIURNAL {
    @Override
    Rate rate(SplittableRandom random) {
      return seconds -> 1 - Math.cos(2 * Math.PI * seconds / DAY);
    }

    @Override
    double peak() {
      return 2;
    }
  },

  /** Quiet, but for one minute in each six hours that has half of all requests. */
  FLASH {
    @Override
    Rate rate(SplittableRandom random) {
      return seconds -> seconds % (DAY / 4) < MINUTE ? FLASH_RATE : QUIET_RATE;
    }

    @Override
    double peak() {
      return FLASH_RATE;
    }
  };

  private static final double DAY = 86_400;
  private static final double MINUTE = 60;
  private static final double FLASH_RATE = DAY / 4 / MINUTE / 2;
  private static final double QUIET_RATE =
      (1 - FLASH_RATE * MINUTE / (DAY / 4)) / (1 - MINUTE / (DAY / 4));
  private static final double MICROS = 1e6;

  /** Multiples of the mean rate; asked for times that do not go back. */
  interface Rate {
    double at(double seconds);
  }

  abstract Rate rate(SplittableRandom random);

  /** The most that {@link Rate} answers. */
  abstract double peak();

  /** Quiet and busy in turn, for times that are exponentially distributed. */
  private static final class Modulated implements Rate {

    static final double BUSY = 19;
    private static final double QUIET = 0.25;
    private static final double QUIET_SECONDS = 7_200;
    private static final double BUSY_SECONDS = 300;

    private final SplittableRandom random;
    private boolean busy;
    private double until;

    Modulated(SplittableRandom random) {
      this.random = random;
      this.busy = true;
    }

    @Override
    public double at(double seconds) {
      while (seconds >= until) {
        busy = !busy;
        until += exponential(random, busy ? BUSY_SECONDS : QUIET_SECONDS);
      }
      return busy ? BUSY : QUIET;
    }
  }

  /** Demand of that mean rate. */
  Demand make(double perHour, Duration length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Rate rate = rate(random.split());
    double peakGap = 3600 / (perHour * peak());
    long[] times = new long[16];
    int count = 0;
    for (double now = exponential(random, peakGap);
        now < length.toSeconds();
        now += exponential(random, peakGap)) {
      if (random.nextDouble() * peak() < rate.at(now)) {
        if (count == times.length) {
          times = Arrays.copyOf(times, 2 * count);
        }
        times[count++] = Math.round(now * MICROS);
      }
    }
    return new Demand(name().toLowerCase(Locale.ROOT), Arrays.copyOf(times, count));
  }

  private static double exponential(SplittableRandom random, double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  /** The kind that is called so. */
  static SyntheticDemand parse(String text) {
    for (SyntheticDemand kind : values()) {
      if (kind.name().equalsIgnoreCase(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "no synthetic demand '"
            + text
            + "': there are "
            + Arrays.stream(values())
                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }
}
