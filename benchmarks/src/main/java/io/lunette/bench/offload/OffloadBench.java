/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All works on all units: in each round of a work one unit after the other, A B A B. */
final class OffloadBench {

  private final List<OffloadUnit> units;

  OffloadBench(List<OffloadUnit> units) {
    this.units = units;
  }

  /**
   * What there is, in the order in which it is done: the whole unit comes last.
   *
   * @param seconds the second unit of each that has one
   */
  static List<Offload> works(Map<OffloadUnit, OffloadUnit> seconds) {
    List<Offload> works = new ArrayList<>();
    works.add(new PlainCopy());
    works.add(ExtendedCopy.withinUnit());
    works.add(ExtendedCopy.toSecond(seconds));
    works.add(new PlainZero());
    for (boolean unmaps : new boolean[] {false, true}) {
      for (boolean withoutData : new boolean[] {false, true}) {
        works.add(new ZeroBySame(unmaps, withoutData));
      }
    }
    works.add(new Unmap());
    for (Sanitize.Method method : Sanitize.Method.values()) {
      works.add(new Sanitize(method));
    }
    return works;
  }

  /** Measures; in the order of the works, and within it of the units. */
  List<OffloadRow> run(List<Offload> works, int rounds) throws InitiatorException {
    List<OffloadRow> all = new ArrayList<>();
    for (Offload work : works) {
      List<OffloadRow> rows = units.stream().map(unit -> new OffloadRow(work, unit)).toList();
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < rows.size(); i++) {
          if (rows.get(i).isOpen()) {
            measure(work, units.get(i), rows.get(i));
          }
        }
      }
      all.addAll(rows);
    }
    return all;
  }

  private static void measure(Offload work, OffloadUnit unit, OffloadRow row)
      throws InitiatorException {
    try {
      work.prepare(unit);
      long begun = System.nanoTime();
      String remark = work.run(unit);
      long nanos = System.nanoTime() - begun;
      row.measured(nanos, remark, work.check(unit));
    } catch (CommandRefused e) {
      row.refused(e.getMessage());
    }
  }
}
