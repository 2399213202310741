/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.forecast.ForecastTerms;
import io.lunette.core.image.ImageId;
import io.lunette.core.volume.CloneKind;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The terms of pools in a transaction under way; like a policy they belong to the series of an
 * image. Stateless, so thread-safe.
 */
public final class PoolTermsLedger {

  private static final int NONE = -1;
  private static final double MILLION = 1e6;
  private static final int MINUTES = 60;

  /** The terms of a series' pool; the default ones if none were set. */
  public PoolTerms get(Transaction transaction, ImageId series) throws DomainException {
    return transaction
        .first(
            "SELECT * FROM pool_terms WHERE image_id = ?", PoolTermsLedger::terms, series.value())
        .orElse(PoolTerms.DEFAULT);
  }

  void save(Transaction transaction, ImageId series, PoolTerms terms) throws DomainException {
    transaction.update("DELETE FROM pool_terms WHERE image_id = ?", series.value());
    Optional<ForecastTerms> forecast = terms.forecast();
    Optional<ScrubHours> hours = terms.scrubHours();
    transaction.update(
        "INSERT INTO pool_terms (image_id, kind, space_max, miss_ppm, ready_min, ready_max,"
            + " scrub_dirty, scrub_from, scrub_to, scrub_zone, reformat)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        series.value(),
        terms.kind(),
        terms.spaceMaxBytes().orElse(NONE),
        forecast.map(each -> (int) Math.round(each.epsilon() * MILLION)).orElse(NONE),
        forecast.map(ForecastTerms::min).orElse(NONE),
        forecast.map(ForecastTerms::max).orElse(NONE),
        terms.scrubDirtyBytes().orElse(NONE),
        hours.map(each -> minutes(each.from())).orElse(NONE),
        hours.map(each -> minutes(each.to())).orElse(NONE),
        hours.map(each -> each.zone().getId()).orElse(""),
        terms.reformat());
  }

  private static int minutes(LocalTime time) {
    return time.getHour() * MINUTES + time.getMinute();
  }

  private static LocalTime time(int minutes) {
    return LocalTime.of(minutes / MINUTES, minutes % MINUTES);
  }

  private static PoolTerms terms(Row row) throws DomainException {
    int miss = row.integer("miss_ppm");
    int from = row.integer("scrub_from");
    return new PoolTerms(
        row.constant("kind", CloneKind.class),
        bound(row.number("space_max")),
        miss == NONE
            ? Optional.empty()
            : Optional.of(
                new ForecastTerms(
                    miss / MILLION, row.integer("ready_min"), row.integer("ready_max"))),
        bound(row.number("scrub_dirty")),
        from == NONE
            ? Optional.empty()
            : Optional.of(
                new ScrubHours(
                    time(from), time(row.integer("scrub_to")), ZoneId.of(row.text("scrub_zone")))),
        row.flag("reformat"));
  }

  private static OptionalLong bound(long value) {
    return value == NONE ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
